"""Task-adaptive pre-training: masked words of the task's own texts, before any label is used.

15 % of the tokens are chosen; of these 80 % become [MASK], 10 % another token and 10 % stay. The loss is the
cross-entropy of the chosen tokens, scored against the table of token vectors:

    logits = LayerNorm(gelu(W h + b)) E^T

MiniLM's own masked-language head was not published with its sentence encoder, so W and b begin as the
identity and learn alone first; a random head would drive the encoder with noise.

Sources: Gururangan et al. 2020, "Don't Stop Pretraining: Adapt Language Models to Domains and Tasks",
section 4 (task-adaptive pre-training); Devlin et al. 2019, "BERT", section 3.1 (masking).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.classification.tuning.batches import filled
from core.classification.tuning.layer_rates import set_trainable
from core.training.token_batches import token_batches

CHOSEN, MASKED, REPLACED = 0.15, 0.8, 0.1
MASK_TOKEN, FIRST_WORD = 103, 999
"""Ids of BERT's vocabulary: [MASK], and the first that is no mark."""
IGNORED = -100


class MaskedWords(nn.Module):
    """An encoder with a head that guesses tokens."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.transform = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        with torch.no_grad():
            self.transform.weight.copy_(torch.eye(width))
            self.transform.bias.zero_()

    def loss(self, ids: Tensor, mask: Tensor, wanted: Tensor) -> Tensor:
        """Nats a chosen token.

        Args:
            ids, mask: (batch, length), masked already.
            wanted: (batch, length) the chosen tokens as they were, elsewhere `IGNORED`.
        """
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        chosen = wanted != IGNORED
        guessed = self.norm(F.gelu(self.transform(hidden[chosen])))
        table = self.encoder.embeddings.word_embeddings.weight
        return F.cross_entropy(guessed @ table.T, wanted[chosen])


def masked(ids: Tensor, vocabulary: int, seed: int) -> tuple[Tensor, Tensor]:
    """The ids with some tokens hidden, and what is to be guessed; marks and filling are never chosen.

    Args:
        ids: (batch, length) token ids, at least one of a word.
        vocabulary: how many tokens there are.
        seed: of the choice.
    """
    random = torch.Generator().manual_seed(seed)
    fate = torch.rand(ids.shape, generator=random)
    words = ids >= FIRST_WORD
    if not (words & (fate < CHOSEN)).any():
        fate = fate - fate[words].min()
    chosen = words & (fate < CHOSEN)
    others = torch.randint(FIRST_WORD, vocabulary, ids.shape, generator=random)
    hidden = torch.where(chosen & (fate < CHOSEN * MASKED), MASK_TOKEN, ids)
    replaced = chosen & (fate >= CHOSEN * MASKED) & (fate < CHOSEN * (MASKED + REPLACED))
    return torch.where(replaced, others, hidden), ids.masked_fill(~chosen, IGNORED)


def adapt(
    model: MaskedWords,
    rows: Sequence[Sequence[int]],
    steps: int,
    learning_rate: float,
    layers: int,
    tokens: int = 384,
    seed: int = 0,
) -> list[float]:
    """Guess masked words for `steps` steps; returns their losses in nats.

    Args:
        model: advanced in place.
        rows: token ids of the texts, with their marks; no labels.
        steps: in all.
        learning_rate: constant.
        layers: of the encoder that learn, from the top; with 0 only the head does.
        tokens: of a batch, filling included.
        seed: of batches and masks.
    """
    model.train()
    set_trainable(model.encoder, layers)
    learning = [value for value in model.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=learning_rate, fused=True)
    batches = _endless([len(row) for row in rows], tokens, seed)
    losses: list[float] = []
    for step in range(steps):
        ids, mask = filled([rows[place] for place in next(batches)])
        hidden, wanted = masked(ids, model.encoder.config.vocab_size, seed * 10_007 + step)
        loss = model.loss(hidden, mask, wanted)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(float(loss.detach()))
    return losses


def masked_loss(model: MaskedWords, rows: Sequence[Sequence[int]], seed: int) -> float:
    """Nats a hidden token on texts, without learning; the same tokens are hidden at every call."""
    model.eval()
    ids, mask = filled(rows)
    hidden, wanted = masked(ids, model.encoder.config.vocab_size, seed)
    with torch.inference_mode():
        return float(model.loss(hidden, mask, wanted))


def _endless(lengths: Sequence[int], tokens: int, seed: int) -> Iterator[list[int]]:
    """Batches of one epoch after another."""
    epoch = 0
    while True:
        yield from token_batches(lengths, tokens, seed * 1009 + epoch)
        epoch += 1
