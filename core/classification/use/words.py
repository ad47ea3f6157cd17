"""Where the words of a text stand, in scripts with and without spaces between them."""

import re
from itertools import pairwise

_PIECE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W\u3400-\u9fff\uf900-\ufaff]+(?:['’-]\w+)*")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def word_spans(text: str) -> tuple[tuple[int, int], ...]:
    """First character and end of each word, in order; marks between words belong to none.

    Chinese is cut by jieba, everything else at what is neither letter nor digit.

    >>> [(start, end) for start, end in word_spans("Don't panic!")]
    [(0, 5), (6, 11)]
    """
    spans: list[tuple[int, int]] = []
    for piece in _PIECE.finditer(text):
        if not _CHINESE.match(piece.group()):
            spans.append(piece.span())
            continue
        import jieba

        ends = [piece.start()]
        for word in jieba.cut(piece.group()):
            ends.append(ends[-1] + len(word))
        spans += pairwise(ends)
    return tuple(spans)


def grouped(spans: tuple[tuple[int, int], ...], most: int) -> tuple[tuple[int, int], ...]:
    """At most `most` stretches that together cover the words: neighbours of a long text go together.

    >>> grouped(((0, 1), (2, 3), (4, 5)), most=2)
    ((0, 3), (4, 5))
    """
    size = -(-len(spans) // most)
    return tuple(
        (spans[first][0], spans[min(first + size, len(spans)) - 1][1])
        for first in range(0, len(spans), size or 1)
    )
