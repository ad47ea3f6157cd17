"""The logit lens: what the model would say if it stopped after each layer.

The residual stream of every layer is read with the model's own last step, final norm and unembedding:
logits_l = N(h_l) U^T. After the last layer these are the model's logits; before it they show how a
prediction takes shape. What the lens cannot read is not absent: a layer may keep information in
directions that later layers turn, which trained translators show (Belrose et al. 2023, "Eliciting
Latent Predictions from Transformers with the Tuned Lens").

Source: nostalgebraist 2020, "interpreting GPT: the logit lens".
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.ablation import log_probabilities
from core.attention.open_model import OpenModel
from core.errors import GlassboxError

TOP = 5
"""Tokens kept for each layer and position."""
MOST_TOKENS = 64
"""Of a text, counted from its end: more columns cannot be read."""


@dataclass(frozen=True)
class LogitLens:
    """What every layer says at every position; rows are 0 (the embedding) to the number of layers."""

    tokens: tuple[str, ...]
    """The text's tokens, (n,)."""
    left_out: int
    """Tokens before these, which the model has read but the lens does not show."""
    top_tokens: tuple[tuple[tuple[str, ...], ...], ...]
    """(layers + 1, n, TOP): the likeliest next tokens."""
    top_probabilities: tuple[tuple[tuple[float, ...], ...], ...]
    """(layers + 1, n, TOP)."""
    final_probability: tuple[tuple[float, ...], ...]
    """(layers + 1, n): of the token that the last layer finds likeliest."""
    final_rank: tuple[tuple[int, ...], ...]
    """(layers + 1, n): its place among all tokens, 1 is the likeliest."""
    entropy: tuple[tuple[float, ...], ...]
    """(layers + 1, n): nats."""
    input_rank: tuple[tuple[int, ...], ...]
    """(layers + 1, n): the place of the token that was just read."""

    @property
    def surest(self) -> int:
        """The position whose final prediction is the surest."""
        return max(range(len(self.tokens)), key=lambda place: self.final_probability[-1][place])

    def settled_at(self, position: int) -> int:
        """The first row from which the final token stays the likeliest to the end."""
        ranks = [row[position] for row in self.final_rank]
        return next(row for row in range(len(ranks)) if all(rank == 1 for rank in ranks[row:]))


def logit_lens(model: OpenModel, text: str) -> LogitLens:
    """Read `text` and every layer's residual stream.

    Raises:
        GlassboxError: the model has no language-model head, or the text is empty or too long.
    """
    ids = model.read(text).ids
    return read_streams(model, ids, residual_streams(model, ids))


@torch.inference_mode()
def read_streams(model: OpenModel, ids: Tensor, streams: Tensor) -> LogitLens:
    """The lens on a text that has been read: ids (n,) and residual streams (layers + 1, n, width).

    Raises:
        GlassboxError: the model has no language-model head.
    """
    if not model.causal:
        raise GlassboxError("attention.matter.error.no_lens", model=model.name)
    states, shown = streams[:, -MOST_TOKENS:], ids[-MOST_TOKENS:]
    final = log_probabilities(model, states[-1]).argmax(-1)
    rows = [_read_row(model, hidden, final, shown) for hidden in states]
    return LogitLens(
        tokens=model.spell(shown).tokens,
        left_out=max(0, len(ids) - MOST_TOKENS),
        top_tokens=tuple(row.tokens for row in rows),
        top_probabilities=tuple(row.probabilities for row in rows),
        final_probability=tuple(row.final_probability for row in rows),
        final_rank=tuple(row.final_rank for row in rows),
        entropy=tuple(row.entropy for row in rows),
        input_rank=tuple(row.input_rank for row in rows),
    )


def residual_streams(model: OpenModel, ids: Tensor) -> Tensor:
    """(layers + 1, n, width): the embedding and the output of every block."""
    states = [model.embed(ids)]
    for index in range(model.layer_count):
        states.append(model.layer(index, states[-1]).hidden)
    return torch.stack(states)


@dataclass(frozen=True)
class _Row:
    tokens: tuple[tuple[str, ...], ...]
    probabilities: tuple[tuple[float, ...], ...]
    final_probability: tuple[float, ...]
    final_rank: tuple[int, ...]
    entropy: tuple[float, ...]
    input_rank: tuple[int, ...]


def _read_row(model: OpenModel, hidden: Tensor, final: Tensor, read: Tensor) -> _Row:
    scores = log_probabilities(model, hidden)
    best = scores.topk(TOP)
    names = model.spell(best.indices.flatten()).tokens
    likely = scores.exp()
    return _Row(
        tuple(names[start : start + TOP] for start in range(0, len(names), TOP)),
        tuple(tuple(row) for row in best.values.exp().tolist()),
        tuple(likely.gather(-1, final[:, None])[:, 0].tolist()),
        _ranks(scores, final),
        tuple((-(likely * scores).sum(-1)).tolist()),
        _ranks(scores, read),
    )


def _ranks(scores: Tensor, tokens: Tensor) -> tuple[int, ...]:
    """1 + the number of tokens with a higher score, at each position."""
    own = scores.gather(-1, tokens[:, None])
    return tuple((1 + (scores > own).sum(-1)).tolist())
