"""A reader's vector through all three norms, with each formula's numbers filled in as LaTeX."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.block.norms import (
    LAYER_NORM_EPSILON,
    DeepNormSteps,
    LayerNormSteps,
    RmsNormSteps,
    deep_norm_steps,
    layer_norm,
    parse_vector,
    rms_norm,
)
from core.attention.block.placement import deep_norm_scales
from core.attention.block.samples import vector_samples


@dataclass(frozen=True)
class NormExample:
    """The vector, every norm of it, and the formulas with its first number filled in."""

    rows: Mapping[str, tuple[float, ...]]
    """`input`, `layer`, `rms`, `deep` -> the numbers."""
    depth: int
    alpha: float
    beta: float
    has_sublayer: bool
    """Whether F(x) is a real model's; it is zero for a vector of the reader's own."""
    layer_formula: str
    rms_formula: str
    deep_formula: str


def norm_example(numbers: str, shift: float = 0.0, scale: float = 1.0, depth: int = 24) -> NormExample:
    """Normalise scale * x + shift in the three ways, gain 1 and bias 0.

    Args:
        numbers: x as typed.
        shift: added to every number.
        scale: every number is multiplied by it first.
        depth: layers, for DeepNorm's alpha and beta.

    Raises:
        GlassboxError: no vector, or one that is too long.
    """
    typed = parse_vector(numbers)
    x = scale * typed + shift
    alpha, beta = deep_norm_scales(depth)
    added = _sublayer_of(typed)
    layer, rms = layer_norm(x), rms_norm(x)
    deep = deep_norm_steps(x, torch.zeros_like(x) if added is None else added, alpha)
    outputs = {"input": x, "layer": layer.output, "rms": rms.output, "deep": deep.norm.output}
    return NormExample(
        rows={name: tuple(values.tolist()) for name, values in outputs.items()},
        depth=depth,
        alpha=alpha,
        beta=beta,
        has_sublayer=added is not None,
        layer_formula=_layer_formula(x, layer),
        rms_formula=_rms_formula(x, rms),
        deep_formula=_deep_formula(x, deep),
    )


def _sublayer_of(typed: Tensor) -> Tensor | None:
    """What the real feed-forward layer adds to this vector, if it is one of the samples."""
    for sample in vector_samples().values():
        if len(typed) == len(sample.residual) and torch.allclose(typed, torch.tensor(sample.residual)):
            return torch.tensor(sample.sublayer)
    return None


def _layer_formula(x: Tensor, steps: LayerNormSteps) -> str:
    mean, variance, divisor = (float(value) for value in (steps.mean, steps.variance, steps.divisor))
    return (
        r"\begin{aligned}&\text{LayerNorm:}\\ \mu &= \tfrac1d\textstyle\sum x_i = " + f"{mean:.4f}"
        r"\\ \sigma^2 &= \tfrac1d\textstyle\sum (x_i-\mu)^2 = " + f"{variance:.4f}" + r"\\"
        r" y_1 &= \frac{x_1-\mu}{\sqrt{\sigma^2+\epsilon}}\\ &= \frac{"
        + f"{float(x[0]):.4f} - ({mean:.4f})"
        + r"}{\sqrt{"
        + f"{variance:.4f} + {_power(LAYER_NORM_EPSILON)}"
        + r"}} = \frac{"
        + f"{float(steps.centred[0]):.4f}"
        + "}{"
        + f"{divisor:.4f}"
        + "} = "
        + f"{float(steps.output[0]):.4f}"
        + r"\end{aligned}"
    )


def _rms_formula(x: Tensor, steps: RmsNormSteps) -> str:
    square, divisor = float(steps.mean_square), float(steps.divisor)
    return (
        r"\begin{aligned}&\text{RMSNorm:}\\ \tfrac1d\textstyle\sum x_i^2 &= " + f"{square:.4f}" + r"\\"
        r" y_1 &= \frac{x_1}{\sqrt{\tfrac1d\sum x_i^2+\epsilon}} = \frac{"
        + f"{float(x[0]):.4f}"
        + "}{"
        + f"{divisor:.4f}"
        + "} = "
        + f"{float(steps.output[0]):.4f}"
        + r"\end{aligned}"
    )


def _deep_formula(x: Tensor, steps: DeepNormSteps) -> str:
    scaled, total = float(steps.scaled[0]), float(steps.total[0])
    return (
        r"\begin{aligned}&\text{DeepNorm:}\\ \alpha x_1 + F(x)_1 &= "
        + f"{steps.alpha:.4f} \\cdot ({float(x[0]):.4f}) + ({total - scaled:.4f}) = {total:.4f}"
        + r"\\ y_1 &= \frac{"
        + f"{total:.4f} - ({float(steps.norm.mean):.4f})"
        + "}{"
        + f"{float(steps.norm.divisor):.4f}"
        + "} = "
        + f"{float(steps.norm.output[0]):.4f}"
        + r"\end{aligned}"
    )


def _power(epsilon: float) -> str:
    return f"10^{{{round(torch.log10(torch.tensor(epsilon)).item())}}}"
