"""Loss against position, the same tokens at every position.

Text differs in difficulty from place to place, so tokens 512 to 575 of some texts say little about
tokens 0 to 63 of others. Here windows begin at every training length L: a passage of L tokens is the
first part of one window, the second of the window before it, and so on, so that every bucket of positions
is measured on the very same tokens; only the number of tokens in front of them differs.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from core.attention.schemes.decoder import SmallDecoder

WINDOWS_TOGETHER = 4


@torch.no_grad()
def losses_by_position(
    model: SmallDecoder,
    ids: Sequence[int],
    times_longer: int,
    on_share: Callable[[float], None] = lambda share: None,
) -> tuple[float, ...]:
    """Mean loss of the same tokens in the 1st, 2nd, ... training length of a text, nats a token.

    Args:
        model: trained on texts of `model.training_length`.
        ids: held-out text, at least 2 * `times_longer` training lengths of it.
        times_longer: number of buckets; a model with a learned table has only the first.
        on_share: told the share of the windows that have been read, and may raise to stop.
    """
    length = model.training_length
    buckets = 1 if model.scheme == "learned" else times_longer
    windows, passages = window_starts(len(ids), length, times_longer)
    text = torch.tensor(ids)
    sums = torch.zeros(buckets)
    for first in range(0, len(windows), WINDOWS_TOGETHER):
        numbers = torch.tensor(windows[first : first + WINDOWS_TOGETHER])
        texts = text[(numbers * length)[:, None] + torch.arange(buckets * length + 1)]
        found = _losses(model, texts).view(len(numbers), buckets, length).mean(-1)
        passage = numbers[:, None] + torch.arange(buckets)
        counted = (passage >= passages.start) & (passage < passages.stop)
        sums += (found * counted).sum(0)
        on_share(min(first + WINDOWS_TOGETHER, len(windows)) / len(windows))
    return tuple((sums / len(passages)).tolist())


def window_starts(tokens: int, length: int, times_longer: int) -> tuple[range, range]:
    """The windows to read and the passages that occur in every bucket, both counted in lengths.

    >>> window_starts(tokens=101, length=10, times_longer=3)
    (range(0, 8), range(2, 8))
    """
    whole = (tokens - 1) // length
    windows = range(whole - times_longer + 1)
    return windows, range(times_longer - 1, len(windows))


def _losses(model: SmallDecoder, ids: Tensor) -> Tensor:
    """(batch, length + 1) ids to (batch, length) losses of all but the first token."""
    logits = model(ids[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none").view(len(ids), -1)
