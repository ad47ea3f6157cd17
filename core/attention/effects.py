"""What taking a part away did to a model: its losses and predictions, or an encoder's vectors."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """A next token with its probability before and after."""

    token: str
    before: float
    after: float


@dataclass(frozen=True)
class LanguageEffect:
    """What a removal did to a language model's predictions."""

    losses_before: tuple[float, ...]
    """Nats for each token but the first, given those before it."""
    losses_after: tuple[float, ...]
    candidates: tuple[tuple[Candidate, ...], ...]
    """After each token the likeliest next ones, before and after the removal, by probability before."""
    divergences: tuple[float, ...]
    """KL of the next-token distributions after each token, nats."""

    @property
    def loss_before(self) -> float:
        """Mean negative log-likelihood, nats a token."""
        return math.fsum(self.losses_before) / len(self.losses_before)

    @property
    def loss_after(self) -> float:
        """Mean negative log-likelihood after the removal, nats a token."""
        return math.fsum(self.losses_after) / len(self.losses_after)

    @property
    def loss_changes(self) -> list[float]:
        """Nats by which each token but the first became harder to predict."""
        return [after - before for before, after in zip(self.losses_before, self.losses_after, strict=True)]

    @property
    def perplexity_before(self) -> float:
        """exp(loss): among how many equally likely tokens the model seems to choose."""
        return math.exp(self.loss_before)

    @property
    def perplexity_after(self) -> float:
        """exp(loss) after the removal."""
        return math.exp(self.loss_after)

    @property
    def divergence(self) -> float:
        """KL averaged over all positions, nats."""
        return math.fsum(self.divergences) / len(self.divergences)

    @property
    def most_changed(self) -> int:
        """The position whose prediction moved most, of those with another first choice if there are any."""
        everywhere = range(len(self.divergences))
        turned = [place for place in everywhere if self.best_before(place) != self.best_after(place)]
        return max(turned or everywhere, key=self.divergences.__getitem__)

    @property
    def changed_first_choices(self) -> int:
        """Positions at which another token has become the likeliest."""
        return sum(self.best_before(place) != self.best_after(place) for place in range(len(self.candidates)))

    def best_before(self, place: int) -> str:
        """The likeliest token after position `place` for the whole model."""
        return max(self.candidates[place], key=lambda candidate: candidate.before).token

    def best_after(self, place: int) -> str:
        """The likeliest token after position `place` after the removal."""
        return max(self.candidates[place], key=lambda candidate: candidate.after).token


@dataclass(frozen=True)
class VectorEffect:
    """What a removal did to an encoder's vectors."""

    cosine: float
    """Of the sentence vector (the mean of the last layer's token vectors) before and after."""
    token_cosines: tuple[float, ...]
    """Of each token's vector in the last layer before and after."""
