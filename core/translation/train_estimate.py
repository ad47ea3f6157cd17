"""What a training will cost, said before it starts: parameters counted, one real step timed.

Seconds are those of one step of this very model on this machine, times the steps, and of writing some
sentences token by token after each epoch. Nothing is extrapolated from another size; only a large batch
is timed by a part of itself.
"""

from dataclasses import dataclass, replace
from time import perf_counter

import torch

from core.training.half_precision import half_precision
from core.translation.build import build_model
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.train_job import SCORED, TRANSLATED_AT_ONCE, check_size
from core.translation.training import BETAS, LARGEST_GRADIENT, teacher_forced_loss

TIMED_TOKENS = 512
"""Of a batch, at most; the time of a larger one is that many times as long."""
TIMED_LENGTH = 16
TOKENS_A_PAIR = {"grammar": 14.0, "multi30k": 15.5, "tsv": 16.0}
"""On the longer side, marks and filling included, as the batches of the two data sets have them."""


@dataclass(frozen=True)
class Estimate:
    """Before the start."""

    parameters: int
    steps: int
    """In all epochs."""
    seconds: float
    """In all, with the translations after each epoch."""
    seconds_a_step: float


def parameters_of(model: ModelSettings) -> int:
    """Numbers that would be learned, counted without making them.

    Raises:
        GlassboxError: a setting is out of range, or the model is too large.
    """
    return check_size(model)


def estimate(model: ModelSettings, training: TrainingSettings, data: str, pairs: int) -> Estimate:
    """Time one step and one written token of this model, here and now.

    Args:
        data: `grammar`, `multi30k` or `tsv`.
        pairs: to learn from.

    Raises:
        GlassboxError: a setting is out of range, or the model is too large.
    """
    parameters = parameters_of(model)
    tokens = min(training.tokens_per_batch, TIMED_TOKENS)
    rows = max(1, tokens // TIMED_LENGTH)
    step, written = _timed(replace(model, dropout=max(model.dropout, 0.0)), rows)
    step *= training.tokens_per_batch / (rows * TIMED_LENGTH)
    steps = max(1, round(pairs * TOKENS_A_PAIR[data] / training.tokens_per_batch)) * training.epochs
    groups = SCORED / TRANSLATED_AT_ONCE * 2 * TIMED_LENGTH
    return Estimate(parameters, steps, steps * step + training.epochs * groups * written, step)


def _timed(settings: ModelSettings, rows: int) -> tuple[float, float]:
    """Seconds of a training step of so many rows, and of writing one token for a group of sentences."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build_model(settings).to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.0, betas=BETAS, fused=True)
    low = min(4, settings.vocabulary_size - 1)
    ids = torch.randint(low, settings.vocabulary_size, (rows, TIMED_LENGTH), device=device)
    seconds = []
    for _ in range(3):
        begun = perf_counter()
        with half_precision(device):
            loss = teacher_forced_loss(model, ids, ids, 0.1)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        float(loss.detach())
        seconds.append(perf_counter() - begun)
    model.eval()
    with torch.inference_mode():
        few = ids[:1].expand(TRANSLATED_AT_ONCE, -1)
        state = model.start(few)
        begun = perf_counter()
        model.step(few[:, 0], state)
        written = perf_counter() - begun
    return min(seconds[1:]), written
