"""How long each norm takes on this machine, as written out, in torch's own kernel, and beside a whole block.

The operations that RMSNorm saves (the mean, its subtraction, the bias) are certain. Whether it is
faster depends on the kernel: a fused LayerNorm can beat an RMSNorm that runs as several operations.

Source: Zhang and Sennrich 2019, section 6, report running times 7% to 64% shorter, for whole models.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.attention.block.norms import layer_norm, rms_norm

FEWEST_REPETITIONS = 5
LEAST_SECONDS = 0.002
"""A timing of several calls that lasts this long is not decided by the clock."""


@dataclass(frozen=True)
class NormCost:
    """Microseconds of one call on (rows, width) numbers, the best of many, every way timed in turn."""

    rows: int
    width: int
    repetitions: int
    threads: int
    written_layer: float
    """LayerNorm as this project writes it out, one torch operation after the other."""
    written_rms: float
    kernel_layer: float
    """`torch.nn.functional.layer_norm`, one fused kernel."""
    kernel_rms: float
    feed_forward: float
    """A gated feed-forward layer of the same width, 8/3 times as wide inside: what a norm stands beside."""

    @property
    def written_ratio(self) -> float:
        """RMSNorm's time over LayerNorm's, both written out."""
        return self.written_rms / self.written_layer

    @property
    def kernel_ratio(self) -> float:
        """RMSNorm's time over LayerNorm's, both torch's own."""
        return self.kernel_rms / self.kernel_layer


@torch.inference_mode()
def measure_cost(rows: int = 64, width: int = 576, seconds: float = 2.0) -> NormCost:
    """Time the ways in turn, so that a busy machine slows all of them.

    Args:
        rows: tokens normalised at once.
        width: numbers a token.
        seconds: how long to repeat, after at least `FEWEST_REPETITIONS`; the best counts, least disturbed.
    """
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(rows, width, generator=generator)
    gain, bias = torch.rand(width, generator=generator), torch.rand(width, generator=generator)
    inner = round(width * 8 / 3)
    gate, up = (nn.Linear(width, inner, bias=False) for _ in range(2))
    down = nn.Linear(inner, width, bias=False)
    ways: dict[str, Callable[[], object]] = {
        "written_layer": lambda: layer_norm(x, gain, bias),
        "written_rms": lambda: rms_norm(x, gain),
        "kernel_layer": lambda: F.layer_norm(x, (width,), gain, bias),
        "kernel_rms": lambda: F.rms_norm(x, (width,), gain, 1e-5),
        "feed_forward": lambda: _feed_forward(x, gate, up, down),
    }
    calls = {name: _calls_needed(way) for name, way in ways.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    end = perf_counter() + seconds
    while len(times["feed_forward"]) < FEWEST_REPETITIONS or perf_counter() < end:
        for name, way in ways.items():
            times[name].append(_seconds(way, calls[name]) / calls[name] * 1e6)
    best = {name: min(own) for name, own in times.items()}
    return NormCost(rows, width, len(times["feed_forward"]), torch.get_num_threads(), **best)


def _feed_forward(x: Tensor, gate: nn.Linear, up: nn.Linear, down: nn.Linear) -> Tensor:
    result: Tensor = down(F.silu(gate(x)) * up(x))
    return result


def _calls_needed(way: Callable[[], object]) -> int:
    """How many calls in a row one timing needs."""
    way()
    once = _seconds(way, 3) / 3
    return max(1, min(200, round(LEAST_SECONDS / max(once, 1e-7))))


def _seconds(way: Callable[[], object], calls: int) -> float:
    begun = perf_counter()
    for _ in range(calls):
        way()
    return perf_counter() - begun
