"""TF-IDF with logistic regression: words counted, rare ones for more, and a weight for each word and class.

For a text d and a piece w (one or two words, or one to three characters):

    value(w, d) = (1 + ln count(w, d)) * (1 + ln((1 + texts) / (1 + texts with w))),   each text of length 1

It knows no meaning: "cheque" says nothing about "check". But it learns in a second, needs no model, and
its weights can be read. The counting is scikit-learn's `TfidfVectorizer`; saved, it is a vocabulary as JSON
and its numbers as safetensors, and no pickled object.

Source: Salton and Buckley 1988, "Term-weighting approaches in automatic text retrieval".
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from core.classification.labelled_texts import Split
from core.classification.methods.learning import check_classes, learned_head
from core.classification.methods.logistic_regression import LinearHead
from core.classification.methods.table import Report
from core.classification.model_folder import ModelParts, read_model, write_model
from core.classification.settings import TrainSettings
from core.errors import GlassboxError

METHOD = "tfidf"
MOST_PIECES = 50_000
"""The most frequent are kept, so that 500 classes still fit into memory."""
MOST_WEIGHTS = 20_000_000
A_WORD = r"\b\w+\b"
"""Words of one letter count too."""
LONGEST_TEXT = 20_000
"""Characters that are counted."""
SPACELESS_SHARE = 0.1
"""Of the letters; from here on characters are counted."""


class Tfidf:
    """A vocabulary with its rarities, and a linear head."""

    method = METHOD

    def __init__(self, classes: tuple[str, ...], vectorizer: TfidfVectorizer, head: LinearHead) -> None:
        self.classes, self.vectorizer, self.head = classes, vectorizer, head

    @property
    def parameters_trained(self) -> int:
        """Weights and biases; the rarities are counted, not learned."""
        return self.head.parameters

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, classes)."""
        return np.exp(self.head.log_probabilities(features(self.vectorizer, texts)))

    def save(self, folder: Path) -> None:
        """Vocabulary and numbers apart."""
        pieces = sorted(self.vectorizer.vocabulary_, key=self.vectorizer.vocabulary_.__getitem__)
        values = {"analyzer": self.vectorizer.analyzer}
        tensors = {
            "rarities": self.vectorizer.idf_,
            "weights": self.head.weights,
            "biases": self.head.biases,
        }
        write_model(folder, ModelParts(METHOD, self.classes, values, tensors, {"vocabulary": pieces}))


def fit(split: Split, settings: TrainSettings, report: Report, checkpoint: Path | None = None) -> Tfidf:
    """Count, then learn; it is quick enough to start anew rather than go on.

    Raises:
        GlassboxError: one class only, or texts without a single word.
    """
    check_classes(split)
    analyzer = settings.pieces
    if analyzer == "auto":
        analyzer = "characters" if is_spaceless(split.training.texts) else "words"
    room = max(1000, MOST_WEIGHTS // len(split.classes))
    vectorizer = _vectorizer(analyzer, max_features=min(MOST_PIECES, room))
    try:
        training = vectorizer.fit_transform([text[:LONGEST_TEXT] for text in split.training.texts])
    except ValueError as error:  # scikit-learn: empty vocabulary
        raise GlassboxError("classification.train.error.no_words") from error
    head = learned_head(split, training, features(vectorizer, split.validation.texts), settings, report)
    return Tfidf(split.classes, vectorizer, head)


def load(folder: Path) -> Tfidf:
    """Read what `save` wrote.

    Raises:
        GlassboxError: the folder was altered or comes from another version.
    """
    parts = read_model(folder, METHOD)
    pieces = parts.tables["vocabulary"]
    analyzer = {"word": "words", "char": "characters"}[parts.values["analyzer"]]
    vectorizer = _vectorizer(analyzer, vocabulary={piece: place for place, piece in enumerate(pieces)})
    vectorizer.idf_ = parts.tensors["rarities"]
    head = LinearHead(parts.tensors["weights"], parts.tensors["biases"])
    return Tfidf(parts.classes, vectorizer, head)


def features(vectorizer: TfidfVectorizer, texts: Sequence[str]) -> Any:
    """(texts, pieces) sparse float64, rows of length 1, or 0 where no piece is known."""
    return vectorizer.transform([text[:LONGEST_TEXT] for text in texts])


def is_spaceless(texts: Sequence[str]) -> bool:
    """Whether a tenth or more of the letters belong to a script that puts no spaces between words.

    >>> is_spaceless(["我的卡还没到"]), is_spaceless(["my card has not arrived"])
    (True, False)
    """
    letters = [letter for text in texts[:500] for letter in text[:500] if letter.isalpha()]
    spaceless = sum(_is_spaceless(letter) for letter in letters)
    return spaceless >= SPACELESS_SHARE * max(1, len(letters))


def _is_spaceless(letter: str) -> bool:
    """Of Chinese characters, Japanese kana or Thai."""
    return "\u0e00" <= letter <= "\u0e7f" or "\u3040" <= letter <= "\u9fff" or letter >= "\U00020000"


def _vectorizer(pieces: str, **given: Any) -> TfidfVectorizer:
    if pieces == "characters":
        return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, **given)
    return TfidfVectorizer(ngram_range=(1, 2), token_pattern=A_WORD, sublinear_tf=True, **given)
