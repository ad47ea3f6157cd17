"""Which rows that a model learned from are most like a text: the first thing to look at when it errs."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.classification.labelled_texts import LabelledTexts
from core.embedding.embed import embed


@dataclass(frozen=True)
class SimilarRow:
    """A training row beside the text."""

    row: int
    """In the reader's table, from 0."""
    text: str
    label: str
    similarity: float
    """Cosine of the two embeddings."""


@dataclass(frozen=True)
class SimilarRows:
    """The nearest of them, the nearest first, and the embedder that compared them."""

    rows: tuple[SimilarRow, ...]
    embedder: str


def similar_rows(text: str, training: LabelledTexts, count: int = 8) -> SimilarRows:
    """The `count` training rows whose embedding is nearest to that of `text`.

    The embedder is the one that suits the training texts' language; both sides are embedded as queries, for
    neither is longer or more of a source than the other.

    Raises:
        GlassboxError: the embedder's files are not in order.
    """
    known = embed(training.texts, kind="query")
    asked = embed([text], embedder=known.embedder, kind="query")
    similar: Sequence[float] = known.vectors @ asked.vectors[0]
    order = sorted(range(len(training)), key=lambda place: -similar[place])[:count]
    rows = tuple(
        SimilarRow(training.rows[place], training.texts[place], training.labels[place], float(similar[place]))
        for place in order
    )
    return SimilarRows(rows, known.embedder)
