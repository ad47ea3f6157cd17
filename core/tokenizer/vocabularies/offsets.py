"""Where byte-level tokens stand in the text: all at once, from the lengths of their bytes.

The tokens' bytes put together are the bytes of the text, so a token ends at the running sum of the
lengths. In UTF-8 a character begins at every byte that is not of the form 10xxxxxx; counting these
turns byte positions into character positions.
"""

from array import array
from collections.abc import Sequence

import numpy as np


def spans_of(
    data: bytes, lengths: Sequence[int] | np.ndarray, dropped: bytes = b""
) -> "tuple[array[int], array[int]]":
    """Start and end, in characters, of consecutive tokens.

    Args:
        data: the text in UTF-8.
        lengths: (tokens,) bytes of each token; they sum to the length of `data` without `dropped`.
        dropped: byte values that the vocabulary lacks and leaves out.

    Returns:
        Two columns of (tokens,): the first character that each token touches, and one past the last.
        A token without bytes starts and ends at the same place.

    Raises:
        ValueError: the lengths have another sum.

    >>> spans_of("a中b".encode(), [1, 2, 2])
    (array('i', [0, 1, 1]), array('i', [1, 2, 3]))
    >>> spans_of(b"a\\x04b", [1, 1], dropped=b"\\x04")
    (array('i', [0, 2]), array('i', [1, 3]))
    """
    values = np.frombuffer(data, dtype=np.uint8)
    character_of = np.cumsum((values & 0xC0) != 0x80) - 1
    if dropped:
        character_of = character_of[~np.isin(values, np.frombuffer(dropped, dtype=np.uint8))]
    ends = np.cumsum(np.asarray(lengths, dtype=np.int64))
    total = int(ends[-1]) if len(ends) else 0
    if total != len(character_of):
        raise ValueError(f"tokens hold {total} bytes of {len(character_of)}")
    if not total:
        return integers(np.zeros(len(ends))), integers(np.zeros(len(ends)))
    starts = np.concatenate(([0], ends[:-1]))
    first = character_of[np.minimum(starts, total - 1)]
    last = character_of[np.maximum(ends - 1, 0)] + 1
    before = np.where(starts > 0, last, 0)
    holds = starts < ends
    return integers(np.where(holds, first, before)), integers(np.where(holds, last, before))


def integers(values: np.ndarray) -> "array[int]":
    """A column of four-byte integers that gives Python's own numbers."""
    return array("i", values.astype(np.intc).tobytes())
