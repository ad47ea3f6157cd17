"""What fits for each batch and length: the prediction over a grid of both."""

from dataclasses import dataclass, replace

from core.memory.plan import Plan, sequence_length
from core.memory.predict import predict

BATCHES = (1, 2, 4, 8, 16, 32, 64)
LENGTHS = (128, 256, 512, 1024, 2048, 4096, 8192, 16_384)


@dataclass(frozen=True)
class FitGrid:
    """Bytes that one device needs, a row for each batch and a column for each length."""

    batches: tuple[int, ...]
    lengths: tuple[int, ...]
    needed: tuple[tuple[int, ...], ...]


def fit_grid(plan: Plan, batches: tuple[int, ...] = BATCHES, lengths: tuple[int, ...] = LENGTHS) -> FitGrid:
    """Predict every pair; lengths past the positions that the model has learned are left out.

    Raises:
        GlassboxError: the plan cannot be.

    >>> from core.memory.plan import plan_from
    >>> grid = fit_grid(plan_from({"preset": "gpt2", "length": 128}), (1, 2))
    >>> grid.lengths, len(grid.needed)
    ((128, 256, 512, 1024), 2)
    """
    most = plan.architecture.position_rows
    virtual = sequence_length(plan) - plan.length
    allowed = tuple(length for length in lengths if not most or length + virtual <= most)
    allowed = allowed or (plan.length,)
    rows = tuple(
        tuple(predict(replace(plan, batch=batch, length=length)).needed_per_device for length in allowed)
        for batch in batches
    )
    return FitGrid(batches, allowed, rows)
