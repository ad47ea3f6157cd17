"""Where merging begins: the words cut into single symbols, and the alphabet of these symbols.

Byte-level BPE starts from the 256 bytes instead of characters, so nothing is ever unknown to it.
Ids follow the alphabet in sorted order, as in Hugging Face `tokenizers`; they matter, because a tie
between two pairs goes to the smaller ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.engines.byte_alphabet import byte_characters, spelled
from core.tokenizer.training.history import UNKNOWN_TOKENS

CONTINUATION = "##"
"""WordPiece writes it before a piece that does not begin its word."""


@dataclass(frozen=True)
class Start:
    """The words before the first merge.

    Attributes:
        algorithm: "bpe", "byte-bpe" or "wordpiece".
        tokens: the vocabulary so far in id order: the unknown token, where there is one, and the alphabet.
        alphabet: its symbols, sorted.
        words: each distinct word as its symbols, with its count.
    """

    algorithm: str
    tokens: tuple[str, ...]
    alphabet: tuple[str, ...]
    words: tuple[tuple[tuple[str, ...], int], ...]


def symbols(algorithm: str, word: str) -> tuple[str, ...]:
    """`word` as the smallest pieces that `algorithm` knows.

    >>> symbols("bpe", "né"), symbols("byte-bpe", "né"), symbols("wordpiece", "né")
    (('n', 'é'), ('n', 'Ã', '©'), ('n', '##é'))
    """
    if algorithm == "byte-bpe":
        return tuple(spelled(word.encode("utf-8")))
    if algorithm == "wordpiece":
        return (*word[:1], *[CONTINUATION + character for character in word[1:]])
    return tuple(word)


def join(algorithm: str, left: str, right: str) -> str:
    """What two neighbouring tokens become when merged.

    >>> join("bpe", "th", "e"), join("wordpiece", "th", "##e"), join("wordpiece", "##th", "##e")
    ('the', 'the', '##the')
    """
    return left + (right.removeprefix(CONTINUATION) if algorithm == "wordpiece" else right)


def begin(algorithm: str, word_counts: Mapping[str, int]) -> Start:
    """Cut every word into symbols and collect the alphabet.

    >>> begin("bpe", {"ab": 2}).tokens
    ('<unk>', 'a', 'b')
    """
    words = tuple((symbols(algorithm, word), count) for word, count in word_counts.items())
    found = byte_characters() if algorithm == "byte-bpe" else {symbol for word, _ in words for symbol in word}
    alphabet = tuple(sorted(found))
    unknown = UNKNOWN_TOKENS.get(algorithm)
    return Start(algorithm, (unknown, *alphabet) if unknown else alphabet, alphabet, words)
