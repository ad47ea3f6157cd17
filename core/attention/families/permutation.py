"""XLNet: predict the tokens in a random order, each from those earlier in that order.

The text keeps its positions; only the mask follows the order drawn. Averaged over orders, every token
is predicted from both sides, yet each prediction is one step of a proper factorisation, without any
[MASK] token.

Source: Yang et al. 2019, "XLNet", sections 2.2 and 2.3, figure 1 (the query stream does not see its own
token).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import GlassboxError


@dataclass(frozen=True)
class PermutationMask:
    """A drawn order, who may look at whom, and what is predicted."""

    order: tuple[int, ...]
    """order[t] is the position predicted at step t."""
    mask: NDArray[np.bool_]
    """(length, length): row, when predicted, may look at column."""
    predicted: tuple[bool, ...]
    """By position: only the last sixth of the order carries a loss, as its context is long enough."""


PREDICTED_ONE_IN = 6


def permutation_mask(length: int, seed: int) -> PermutationMask:
    """Draw an order of `length` positions.

    Raises:
        GlassboxError: fewer than two positions.

    >>> drawn = permutation_mask(4, seed=2)
    >>> drawn.order, drawn.mask.sum(1)[list(drawn.order)].tolist()
    ((3, 2, 0, 1), [0, 1, 2, 3])
    """
    if length < 2:
        raise GlassboxError("attention.families.error.no_tokens")
    order = np.random.default_rng(seed).permutation(length)
    step = np.empty(length, int)
    step[order] = np.arange(length)
    last = set(order[-max(1, length // PREDICTED_ONE_IN) :].tolist())
    return PermutationMask(
        order=tuple(order.tolist()),
        mask=step[:, None] > step[None, :],
        predicted=tuple(place in last for place in range(length)),
    )
