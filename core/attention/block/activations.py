"""Activations and the gated family, with their derivatives, and what they do inside a real model.

    ReLU      max(0, x)
    GELU      x * Phi(x), Phi the normal distribution function
    GELU tanh x/2 * (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), GPT-2's approximation
    Swish     x * sigmoid(beta x); SiLU is beta = 1
    GLU       sigmoid(a) * b      Bilinear  a * b      ReGLU  relu(a) * b
    GeGLU     gelu(a) * b         SwiGLU    silu(a) * b

In the gated family a = x W and b = x V are two projections of the same input: b is multiplied by a
number that the input itself chose.

Sources: Nair and Hinton 2010; Hendrycks and Gimpel 2016, "Gaussian Error Linear Units"; Ramachandran
et al. 2017, "Searching for Activation Functions"; Dauphin et al. 2017; Shazeer 2020, "GLU Variants Improve
Transformer", equations 2 to 6.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

GELU_CUBE = 0.044715


def relu(x: Tensor) -> Tensor:
    """max(0, x), element by element."""
    return x.clamp(min=0)


def gelu(x: Tensor) -> Tensor:
    """x times the share of a standard normal distribution below x."""
    return x * normal_share(x)


def gelu_tanh(x: Tensor) -> Tensor:
    """The approximation that GPT-2 was trained with."""
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + GELU_CUBE * x**3)))


def swish(x: Tensor, beta: float = 1.0) -> Tensor:
    """x times the logistic function of beta x; SiLU with beta = 1, nearly ReLU with a large beta.

    >>> swish(torch.tensor([0.0, 1.0])), swish(torch.tensor([-2.0, 2.0]), beta=50.0)
    (tensor([0.0000, 0.7311]), tensor([-0., 2.]))
    """
    return x * torch.sigmoid(beta * x)


def normal_share(x: Tensor) -> Tensor:
    """Phi(x), the standard normal distribution function."""
    return 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def relu_slope(x: Tensor) -> Tensor:
    """1 where x is positive, else 0; at 0 itself torch takes 0."""
    return (x > 0).to(x.dtype)


def gelu_slope(x: Tensor) -> Tensor:
    """Phi(x) + x phi(x)."""
    return normal_share(x) + x * torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def gelu_tanh_slope(x: Tensor) -> Tensor:
    """The derivative of `gelu_tanh`, by the product and chain rules."""
    scale = math.sqrt(2 / math.pi)
    inner = torch.tanh(scale * (x + GELU_CUBE * x**3))
    return 0.5 * (1 + inner) + 0.5 * x * (1 - inner**2) * scale * (1 + 3 * GELU_CUBE * x**2)


def swish_slope(x: Tensor, beta: float = 1.0) -> Tensor:
    """s + beta x s (1 - s), with s = sigmoid(beta x)."""
    share = torch.sigmoid(beta * x)
    return share + beta * x * share * (1 - share)


def sigmoid_slope(x: Tensor) -> Tensor:
    """s (1 - s): at most a quarter, at 0."""
    share = torch.sigmoid(x)
    return share * (1 - share)


Curve = Callable[[Tensor], Tensor]

ACTIVATIONS: dict[str, tuple[Curve, Curve]] = {
    "relu": (relu, relu_slope),
    "gelu": (gelu, gelu_slope),
    "gelu_tanh": (gelu_tanh, gelu_tanh_slope),
    "swish": (swish, swish_slope),
    "sigmoid": (torch.sigmoid, sigmoid_slope),
    "identity": (lambda x: x, torch.ones_like),
}
"""A name -> the function and its derivative."""

GATES = {"glu": "sigmoid", "bilinear": "identity", "reglu": "relu", "geglu": "gelu", "swiglu": "swish"}
"""A gated unit -> the activation of its gate."""


def gated(kind: str, gate: Tensor, up: Tensor) -> Tensor:
    """activation(gate) * up for a unit of `GATES`, element by element."""
    return ACTIVATIONS[GATES[kind]][0](gate) * up


@dataclass(frozen=True)
class Curves:
    """Functions and derivatives over one range."""

    x: tuple[float, ...]
    values: dict[str, tuple[float, ...]]
    slopes: dict[str, tuple[float, ...]]


def curves(names: tuple[str, ...], beta: float = 1.0, reach: float = 5.0, points: int = 161) -> Curves:
    """The named activations from -reach to reach.

    Args:
        names: of `ACTIVATIONS`.
        beta: Swish's.
        reach: end of the range.
        points: how many places.
    """
    x = torch.linspace(-reach, reach, points, dtype=torch.float64)
    values, slopes = {}, {}
    for name in names:
        value, slope = value_and_slope(name, x, beta)
        values[name], slopes[name] = tuple(value.tolist()), tuple(slope.tolist())
    return Curves(tuple(x.tolist()), values, slopes)


def value_and_slope(name: str, x: Tensor, beta: float = 1.0) -> tuple[Tensor, Tensor]:
    """An activation of `ACTIVATIONS` and its derivative at x; beta is Swish's."""
    if name == "swish":
        return swish(x, beta), swish_slope(x, beta)
    function, slope = ACTIVATIONS[name]
    return function(x), slope(x)


@dataclass(frozen=True)
class GateSurface:
    """A gated unit over both of its inputs."""

    kind: str
    gate: tuple[float, ...]
    up: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]
    """A row for each value of `up`."""


def gate_surface(kind: str, reach: float = 4.0, points: int = 41) -> GateSurface:
    """activation(a) * b for a and b from -reach to reach."""
    axis = torch.linspace(-reach, reach, points, dtype=torch.float64)
    values = gated(kind, axis[None, :], axis[:, None])
    places = tuple(axis.tolist())
    return GateSurface(kind, places, places, tuple(tuple(row) for row in values.tolist()))
