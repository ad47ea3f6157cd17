"""ALiBi: no position vectors; each head takes off the score what the distance costs.

    score(i, j) = q_i . k_j / sqrt(d_k) - m_h (i - j)

The slopes m_h are fixed, not learnt: for n heads, n a power of two, the geometric sequence that starts
at 2^(-8/n) with that same ratio. For other n the sequence of the next lower power of two comes first,
then every second slope of the sequence twice as long.
Source: Press, Smith and Lewis 2022, "Train Short, Test Long", section 3; the rule for other numbers of
heads is that of the authors' code, which BLOOM follows.
"""

import math

import torch
from torch import Tensor

from core.attention.positions.checks import check_at_least, check_whole


def slopes(heads: int) -> Tensor:
    """The slope of each head: (heads,), what one token of distance takes off the score.

    Raises:
        GlassboxError: `heads` is not positive.

    >>> slopes(8)[:3], slopes(8)[-1]
    (tensor([0.5000, 0.2500, 0.1250]), tensor(0.0039))
    """
    check_whole("heads", heads, 1)
    power = 2 ** int(math.log2(heads))
    first = _geometric(power)
    return torch.cat((first, _geometric(2 * power)[0::2][: heads - power])) if power < heads else first


def _geometric(heads: int) -> Tensor:
    """2^(-8/n), 2^(-16/n), ..., 2^-8 for n a power of two."""
    return torch.pow(2.0, -8.0 / heads * torch.arange(1, heads + 1, dtype=torch.float32))


def bias(heads: int, length: int) -> Tensor:
    """What is added to the scores: (heads, length, length), query by key, 0 on the diagonal.

    Symmetric: a causal mask hides the later keys; an encoder uses both sides.

    Raises:
        GlassboxError: `heads` or `length` is not positive.

    >>> bias(8, 3)[0]
    tensor([[ 0.0000, -0.5000, -1.0000],
            [-0.5000,  0.0000, -0.5000],
            [-1.0000, -0.5000,  0.0000]])
    """
    check_whole("length", length, 1)
    positions = torch.arange(length)
    return slopes(heads)[:, None, None] * -(positions[:, None] - positions[None, :]).abs()


def weights_if_equal(heads: int, length: int) -> Tensor:
    """Attention of the last of `length` tokens when every q . k is the same: (heads, length), by distance.

    Softmax of the bias alone: at distance t the weight is e^(-m t), normalised.

    Raises:
        GlassboxError: `heads` or `length` is not positive.
    """
    check_whole("length", length, 1)
    return torch.softmax(-slopes(heads)[:, None] * torch.arange(length), dim=-1)


def share_within(heads: int, length: int) -> Tensor:
    """The share of `weights_if_equal` within each distance: (heads, length), growing to 1."""
    return weights_if_equal(heads, length).cumsum(-1)


def reach(slope: float, share: float = 0.95) -> float:
    """The distance in tokens within which a head of this slope keeps `share` of its weight, all q . k equal.

    From the geometric sum over an endless past: 1 - e^(-m t) = share.

    Raises:
        GlassboxError: the slope is not positive.

    >>> round(reach(0.5), 2), round(reach(2.0**-8), 1)
    (5.99, 766.9)
    """
    check_at_least("slope", slope, 1e-12)
    return -math.log(1 - share) / slope
