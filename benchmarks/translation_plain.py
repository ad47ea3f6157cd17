"""The translator as a tutorial writes it around `torch.nn.Transformer`: the peer of the benchmark.

The same size, the same ties between the matrices, the same loss; written plainly: Adam as it comes, torch's
dropout, scores for every position of the batch, filling included.
"""

import math

import torch
from torch import Tensor, nn

from core.training.half_precision import has_half_precision
from core.translation.settings import ModelSettings
from core.translation.training import BETAS, LARGEST_GRADIENT
from core.translation.transformer import sinusoids
from core.translation.vocabulary import PAD

LONGEST = 512
SMOOTHING = 0.1


class PlainTransformer(nn.Module):
    """`nn.Transformer` with an embedding, positions and an output layer."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.width = settings.width
        self.embedding = nn.Embedding(settings.vocabulary_size, settings.width, padding_idx=PAD)
        self.dropout = nn.Dropout(settings.dropout)
        self.transformer = nn.Transformer(
            settings.width,
            settings.heads,
            settings.layers,
            settings.layers,
            settings.feed_forward,
            settings.dropout,
            batch_first=True,
            norm_first=True,
        )
        self.output = nn.Linear(settings.width, settings.vocabulary_size)
        self.output.weight = self.embedding.weight
        self.register_buffer("positions", sinusoids(LONGEST, settings.width))

    def embed(self, ids: Tensor) -> Tensor:
        """(batch, n) token ids to (batch, n, width)."""
        scaled = self.embedding(ids) * math.sqrt(self.width)
        return self.dropout(scaled + self.positions[: ids.shape[1]])

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """(batch, m, vocabulary) logits."""
        filling = source == PAD
        hidden = self.transformer(
            self.embed(source),
            self.embed(target),
            tgt_mask=nn.Transformer.generate_square_subsequent_mask(target.shape[1]),
            tgt_is_causal=True,
            src_key_padding_mask=filling,
            memory_key_padding_mask=filling,
        )
        return self.output(hidden)


class PlainLoop:
    """Model, loss and optimizer."""

    def __init__(self, settings: ModelSettings, half: bool = False) -> None:
        """With `half`, matrix products run in bfloat16 where our loop does that too."""
        torch.manual_seed(0)
        self.half = half
        self.model = PlainTransformer(settings).train()
        self.loss = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=SMOOTHING)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, betas=BETAS)

    def step(self, source: Tensor, target: Tensor) -> float:
        """One update; returns the loss before it."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.half and has_half_precision("cpu")):
            logits = self.model(source, target[:, :-1])
            loss = self.loss(logits.float().flatten(0, 1), target[:, 1:].flatten())
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
        self.optimizer.step()
        return float(loss.detach())
