"""Typical sampling: keep the tokens that are about as surprising as the model expects.

    kept = the smallest set, by rising | -log P(x) - H |, that holds probability `mass`,
    H the entropy of P in nats

People say neither the most predictable word nor a wild one; so the likeliest token itself may go.
Source: Meister et al. 2023, "Locally Typical Sampling", section 4, equation 8 and algorithm below it.
"""

from torch import Tensor

from core.decoding.processors.checks import check_range
from core.decoding.processors.top_p import LOOKED_AT_FIRST, TOO_CLOSE


def typical(logits: Tensor, mass: float) -> Tensor:
    """Set every score outside the locally typical set to minus infinity.

    Args:
        logits: (batch, vocabulary) scores of the next token.
        mass: above 0, at most 1; 1.0 changes nothing.

    Raises:
        GlassboxError: `mass` is out of range.

    H is 1.14 nats here, so the second token (1.20) is the most typical and the first (0.69) next:

    >>> from torch import tensor
    >>> typical(tensor([[0.5, 0.3, 0.15, 0.05]]).log(), 0.6).exp()
    tensor([[0.5000, 0.3000, 0.0000, 0.0000]])
    >>> typical(tensor([[0.5, 0.3, 0.15, 0.05]]).log(), 0.25).exp()
    tensor([[0.0000, 0.3000, 0.0000, 0.0000]])
    """
    check_range("typical_p", mass)
    if mass == 1:
        return logits
    log_probability = logits.log_softmax(-1)
    entropy = -(log_probability * log_probability.exp()).nansum(-1, keepdim=True)
    distance = (-log_probability - entropy).abs()
    for count in LOOKED_AT_FIRST:
        furthest = _furthest_kept(distance, log_probability, mass, min(count, logits.shape[-1]))
        if furthest is not None:
            return logits.masked_fill(distance > furthest, float("-inf"))
    return logits.masked_fill(distance > _furthest_kept_by_sorting(distance, logits, mass), float("-inf"))


def _furthest_kept_by_sorting(distance: Tensor, logits: Tensor, mass: float) -> Tensor:
    """The definition: distance (batch, 1) of the token with which the sum first reaches `mass`."""
    ascending, order = distance.sort()
    held = logits.gather(1, order).softmax(-1).cumsum(-1)
    last = (held < mass).sum(-1, keepdim=True).clamp(max=logits.shape[-1] - 1)
    return ascending.gather(1, last)


def _furthest_kept(distance: Tensor, log_probability: Tensor, mass: float, count: int) -> Tensor | None:
    """The same from the `count` most typical tokens, or None where they cannot tell for certain."""
    nearest = distance.topk(count, largest=False)
    held = log_probability.gather(1, nearest.indices).double().exp().cumsum(-1)
    if bool((held[:, -1] < mass).any()) or bool(((held - mass).abs() < TOO_CLOSE).any()):
        return None
    return nearest.values.gather(1, (held < mass).sum(-1, keepdim=True))
