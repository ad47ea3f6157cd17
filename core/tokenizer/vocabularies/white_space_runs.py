"""Cutting runs that are too long for a regular expression that backtracks.

`\\s+(?!\\S)` remembers a way back for every white-space character it has taken, and tiktoken gives up
on a run of several hundred thousand. Meta's tokenizer for Llama 3 therefore never hands over more
than 25,000 characters of white space, or of anything else, in a row; we do as it does.
Source: meta-llama/llama-models, models/llama3/tokenizer.py, MAX_NO_WHITESPACES_CHARS.
"""

from itertools import pairwise

import numpy as np

LONGEST_RUN = 25_000
META_CHUNK = 400_000
"""Characters that Meta's tokenizer hands over at most, whatever they are."""


def white_space_cut(text: str) -> list[str]:
    """`text` in pieces without a white-space run above `LONGEST_RUN`; other runs stay whole.

    >>> [len(piece) for piece in white_space_cut("a" * 60_000 + " " * 60_000)]
    [85000, 25000, 10000]
    """
    return _pieces(text, [at for at, white in _cuts(text) if white])


def meta_cut(text: str) -> list[str]:
    """`text` in the pieces in which Meta's tokenizer encodes it.

    >>> [len(piece) for piece in meta_cut("a" * 60_000)]
    [25000, 25000, 10000]
    """
    chunks = [text[at : at + META_CHUNK] for at in range(0, len(text), META_CHUNK)]
    return [piece for chunk in chunks for piece in _pieces(chunk, [at for at, _ in _cuts(chunk)])]


def _pieces(text: str, cuts: list[int]) -> list[str]:
    return [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]


def _cuts(text: str) -> list[tuple[int, bool]]:
    """Where runs exceed the limit: (position, whether the run is white space)."""
    if len(text) <= LONGEST_RUN:
        return []
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    white = np.isin(codes, _WHITE_SPACE)
    changes = np.flatnonzero(white[1:] != white[:-1]) + 1
    begins = np.concatenate(([0], changes))
    ends = np.concatenate((changes, [len(text)]))
    return [
        (at, bool(white[begin]))
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
        if end - begin > LONGEST_RUN
        for at in range(begin + LONGEST_RUN, end, LONGEST_RUN)
    ]


_WHITE_SPACE = np.array([code for code in range(0x3001) if chr(code).isspace()], dtype=np.uint32)
