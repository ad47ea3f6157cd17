"""Sinusoidal positions: every position has its own pattern of waves, which is added to the embedding.

    PE(p, 2i) = sin(p w_i)    PE(p, 2i + 1) = cos(p w_i)    w_i = base^(-2i / d)

Each pair of dimensions is a hand of a clock: the first turns by one radian a token, the last hardly
at all. Going k tokens further turns every hand by k w_i, whatever p is, so PE(p + k) is a rotation of
PE(p), and the dot product of two positions depends on their distance only, and not on its sign.
Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.5.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.positions.checks import check_at_least, check_even, check_whole

BASE = 10_000.0
"""The base of Vaswani et al. and of RoFormer."""


def frequencies(width: int, base: float = BASE) -> Tensor:
    """The speed of each pair of dimensions in radians a token, (width / 2,), fast to slow.

    Raises:
        GlassboxError: `width` is odd, or `base` is below 1.

    >>> frequencies(4, 100.0)
    tensor([1.0000, 0.1000])
    """
    check_even(width)
    check_at_least("base", base, 1.0)
    return 1.0 / base ** (torch.arange(0, width, 2, dtype=torch.float32) / width)


def wavelength(speed: float) -> float:
    """Tokens that a whole turn takes at `speed` radians a token.

    >>> round(wavelength(1.0), 2)
    6.28
    """
    return 2 * math.pi / speed


def encoding(length: int, width: int, base: float = BASE, first: int = 0) -> Tensor:
    """The pattern of `length` positions from `first` on: (length, width), sines in the even columns.

    Raises:
        GlassboxError: `width` is odd, `length` is not positive, or `base` is below 1.

    >>> encoding(2, 4, 100.0)
    tensor([[0.0000, 1.0000, 0.0000, 1.0000],
            [0.8415, 0.5403, 0.0998, 0.9950]])
    """
    check_whole("length", length, 1)
    positions = torch.arange(first, first + length, dtype=torch.float32)
    angles = positions[:, None] * frequencies(width, base)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)


def shift_matrix(distance: int, width: int, base: float = BASE) -> Tensor:
    """The matrix M with PE(p + distance) = M PE(p) for every p: (width, width), a rotation of each pair.

    The addition theorems: sin(a + b) = cos b sin a + sin b cos a, cos(a + b) = cos b cos a - sin b sin a.

    Raises:
        GlassboxError: `width` is odd, or `base` is below 1.

    >>> shift_matrix(1, 2)
    tensor([[ 0.5403,  0.8415],
            [-0.8415,  0.5403]])
    """
    angles = distance * frequencies(width, base)
    cosine, sine = angles.cos(), angles.sin()
    turns = torch.stack((torch.stack((cosine, sine), -1), torch.stack((-sine, cosine), -1)), -2)
    return torch.block_diag(*turns)


@dataclass(frozen=True)
class Turn:
    """One pair of PE(p) and of PE(p + k), and the rotation between them."""

    speed: float
    """Radians a token."""
    start: tuple[float, float]
    """(sine, cosine) at p."""
    end: tuple[float, float]
    """(sine, cosine) at p + k."""
    matrix: tuple[float, float, float, float]
    """The pair's block of `shift_matrix`, row by row."""
    error: float
    """Largest difference of M PE(p) from PE(p + k) over all pairs: rounding only."""


def turn(position: int, shift: int, pair: int, width: int, base: float = BASE) -> Turn:
    """What going `shift` tokens on from `position` does to one pair.

    Raises:
        GlassboxError: there is no such pair, `width` is odd, or `base` is below 1.

    >>> turn(0, 1, 0, 2).end[0] == turn(0, 1, 0, 2).matrix[1]
    True
    """
    check_even(width)
    check_whole("pair", pair, 0, width // 2 - 1)
    here, there = (encoding(1, width, base, first=place)[0] for place in (position, position + shift))
    matrix = shift_matrix(shift, width, base)
    columns = slice(2 * pair, 2 * pair + 2)
    (start_sine, start_cosine), (end_sine, end_cosine) = here[columns].tolist(), there[columns].tolist()
    (a, b), (c, d) = matrix[columns, columns].tolist()
    return Turn(
        float(frequencies(width, base)[pair]),
        (start_sine, start_cosine),
        (end_sine, end_cosine),
        (a, b, c, d),
        float((matrix @ here - there).abs().max()),
    )
