"""Texts as 384 numbers each, by the frozen embedder that suits their language; for knn and the probe."""

from collections.abc import Callable, Sequence

import numpy as np

from core.classification.labelled_texts import Split
from core.classification.methods.table import Report
from core.classification.settings import TrainSettings
from core.embedding.embed import embed

TEXTS_AT_ONCE = 256
"""Between two looks at whether the work was stopped."""
TEXTS_LOOKED_AT = 200
LONGEST_TEXT = 20_000
"""Characters; the embedder reads its 256 or 512 tokens of them."""


def chosen_embedder(texts: Sequence[str], settings: TrainSettings) -> str:
    """The shelf's name of the embedder: the one asked for, or the one for the language of `texts`.

    Raises:
        GlassboxError: its files are not in order.
    """
    if settings.embedder != "auto":
        return settings.embedder
    step = max(1, len(texts) // TEXTS_LOOKED_AT)
    return embed([text[:LONGEST_TEXT] for text in texts[::step][:TEXTS_LOOKED_AT]], kind="query").embedder


def text_vectors(
    texts: Sequence[str], embedder: str, after: Callable[[int], None] = lambda count: None
) -> np.ndarray:
    """(texts, 384) float64 of unit length; a text that occurred before is not computed again.

    Args:
        texts: any number.
        embedder: of the shelf. E5 is told that each text is a query, as its authors advise for features of
            a classifier.
        after: told how many texts are done, after each few; may raise to stop.
    """
    parts = [np.zeros((0, 384))]
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        some = [text[:LONGEST_TEXT] for text in texts[start : start + TEXTS_AT_ONCE]]
        parts.append(embed(some, embedder, kind="query").vectors.astype(np.float64))
        after(start + len(some))
    return np.concatenate(parts)


def split_vectors(
    split: Split, settings: TrainSettings, report: Report, share: float
) -> tuple[str, np.ndarray, np.ndarray]:
    """The embedder, and the vectors of the training and of the validation part.

    Args:
        split: whose texts.
        settings: `embedder` is read.
        report: told `done` from 0 to `share`.
        share: of the method's work that this is.
    """
    report({"done": 0.0, "message_key": "classification.train.stage.embedding"})
    embedder = chosen_embedder(split.training.texts, settings)
    together = (*split.training.texts, *split.validation.texts)

    def after(count: int) -> None:
        report({"done": share * count / len(together), "message_key": "classification.train.stage.embedding"})

    vectors = text_vectors(together, embedder, after)
    return embedder, vectors[: len(split.training)], vectors[len(split.training) :]
