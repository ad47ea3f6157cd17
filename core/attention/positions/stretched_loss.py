"""What stretching costs on text that would have fitted anyway.

The loss of SmolLM2 on a short passage with its rotation stretched, without any further training. Whether
the stretching helps beyond the trained length is another experiment.
Source of the question: Chen et al. 2023, "Positional Interpolation", section 3 (tables 1 and 2 list the
original length too); Peng et al. 2023, "YaRN", section 3.1 ("loss of high frequency information").
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.attention.positions.order import DECODER
from core.attention.positions.reading import head_base, llama_layers
from core.attention.positions.scaling import SCHEMES, ScaledRotation, scaled
from core.attention.positions.sinusoidal import frequencies
from core.attention.schemes.prose import paragraphs
from core.shelf.load import load_language_model


@dataclass(frozen=True)
class StretchedLosses:
    """Mean negative log likelihood of a token, nats."""

    own: float
    """With the model's own rotation."""
    stretched: dict[str, float]
    """By scheme."""
    factor: float
    tokens: int
    """Predicted tokens."""


def stretched_losses(factor: float, length: int = 160) -> StretchedLosses:
    """Read the same passage with the model's own rotation and with each scheme.

    Dynamic NTK is left out: within the trained length it changes nothing.

    Args:
        factor: by how much the context is to grow.
        length: tokens of Python's documentation prose.

    Raises:
        GlassboxError: the model is not installed, or `factor` is below 1.
    """
    model = load_language_model(DECODER)
    base, width = head_base(model), model.head_width
    ids = torch.tensor(model.encode("\n".join(paragraphs())[: length * 8])[:length])

    def loss(speeds: Tensor, scale: float = 1.0) -> float:
        angles = torch.arange(length)[:, None] * speeds
        *_, (_, last) = llama_layers(model, ids, angles, scale)
        logits = model.logits(model.module.model.norm(last.hidden[:-1]))
        return float(F.cross_entropy(logits, ids[1:]))

    found: dict[str, float] = {}
    for scheme in SCHEMES:
        if scheme != "dynamic":
            rotation: ScaledRotation = scaled(scheme, width, base, factor, model.context_length)
            found[scheme] = loss(rotation.speeds, rotation.attention_scale)
    return StretchedLosses(loss(frequencies(width, base)), found, factor, length - 1)
