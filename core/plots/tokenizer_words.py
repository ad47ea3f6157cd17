"""Words of a text: three ways to cut it, parts of speech, and what is left without stop words."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from core.plots.count_bars import add_count_bars
from core.plots.theme import PALETTE, figure
from core.tokenizer.words import PARTS_OF_SPEECH, Way, Word
from core.wording import Words

ORDER = ("characters", "words", "subwords")
GAP = "▢"
"""Stands where a stop word was."""


def way_run(way: Way) -> tuple[tuple[str, ...], str, str]:
    """Texts, kinds ("u" unknown) and gaps ("1" behind white space) of the pieces of a way."""
    texts = tuple(piece.text for piece in way.pieces)
    kinds = "".join("u" if piece.unknown else "t" for piece in way.pieces)
    apart = ("1" if before.end < after.start else "0" for before, after in pairwise(way.pieces))
    return texts, kinds, "".join(["0", *apart]) if texts else ""


def word_rows(found: Sequence[Word], words: Words) -> list[dict[str, object]]:
    """A row for each word: its part of speech, and whether it is a stop word."""
    return [
        {
            words("tokenizer.column.word"): word.text,
            words("tokenizer.column.part"): words(f"tokenizer.lesson.part.{word.part_of_speech}"),
            words("tokenizer.column.stop"): word.stop_word,
            words("tokenizer.column.start"): word.start,
        }
        for word in found
    ]


def parts_figure(found: Sequence[Word], words: Words) -> go.Figure:
    """How often each part of speech occurs, as horizontal bars."""
    counts = Counter(word.part_of_speech for word in found)
    parts = sorted((part for part in PARTS_OF_SPEECH if counts[part]), key=lambda part: -counts[part])
    drawn = figure(
        words("tokenizer.words.chart"), words("tokenizer.words.x"), "", height=130 + 26 * len(parts)
    )
    labels = [words(f"tokenizer.lesson.part.{part}") for part in parts]
    add_count_bars(drawn, labels, [counts[part] for part in parts], {"color": PALETTE.accent})
    return drawn


def words_without_stops(found: Sequence[Word], text: str) -> str:
    """`text` with a box in the place of every stop word.

    >>> words_without_stops([Word("the", 0, 3, "other", True), Word("cat", 4, 7, "noun", False)], "the cat")
    '▢ cat'
    """
    parts, at = [], 0
    for word in found:
        parts += [text[at : word.start], GAP if word.stop_word else word.text]
        at = word.end
    return "".join([*parts, text[at:]])
