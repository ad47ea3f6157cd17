"""What SmolLM2's activations really do on a text, and what happens when another one takes their place.

SiLU is never exactly zero, so "sparse" needs a threshold: a gate below zero is what ReLU would switch
off; a coefficient counts as small below one hundredth of the largest of its token. The loss with the
activation exchanged is that of the same weights, not trained for the new one: it says how much the
model relies on the shape it was trained with, not which activation is better.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.attention.block.activations import ACTIVATIONS
from core.attention.block.inside import FeedForwardReading, loss_with

if TYPE_CHECKING:
    from core.engines.language_model import LanguageModel

SMALL = 0.01
BINS = 60
REACH = 6.0


@dataclass(frozen=True)
class LayerUse:
    """One layer's gates on one text."""

    negative: float
    """Share of gate values below zero: exactly zero, had it been ReLU."""
    in_dip: float
    """Share of gate values between -3 and 0, where SiLU is clearly below zero."""
    small: float
    """Share of coefficients below `SMALL` of the largest of their token."""
    never_positive: float
    """Share of neurons whose gate is negative on every token: dead on this text, had it been ReLU."""


@dataclass(frozen=True)
class ActivationUse:
    """All layers' gates on one text."""

    tokens: int
    layers: tuple[LayerUse, ...]
    edges: tuple[float, ...]
    """Ends of the histogram's bins."""
    shares: tuple[float, ...]
    """Share of all gate values in each bin; the outermost bins hold what lies beyond."""

    def mean(self, name: str) -> float:
        """The mean over layers of a field of `LayerUse`."""
        return sum(getattr(layer, name) for layer in self.layers) / len(self.layers)


def activation_use(reading: FeedForwardReading) -> ActivationUse:
    """Count what the gates of `reading` do, layer by layer."""
    edges = torch.linspace(-REACH, REACH, BINS + 1)
    inside = reading.gate.clamp(-REACH, REACH)
    counts = torch.histc(inside, BINS, -REACH, REACH)
    return ActivationUse(
        tokens=reading.gate.shape[1],
        layers=tuple(
            _layer_use(gate, coefficients)
            for gate, coefficients in zip(reading.gate, reading.coefficients, strict=True)
        ),
        edges=tuple(edges.tolist()),
        shares=tuple((counts / counts.sum()).tolist()),
    )


def _layer_use(gate: Tensor, coefficients: Tensor) -> LayerUse:
    """(tokens, inner) twice."""
    largest = coefficients.abs().amax(-1, keepdim=True)
    return LayerUse(
        negative=_share(gate < 0),
        in_dip=_share((gate < 0) & (gate > -3)),
        small=_share(coefficients.abs() < SMALL * largest),
        never_positive=_share((gate < 0).all(0)),
    )


def _share(flags: Tensor) -> float:
    return float(flags.double().mean())


def exchanged_losses(
    model: "LanguageModel",
    text: str,
    names: tuple[str, ...] = ("swish", "gelu", "relu", "sigmoid", "identity"),
) -> dict[str, float]:
    """Loss (nats a token) on `text` with each activation in place of SiLU in every layer.

    Raises:
        GlassboxError: fewer than two tokens.
    """
    return {name: loss_with(model, text, ACTIVATIONS[name][0]) for name in names}
