"""What the three translators have in common: how they are trained, and how they write token by token.

In training the decoder is given the right beginning of the translation at every position (teacher
forcing): `hidden`, then `scores`, for all positions at once. When it writes, it reads its own last
token: `start`, then `step` for each. Both ways give the same scores for the same beginning.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.translation.settings import ModelSettings
from core.translation.vocabulary import PAD


class DecoderState(ABC):
    """What a model remembers of the sentences that it is writing: one row each."""

    @abstractmethod
    def select(self, rows: Tensor) -> Self:
        """The state of the rows of these numbers, in this order; a number may occur twice (beams)."""


State = TypeVar("State", bound=DecoderState)


@dataclass(frozen=True)
class Step:
    """One more token for each row."""

    logits: Tensor
    """(rows, vocabulary) scores of the next token."""
    alignment: Tensor | None
    """(layers, rows, heads, n) attention over the source, each row summing to 1; None without attention."""


class TranslationModel(nn.Module, ABC, Generic[State]):
    """A model that reads a source sentence and writes its translation."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.settings = settings
        self.embedding = nn.Embedding(settings.vocabulary_size, settings.width, padding_idx=PAD)
        self.output_bias = nn.Parameter(torch.zeros(settings.vocabulary_size))
        self.output_weight: nn.Parameter | None = None
        if not settings.tied:
            shape = settings.vocabulary_size, settings.width
            self.output_weight = nn.Parameter(torch.randn(shape) * settings.width**-0.5)

    @abstractmethod
    def hidden(self, source: Tensor, target: Tensor) -> Tensor:
        """What the decoder holds at each position of the target, having read it up to there.

        Args:
            source: (batch, n) token ids with their end mark, filled with PAD.
            target: (batch, m) token ids from the begin mark on, filled with PAD.

        Returns:
            (batch, m, width); `scores` makes logits of the next token of them.
        """

    @abstractmethod
    def start(self, source: Tensor) -> State:
        """Read source sentences (batch, n), filled with PAD; nothing is written yet."""

    @abstractmethod
    def step(self, tokens: Tensor, state: State, with_alignment: bool = False) -> Step:
        """Read the newest token of each row, (rows,), and score the next; `state` moves on in place."""

    def scores(self, hidden: Tensor) -> Tensor:
        """(..., width) to (..., vocabulary) logits, by the embedding where it is tied to the output."""
        matrix = self.embedding.weight if self.output_weight is None else self.output_weight
        return F.linear(hidden, matrix, self.output_bias)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """(batch, m, vocabulary) logits of the token that follows each position of `target`."""
        return self.scores(self.hidden(source, target))


def parameter_count(model: nn.Module) -> int:
    """Numbers that are learned; a shared matrix counts once."""
    return sum(parameter.numel() for parameter in model.parameters())
