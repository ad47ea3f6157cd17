"""One matrix in every format."""

from dataclasses import dataclass

from torch import Tensor

from core.memory.quantise.stored import quantise
from core.memory.quantise.weight_error import WeightError, weight_error
from core.memory.quantise.weight_formats import FORMATS, predicted_bytes


@dataclass(frozen=True)
class MatrixReport:
    """One format on one matrix."""

    error: WeightError
    predicted: int
    """Bytes by the formula."""
    counted: int
    """Bytes of the tensors."""


def matrix_reports(weights: Tensor, block: int = 64, double: bool = True) -> dict[str, MatrixReport]:
    """Every format on the matrix, float32 first.

    >>> import torch
    >>> found = matrix_reports(torch.tensor([[1.0, -0.5], [0.25, 0.0]]))
    >>> found["fp32"].error.relative, found["int8"].counted
    (0.0, 8)
    """
    reports = {}
    for name in FORMATS:
        stored = quantise(weights, name, block, double)
        reports[name] = MatrixReport(
            error=weight_error(weights, stored.restored()),
            predicted=predicted_bytes(tuple(weights.shape), name, block, double),
            counted=stored.bytes,
        )
    return reports
