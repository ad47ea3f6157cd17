"""Masks: which token may look at which.

A mask is a table of booleans, True where a query (row) may look at a key (column). Where it is False
the score becomes minus infinity, so that softmax gives it exactly 0. Masks combine with `&`.

Sources: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.3 (causal); Raffel et al. 2020,
"T5", figure 4 (causal with prefix); Beltagy et al. 2020, "Longformer", section 3.1 (window).
"""

import torch
from torch import Tensor

from core.errors import GlassboxError


def causal_mask(length: int) -> Tensor:
    """(length, length): each token sees itself and what came before, as a language model must.

    >>> causal_mask(3).int().tolist()
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    return torch.ones(length, length, dtype=torch.bool).tril()


def padding_mask(lengths: Tensor, total: int) -> Tensor:
    """(batch, 1, total): no query of a batch looks at the filling behind a shorter text's own tokens.

    Args:
        lengths: (batch,) tokens of each text.
        total: tokens of the longest, to which the others were filled up.

    >>> padding_mask(torch.tensor([3, 1]), total=3).int().tolist()
    [[[1, 1, 1]], [[1, 0, 0]]]
    """
    return (torch.arange(total) < lengths[:, None])[:, None, :]


def prefix_mask(length: int, prefix: int) -> Tensor:
    """(length, length): the first `prefix` tokens see one another in both directions, the rest is causal.

    Raises:
        GlassboxError: the prefix is longer than the text, or negative.

    >>> prefix_mask(3, prefix=2).int().tolist()
    [[1, 1, 0], [1, 1, 0], [1, 1, 1]]
    """
    if not 0 <= prefix <= length:
        raise GlassboxError("attention.see.error.prefix", prefix=prefix, length=length)
    mask = causal_mask(length)
    mask[:, :prefix] = True
    return mask


def window_mask(length: int, window: int) -> Tensor:
    """(length, length): causal, and only the last `window` tokens, the token itself among them.

    Raises:
        GlassboxError: the window holds not even the token itself.

    >>> window_mask(4, window=2).int().tolist()
    [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
    """
    if window < 1:
        raise GlassboxError("attention.see.error.window", window=window)
    return causal_mask(length).triu(1 - window)
