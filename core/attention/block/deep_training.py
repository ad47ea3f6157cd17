"""Training the deep network: Adam, with the learning rate at once or warmed up, nothing clipped.

Adam divides each step by the size of recent gradients; in the first steps that estimate rests on a
handful of batches. Warm-up keeps those steps small. Post-norm needs it, pre-norm mostly does not.

Source: Xiong et al. 2020, sections 3.1 and 4.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from core.attention.block.characters import characters, windows
from core.attention.block.deep_network import DeepNetwork, Shape
from core.attention.block.placement import check_placement
from core.errors import GlassboxError

HELD_OUT_BATCHES = 4


@dataclass(frozen=True)
class Training:
    """How to train; the same seed gives two arrangements the same first weights and the same batches."""

    placement: str = "pre"
    warm_up: int = 0
    """Steps over which the learning rate rises in a straight line; 0 starts with the full rate."""
    learning_rate: float = 3e-3
    steps: int = 200
    depth: int = 24
    width: int = 48
    length: int = 64
    batch: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise `GlassboxError` for a value of another type or out of range."""
        check_placement(self.placement)
        limits: dict[str, tuple[float, float]] = {
            "warm_up": (0, 10_000),
            "learning_rate": (1e-6, 1.0),
            "steps": (1, 5_000),
            "depth": (1, 96),
            "width": (8, 256),
            "length": (8, 256),
            "batch": (1, 64),
            "seed": (0, 2**31 - 1),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            kinds = (int, float) if name == "learning_rate" else (int,)
            if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
                raise GlassboxError(
                    "attention.block.error.parameter", name=name, value=str(value)[:40], low=low, high=high
                )
        if self.width % 2:
            raise GlassboxError("attention.block.error.width", width=self.width)


def rate_at(training: Training, step: int) -> float:
    """The learning rate of `step`, counted from 0.

    >>> [round(rate_at(Training(learning_rate=0.4, warm_up=4), step), 1) for step in range(6)]
    [0.1, 0.2, 0.3, 0.4, 0.4, 0.4]
    """
    share = (step + 1) / training.warm_up if training.warm_up else 1.0
    return training.learning_rate * min(1.0, share)


def shape_of(training: Training) -> Shape:
    """The network that is trained."""
    return Shape(len(characters().alphabet), training.depth, training.width, 2, training.length)


class DeepTraining:
    """A training that goes step by step, so that whoever runs it can report, stop or keep a state."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.network = DeepNetwork(shape_of(training), training.placement, training.seed)
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), lr=training.learning_rate, betas=(0.9, 0.98), fused=True
        )
        self._generator = torch.Generator().manual_seed(training.seed + 1)

    def steps(self) -> Iterator[float]:
        """Train to the end, one loss (nats a character) a step; a loss that is not finite ends it."""
        text = characters().training
        for step in range(self.training.steps):
            for group in self.optimizer.param_groups:
                group["lr"] = rate_at(self.training, step)
            ids = windows(text, self.training.batch, self.training.length, self._generator)
            loss = self.network.loss(ids)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            yield loss.item()
            if not math.isfinite(loss.item()):
                return

    @torch.no_grad()
    def held_out_loss(self) -> float:
        """Mean loss (nats a character) on text that no training sees, the same for everyone."""
        generator = torch.Generator().manual_seed(0)
        length = self.training.length
        drawn = [windows(characters().held_out, 16, length, generator) for _ in range(HELD_OUT_BATCHES)]
        return float(sum(self.network.loss(ids) for ids in drawn) / HELD_OUT_BATCHES)


def unigram_loss() -> float:
    """The loss (nats) of a model that knows only how common each character is: the first plateau.

    Measured on the training text; a network that stays here has learnt nothing from its context.
    """
    counts = torch.bincount(characters().training).double()
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * shares.log()).sum())
