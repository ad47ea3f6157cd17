"""A text as a vocabulary in training cuts it: pieces in a row, words apart, the newest token marked."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.tokenizer.training.history import Training
from core.tokenizer.training.replay import segment_text

MARKS_OWN_SPACES = ("byte-bpe", "unigram")
"""Algorithms whose tokens hold the space; for the others a gap is drawn between words."""


@dataclass(frozen=True)
class Pieces:
    """Columns for the row of tokens; `kinds`: "t" token, "n" made or kept by the step, "u" unknown."""

    texts: tuple[str, ...]
    ids: tuple[int, ...]
    kinds: str
    gaps: str
    """"1" where a gap is drawn before the piece."""


def pieces_of(training: Training, text: str, step: int) -> Pieces:
    """`text` after `step` steps of the training."""
    ids = {token: number for number, token in enumerate(training.tokens)}
    newest = training.steps[step - 1].added if step else None
    cut = segment_text(training, text, step)
    gap = "0" if training.algorithm in MARKS_OWN_SPACES else "1"
    pieces = [piece for word in cut for piece in word]
    return Pieces(
        tuple(pieces),
        tuple(ids.get(piece, -1) for piece in pieces),
        "".join("n" if piece == newest else "u" if piece == training.unknown else "t" for piece in pieces),
        "".join(gap if place == 0 else "0" for word in cut for place in range(len(word))),
    )


def telling_word(word_counts: Mapping[str, int], looked_through: int = 300, longest: int = 12) -> str:
    """The longest of the common words that is no longer than `longest`: its tree has the most to show.

    >>> telling_word({"the": 9, "trembling": 2, "incomprehensibilities": 1})
    'trembling'
    """
    common = sorted(word_counts, key=lambda word: -word_counts[word])[:looked_through]
    fitting = [word for word in common if len(word) <= longest] or common
    return max(fitting, key=lambda word: (len(word), word_counts[word]), default="")
