"""Pairs of sentences whose similarity is compared: the project's own, or a reader's."""

import tomllib
from dataclasses import dataclass
from functools import cache

from core.errors import GlassboxError
from core.settings import PROJECT_FOLDER

SAMPLES = PROJECT_FOLDER / "assets" / "samples" / "memory" / "precision.toml"
MOST_PAIRS, FEWEST_PAIRS = 60, 3
LONGEST_SENTENCE = 400
SEPARATORS = ("\t", "|")


@dataclass(frozen=True)
class SentencePair:
    """Two sentences."""

    first: str
    second: str
    grade: float | None = None
    """How alike they are, 0 to 5, as the project's authors see it."""


@cache
def shipped_pairs() -> tuple[SentencePair, ...]:
    """The pairs written for this project."""
    rows = tomllib.loads(SAMPLES.read_text(encoding="utf-8"))["pair"]
    return tuple(SentencePair(row["first"], row["second"], float(row["grade"])) for row in rows)


def typed_pairs(text: str) -> tuple[SentencePair, ...]:
    """A pair a line, its sentences parted by a tab or by "|".

    Raises:
        GlassboxError: a line is no pair or too long, or there are too few or too many.

    >>> typed_pairs("a cat | a dog\\nrain | sun\\nup | down")[0].second
    'a dog'
    """
    pairs = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        separator = next((each for each in SEPARATORS if each in line), None)
        parts = [part.strip() for part in line.split(separator)] if separator else []
        if len(parts) != 2 or not all(parts):
            raise GlassboxError("memory.precision.error.pair", line=number)
        if max(map(len, parts)) > LONGEST_SENTENCE:
            raise GlassboxError("memory.precision.error.long", line=number, most=LONGEST_SENTENCE)
        first, second = (part.encode("utf-8", "replace").decode() for part in parts)
        pairs.append(SentencePair(first, second))
        if len(pairs) > MOST_PAIRS:
            raise GlassboxError("memory.precision.error.pairs", fewest=FEWEST_PAIRS, most=MOST_PAIRS)
    if len(pairs) < FEWEST_PAIRS:
        raise GlassboxError("memory.precision.error.pairs", fewest=FEWEST_PAIRS, most=MOST_PAIRS)
    return tuple(pairs)
