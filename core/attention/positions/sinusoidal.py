"""Sinusoidal positions: every position has its own pattern of waves, which is added to the embedding.

    PE(p, 2i) = sin(p w_i)    PE(p, 2i + 1) = cos(p w_i)    w_i = base^(-2i / d)

Each pair of dimensions is a hand of a clock: the first turns by one radian a token, the last hardly
at all. Going k tokens further turns every hand by k w_i, whatever p is, so PE(p + k) is a rotation of
PE(p), and the dot product of two positions depends on their distance only, and not on its sign.
Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.5.
"""

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


def encoding(length: int, width: int, base: float = BASE) -> Tensor:
    """The pattern of the positions 0 to length - 1: (length, width), sines in the even columns.

    Raises:
        GlassboxError: `width` is odd, `length` is not positive, or `base` is below 1.

    >>> encoding(2, 4, 100.0)
    tensor([[0.0000, 1.0000, 0.0000, 1.0000],
            [0.8415, 0.5403, 0.0998, 0.9950]])
    """
    check_whole("length", length, 1)
    angles = torch.arange(length, dtype=torch.float32)[:, None] * frequencies(width, base)
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
