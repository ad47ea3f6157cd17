"""Top-p (nucleus sampling): the smallest set of best tokens that together hold probability p.

    V_p = the smallest set of likeliest tokens with  sum over V_p of P(x) >= p

The set is small where the model is sure and large where it is not. Written as transformers does, a
token goes if it and everything less likely hold at most 1 - p together; the best always stays.
Source: Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", section 3.1, equation 2.
"""

import torch
from torch import Tensor

from core.decoding.processors.checks import check_range

LOOKED_AT_FIRST = (512, 8192)
"""The nucleus usually lies among this many best tokens; finding them costs far less than sorting all."""

TOO_CLOSE = 1e-5
"""Above the rounding error of a float32 softmax: nearer to p than this, only the definition decides."""


def top_p(logits: Tensor, p: float) -> Tensor:
    """Set every score outside the nucleus to minus infinity.

    The nucleus is read off the best tokens where that is certain to give what the definition gives,
    and otherwise (a flat distribution, a tie or a sum within `TOO_CLOSE` of p) by sorting everything.

    Args:
        logits: (batch, vocabulary) scores of the next token.
        p: above 0, at most 1; 1.0 changes nothing.

    Raises:
        GlassboxError: `p` is out of range.

    >>> from torch import tensor
    >>> top_p(tensor([[0.5, 0.3, 0.15, 0.05]]).log(), 0.7).exp()
    tensor([[0.5000, 0.3000, 0.0000, 0.0000]])
    """
    check_range("top_p", p)
    if p == 1:
        return logits
    filtered = torch.empty_like(logits)
    rows = torch.arange(logits.shape[0])
    for count in LOOKED_AT_FIRST:
        open_logits = logits[rows]
        worst_kept, certain = _worst_in_nucleus(open_logits, p, min(count, logits.shape[-1]))
        below = open_logits < worst_kept
        filtered[rows[certain]] = open_logits.masked_fill(below, float("-inf"))[certain]
        rows = rows[~certain]
        if not len(rows):
            return filtered
    filtered[rows] = _nucleus_by_sorting(logits[rows], p)
    return filtered


def _nucleus_by_sorting(logits: Tensor, p: float) -> Tensor:
    """The definition: add up probabilities from the least likely token on, and drop those up to 1 - p."""
    ascending, order = logits.sort()
    dropped = ascending.softmax(-1).cumsum(-1) <= 1 - p
    dropped[:, -1] = False
    return logits.masked_fill(dropped.scatter(1, order, dropped), float("-inf"))


def _worst_in_nucleus(logits: Tensor, p: float, count: int) -> tuple[Tensor, Tensor]:
    """Score (batch, 1) of the nucleus's last token, and whether the `count` best alone can tell (batch,)."""
    best = logits.topk(count).values
    probability = (best - logits.logsumexp(-1, keepdim=True)).double().exp()
    held = probability.cumsum(-1)
    last = (held < p).sum(-1, keepdim=True)
    inside = (last < count - 1)[:, 0]
    last = last.clamp(max=count - 2) if count > 1 else torch.zeros_like(last)
    worst_kept = best.gather(1, last)
    tied = (worst_kept == best.gather(1, (last + 1).clamp(max=count - 1)))[:, 0]
    too_close = ((held - p).abs() < TOO_CLOSE).any(-1)
    return worst_kept, inside & ~tied & ~too_close
