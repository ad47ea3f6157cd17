"""The formulas of activations with a chosen input filled in, as LaTeX."""

import math

import torch

from core.attention.block.activations import GATES, gated, value_and_slope

SYMBOLS = {
    "relu": r"\mathrm{ReLU}",
    "gelu": r"\mathrm{GELU}",
    "gelu_tanh": r"\mathrm{GELU}_{\tanh}",
    "swish": r"\mathrm{Swish}",
    "sigmoid": r"\sigma",
    "identity": r"\mathrm{id}",
}


def filled_formulas(names: tuple[str, ...], at: float, beta: float = 1.0) -> tuple[str, ...]:
    """Value and derivative of each named activation at x = `at`.

    >>> print(filled_formulas(("relu",), -1.0)[0])
    \\mathrm{ReLU}(-1.00) = \\max(0,\\,-1.00) = 0.0000, \\qquad f'(x) = 0.0000
    """
    return tuple(_filled(name, at, beta) for name in names)


def _filled(name: str, at: float, beta: float) -> str:
    value, slope = (
        float(number) for number in value_and_slope(name, torch.tensor(at, dtype=torch.float64), beta)
    )
    return f"{SYMBOLS[name]}({at:.2f}) = {_middle(name, at, beta)} = {value:.4f}, \\qquad f'(x) = {slope:.4f}"


def _middle(name: str, at: float, beta: float) -> str:
    if name == "relu":
        return rf"\max(0,\,{at:.2f})"
    if name == "gelu":
        share = 0.5 * (1 + math.erf(at / math.sqrt(2)))
        return rf"{at:.2f} \cdot \Phi({at:.2f}) = {at:.2f} \cdot {share:.4f}"
    if name == "gelu_tanh":
        inner = math.sqrt(2 / math.pi) * (at + 0.044715 * at**3)
        return rf"\tfrac12 \cdot {at:.2f} \cdot (1 + \tanh({inner:.4f}))"
    share = 1 / (1 + math.exp(-(beta if name == "swish" else 1.0) * at))
    if name == "swish":
        return rf"{at:.2f} \cdot \sigma({beta:.1f} \cdot ({at:.2f})) = {at:.2f} \cdot {share:.4f}"
    return rf"\frac{{1}}{{1 + e^{{{-at:.2f}}}}}"


def filled_gate(kind: str, gate: float, up: float) -> str:
    """A gated unit at a = `gate` and b = `up`.

    >>> filled_gate("bilinear", 2.0, 3.0)
    '\\\\mathrm{id}(a) \\\\cdot b = 2.0000 \\\\cdot (3.00) = 6.0000'
    """
    a, b = torch.tensor([gate], dtype=torch.float64), torch.tensor([up], dtype=torch.float64)
    opened, result = float(gated(kind, a, torch.ones_like(b))), float(gated(kind, a, b))
    return f"{SYMBOLS[GATES[kind]]}(a) \\cdot b = {opened:.4f} \\cdot ({up:.2f}) = {result:.4f}"
