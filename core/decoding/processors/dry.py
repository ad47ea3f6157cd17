"""DRY ("don't repeat yourself"): the longer the repetition a token would extend, the more it costs.

For the tokens so far x_1 .. x_n (prompt and generated) and each earlier place i < n, let L(i) be the
largest L with x_(i-L+1) .. x_i = x_(n-L+1) .. x_n, overlap allowed: how much of the text's end stands
also at i. Token t extends a repetition of length

    m(t) = the largest L(i) over all i < n with x_(i+1) = t,   0 if there is none

and where m(t) >= allowed_length its score loses multiplier * base ** (m(t) - allowed_length).
Short repetitions (words, names) stay free, and a loop becomes exponentially dear. The original
knows sequence breakers, tokens across which nothing counts as repeated; here there are none.
Source: P. E. Weidmann 2024, "DRY: A modern repetition penalty", text-generation-webui pull request 5677.
"""

import torch
from torch import Tensor

from core.decoding.processors.checks import check_range


def dry(logits: Tensor, previous: Tensor, multiplier: float, base: float, allowed_length: int) -> Tensor:
    """Subtract a penalty that grows exponentially with the repetition that a token would extend.

    Args:
        logits: (batch, vocabulary) scores of the next token.
        previous: (batch, length) token ids read or generated so far, the prompt included.
        multiplier: strength; 0 changes nothing, the author uses 0.8.
        base: growth with each further token, at least 1; the author uses 1.75.
        allowed_length: from this length on a repetition is penalised; the author uses 2.

    Raises:
        GlassboxError: a parameter is out of range.

    The end 1 2 stands also at the beginning, where 3 followed; so 3 would extend a repetition of two:

    >>> from torch import tensor
    >>> dry(tensor([[0.0, 0.0, 0.0, 0.0]]), tensor([[1, 2, 3, 1, 2]]), 0.8, 1.75, allowed_length=1)
    tensor([[ 0.0000,  0.0000,  0.0000, -1.4000]])
    """
    check_range("dry_multiplier", multiplier)
    check_range("dry_base", base)
    check_range("dry_allowed_length", allowed_length)
    if multiplier == 0:
        return logits
    penalty = torch.zeros(logits.shape, dtype=torch.float64)
    for row, ids in enumerate(previous.tolist()):
        for token, length in extended_repetitions(ids).items():
            if length >= allowed_length:
                penalty[row, token] = multiplier * _power(base, length - allowed_length)
    return logits - penalty.clamp(max=torch.finfo(logits.dtype).max).to(logits.dtype)


def extended_repetitions(ids: list[int]) -> dict[int, int]:
    """m(t) for every token t that followed an earlier copy of the text's end, in linear time.

    >>> extended_repetitions([1, 2, 3, 1, 2])
    {3: 2}
    >>> extended_repetitions([5, 5, 5])
    {5: 2}
    """
    backwards = ids[::-1]
    longest: dict[int, int] = {}
    for place, length in enumerate(shared_beginnings(backwards)):
        if place > 0 and length > longest.get(backwards[place - 1], 0):
            longest[backwards[place - 1]] = length
    return longest


def shared_beginnings(ids: list[int]) -> list[int]:
    """For each place, how many tokens from there equal those from the start: the Z-array.

    What was found inside an earlier match is used again, so no token is compared twice for long.
    Source: Gusfield 1997, "Algorithms on Strings, Trees, and Sequences", section 1.4.

    >>> shared_beginnings([1, 2, 1, 2, 1])
    [5, 0, 3, 0, 1]
    """
    lengths = [len(ids)] + [0] * (len(ids) - 1)
    left = right = 0
    for place in range(1, len(ids)):
        length = min(right - place, lengths[place - left]) if place < right else 0
        while place + length < len(ids) and ids[length] == ids[place + length]:
            length += 1
        lengths[place] = length
        if place + length > right:
            left, right = place, place + length
    return lengths


def _power(base: float, exponent: int) -> float:
    """base ** exponent, infinite instead of an error where no float is large enough."""
    try:
        return base**exponent
    except OverflowError:
        return float("inf")
