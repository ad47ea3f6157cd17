"""No-repeat n-gram: no n tokens in a row may occur twice.

If the last n - 1 tokens stood somewhere before, what followed them there is forbidden now. It ends
every loop, at the price of also forbidding names and phrases that should come back.
Source: Paulus, Xiong and Socher 2018, "A Deep Reinforced Model for Abstractive Summarization",
section 2.5, where n is 3.
"""

import torch
from torch import Tensor

from core.decoding.processors.checks import check_range


def no_repeat_ngram(logits: Tensor, previous: Tensor, n: int) -> Tensor:
    """Set the score of every token that would complete a repeated n-gram to minus infinity.

    Args:
        logits: (batch, vocabulary) scores of the next token.
        previous: (batch, length) token ids read or generated so far, the prompt included.
        n: length of the n-gram; 0 changes nothing, 1 forbids every token seen.

    Raises:
        GlassboxError: `n` is out of range.

    After 0 1 2 0 1, the 3-gram 0 1 2 would come twice:

    >>> from torch import tensor
    >>> no_repeat_ngram(tensor([[2.0, -1.0, 0.5]]), tensor([[0, 1, 2, 0, 1]]), n=3)
    tensor([[ 2., -1., -inf]])
    """
    check_range("no_repeat_ngram_size", n)
    length = previous.shape[1]
    if n == 0 or length < n:
        return logits
    ngrams = previous.unfold(1, n, 1)
    last_tokens = previous[:, length - n + 1 :]
    repeats = (ngrams[:, :, :-1] == last_tokens[:, None]).all(-1)
    row, place = repeats.nonzero(as_tuple=True)
    forbidden = torch.zeros_like(logits, dtype=torch.bool)
    forbidden[row, ngrams[row, place, -1]] = True
    return logits.masked_fill(forbidden, float("-inf"))
