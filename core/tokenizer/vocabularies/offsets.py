"""Where byte-level tokens stand in the text: all at once, from the lengths of their bytes.

The tokens' bytes put together are the bytes of the text, so a token ends at the running sum of the
lengths. In UTF-8 a character begins at every byte that is not of the form 10xxxxxx; counting these
turns byte positions into character positions.
"""

from array import array
from collections.abc import Sequence

import numpy as np


def spans_of(data: bytes, lengths: Sequence[int] | np.ndarray) -> "tuple[array[int], array[int]]":
    """Start and end, in characters, of consecutive tokens.

    Args:
        data: the text in UTF-8.
        lengths: (tokens,) bytes of each token; they sum to the length of `data`.

    Returns:
        Two columns of (tokens,): the first character that each token touches, and one past the last.
        A token without bytes starts and ends at the same place.

    Raises:
        ValueError: the lengths do not sum to that of `data`.

    >>> spans_of("a中b".encode(), [1, 2, 2])
    (array('i', [0, 1, 1]), array('i', [1, 2, 3]))
    """
    ends = np.cumsum(np.asarray(lengths, dtype=np.int64))
    total = int(ends[-1]) if len(ends) else 0
    if total != len(data):
        raise ValueError(f"tokens hold {total} bytes of {len(data)}")
    if not total:
        return integers(np.zeros(len(ends))), integers(np.zeros(len(ends)))
    begins = (np.frombuffer(data, dtype=np.uint8) & 0xC0) != 0x80
    characters = np.concatenate(([0], np.cumsum(begins, dtype=np.int64)))
    starts = np.concatenate(([0], ends[:-1]))
    inside = starts < ends
    last = len(data) - 1
    first = np.where(inside, characters[np.minimum(starts, last) + 1] - 1, characters[starts])
    return integers(first), integers(characters[ends])


def integers(values: np.ndarray) -> "array[int]":
    """A column of four-byte integers that gives Python's own numbers."""
    return array("i", values.astype(np.intc).tobytes())
