"""How far a restored matrix is from the true one."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class WeightError:
    """Of one matrix or of many; sums are kept, so that errors of several matrices add up."""

    signal: float
    """Sum of the squared weights."""
    noise: float
    """Sum of the squared differences."""
    largest: float
    """The largest absolute difference."""
    zeroed: int
    """Weights other than zero that became zero."""
    weights: int

    @property
    def relative(self) -> float:
        """Length of the difference over length of the weights."""
        return math.sqrt(self.noise / self.signal)

    @property
    def decibels(self) -> float | None:
        """Signal-to-noise ratio, 10 log10(signal / noise); None where nothing changed."""
        return 10 * math.log10(self.signal / self.noise) if self.noise else None


def weight_error(true: Tensor, restored: Tensor) -> WeightError:
    """The error of `restored`.

    >>> weight_error(torch.tensor([3.0, 4.0]), torch.tensor([3.0, 3.5])).relative
    0.1
    """
    difference = true - restored
    return WeightError(
        signal=float(torch.linalg.vector_norm(true, dtype=torch.float64)) ** 2,
        noise=float(torch.linalg.vector_norm(difference, dtype=torch.float64)) ** 2,
        largest=float(difference.abs().max()),
        zeroed=int(((restored == 0) & (true != 0)).sum()),
        weights=true.numel(),
    )


def together(errors: list[WeightError]) -> WeightError:
    """The error of several matrices as if they were one."""
    return WeightError(
        signal=sum(each.signal for each in errors),
        noise=sum(each.noise for each in errors),
        largest=max(each.largest for each in errors),
        zeroed=sum(each.zeroed for each in errors),
        weights=sum(each.weights for each in errors),
    )
