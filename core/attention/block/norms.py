"""LayerNorm, RMSNorm and DeepNorm written out, every intermediate number kept.

    LayerNorm   y = g * (x - mean(x)) / sqrt(var(x) + epsilon) + b      2 d parameters
    RMSNorm     y = g * x / sqrt(mean(x^2) + epsilon)                   d parameters
    DeepNorm    y = LayerNorm(alpha x + F(x))                           2 d parameters

The variance divides by d, not by d - 1. With g = 1 and b = 0 a LayerNorm's output has mean 0 and
length sqrt(d); an RMSNorm's has length sqrt(d) and whatever mean it had. LayerNorm is RMSNorm of the
centred vector, so the two agree exactly where the mean is zero.

Sources: Ba, Kiros and Hinton 2016, "Layer Normalization", equation 3; Zhang and Sennrich 2019, "Root Mean
Square Layer Normalization", equation 4; Wang et al. 2022, "DeepNet", section 3.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import GlassboxError

LAYER_NORM_EPSILON = 1e-5
RMS_NORM_EPSILON = 1e-5
"""SmolLM2's; LLaMA 1 has 1e-6, BERT's LayerNorm 1e-12."""


@dataclass(frozen=True)
class LayerNormSteps:
    """Every intermediate value of a LayerNorm over the last dimension."""

    mean: Tensor
    """(..., 1)"""
    centred: Tensor
    """(..., d)"""
    variance: Tensor
    """(..., 1), divided by d"""
    divisor: Tensor
    """(..., 1): sqrt(variance + epsilon)"""
    normalised: Tensor
    """(..., d), before gain and bias"""
    output: Tensor
    """(..., d)"""


@dataclass(frozen=True)
class RmsNormSteps:
    """Every intermediate value of an RMSNorm over the last dimension."""

    mean_square: Tensor
    """(..., 1)"""
    divisor: Tensor
    """(..., 1): sqrt(mean square + epsilon)"""
    normalised: Tensor
    """(..., d), before the gain"""
    output: Tensor
    """(..., d)"""


@dataclass(frozen=True)
class DeepNormSteps:
    """A weighted residual sum and the LayerNorm of it."""

    alpha: float
    scaled: Tensor
    """(..., d): alpha times the residual"""
    total: Tensor
    """(..., d): plus the sublayer's output"""
    norm: LayerNormSteps


def layer_norm(
    x: Tensor, gain: Tensor | float = 1.0, bias: Tensor | float = 0.0, epsilon: float = LAYER_NORM_EPSILON
) -> LayerNormSteps:
    """Centre x, divide by its standard deviation, scale and shift.

    Args:
        x: (..., d)
        gain: (d,) or a number for all.
        bias: (d,) or a number for all.
        epsilon: keeps the divisor from zero; torch's default.

    >>> layer_norm(torch.tensor([1.0, 2.0, 3.0, 6.0]), epsilon=0.0).normalised
    tensor([-1.0690, -0.5345,  0.0000,  1.6036])
    """
    mean = x.mean(-1, keepdim=True)
    centred = x - mean
    variance = (centred * centred).mean(-1, keepdim=True)
    divisor = torch.sqrt(variance + epsilon)
    normalised = centred / divisor
    return LayerNormSteps(mean, centred, variance, divisor, normalised, gain * normalised + bias)


def rms_norm(x: Tensor, gain: Tensor | float = 1.0, epsilon: float = RMS_NORM_EPSILON) -> RmsNormSteps:
    """Divide x by the root of its mean square, and scale.

    Args:
        x: (..., d)
        gain: (d,) or a number for all.
        epsilon: keeps the divisor from zero.

    >>> rms_norm(torch.tensor([1.0, -1.0, 1.0, 5.0]), epsilon=0.0).divisor
    tensor([2.6458])
    """
    mean_square = (x * x).mean(-1, keepdim=True)
    divisor = torch.sqrt(mean_square + epsilon)
    normalised = x / divisor
    return RmsNormSteps(mean_square, divisor, normalised, gain * normalised)


def deep_norm_steps(
    residual: Tensor,
    sublayer_output: Tensor,
    alpha: float,
    gain: Tensor | float = 1.0,
    bias: Tensor | float = 0.0,
    epsilon: float = LAYER_NORM_EPSILON,
) -> DeepNormSteps:
    """LayerNorm of alpha x + F(x); alpha = 1 is post-norm.

    Args:
        residual: x, (..., d).
        sublayer_output: F(x), (..., d).
        alpha: the residual's weight, from `placement.deep_norm_scales`.
        gain: (d,) or a number for all.
        bias: (d,) or a number for all.
        epsilon: keeps the divisor from zero.
    """
    scaled = alpha * residual
    total = scaled + sublayer_output
    return DeepNormSteps(alpha, scaled, total, layer_norm(total, gain, bias, epsilon))


def mean_share(x: Tensor) -> Tensor:
    """How much of the mean square is the squared mean, (..., d) to (...): all that RMSNorm leaves in.

    mean(x^2) = var(x) + mean(x)^2, so the share lies between 0 (RMSNorm equals LayerNorm) and 1.

    >>> mean_share(torch.tensor([[1.0, -1.0], [3.0, 3.0]]))
    tensor([0., 1.])
    """
    return x.mean(-1) ** 2 / (x * x).mean(-1)


def parameter_count(kind: str, width: int) -> int:
    """Learned numbers of one norm: LayerNorm and DeepNorm have gain and bias, RMSNorm the gain only.

    >>> parameter_count("layer", 576), parameter_count("rms", 576)
    (1152, 576)
    """
    return width * {"layer": 2, "rms": 1, "deep": 2}[kind]


def parse_vector(text: str, most: int = 16) -> Tensor:
    """Numbers that a reader typed, separated by spaces, commas or semicolons.

    Raises:
        GlassboxError: something that is no finite number, fewer than two, or more than `most`.

    >>> parse_vector("1, -2.5 3")
    tensor([ 1.0000, -2.5000,  3.0000])
    """
    words = text.replace(",", " ").replace(";", " ").replace("，", " ").split()
    try:
        numbers = [float(word) for word in words]
    except ValueError as error:
        raise GlassboxError("attention.block.error.numbers", most=most) from error
    if not 2 <= len(numbers) <= most or not all(abs(number) <= 1e6 for number in numbers):
        raise GlassboxError("attention.block.error.numbers", most=most)
    return torch.tensor(numbers)
