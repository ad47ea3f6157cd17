"""Texts longer than an encoder reads: cut off the end, keep both ends, or read window after window.

Sources: Sun et al. 2019, "How to Fine-Tune BERT for Text Classification?", section 5.1 (head, tail, head and
tail); Beltagy et al. 2020, "Longformer" (reading it all at once, with a model made for it).
"""

from collections.abc import Sequence

HEAD_SHARE = 0.25
"""Of the tokens that are kept, so many are the first: 128 of 512 in Sun et al."""


def head_only(row: Sequence[int], longest: int) -> list[int]:
    """The first tokens and the end mark: what truncation does.

    >>> head_only([101, 1, 2, 3, 4, 5, 102], longest=4)
    [101, 1, 2, 102]
    """
    return list(row) if len(row) <= longest else [*row[: longest - 1], row[-1]]


def head_and_tail(row: Sequence[int], longest: int) -> list[int]:
    """The first quarter and the last three quarters of what may be read.

    >>> head_and_tail([101, 1, 2, 3, 4, 5, 6, 7, 8, 102], longest=8)
    [101, 1, 4, 5, 6, 7, 8, 102]
    """
    if len(row) <= longest:
        return list(row)
    head = round(HEAD_SHARE * longest)
    return [*row[:head], *row[len(row) - (longest - head) :]]


def windows(row: Sequence[int], longest: int) -> list[list[int]]:
    """The whole text in pieces of at most `longest` tokens, each with its marks, each half over the next.

    >>> windows([101, 1, 2, 3, 4, 5, 102], longest=6)
    [[101, 1, 2, 3, 4, 102], [101, 3, 4, 5, 102]]
    """
    begin, end = row[0], row[-1]
    inner, width = list(row[1:-1]), longest - 2
    pieces, step = [], max(1, width // 2)
    for start in range(0, max(1, len(inner)), step):
        pieces.append([begin, *inner[start : start + width], end])
        if start + width >= len(inner):
            break
    return pieces
