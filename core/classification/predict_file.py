"""Predictions for a file of new rows, read, classified and written a few thousand rows at a time.

A CSV of any length passes through in bounded memory: neither the file nor its predictions are ever held
whole. A text that occurs again is classified once; what is kept of it is its hash, its class and its
probability. The output has the columns of the input, then `prediction`, `probability` (of that class) and
`out_of_scope` (whether that probability lies below the model's threshold, or the text is empty).
"""

import csv
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.classification.classifier import Classifier
from core.classification.row_stream import RowStream, open_rows
from core.classification.trained_models import load_classifier
from core.classification.training_record import read_record
from core.csv_export import neutral_cell
from core.errors import GlassboxError
from core.files import whole_file

ROWS_AT_ONCE = 4_096
MOST_REMEMBERED = 300_000
"""Different texts whose answers are kept: some 60 MB."""
NEW_COLUMNS = ("prediction", "probability", "out_of_scope")


@dataclass(frozen=True)
class Answer:
    """What a model says of one text."""

    prediction: str
    probability: float
    out_of_scope: bool


@dataclass(frozen=True)
class PredictedFile:
    """What was done."""

    rows: int
    different: int
    """Texts that were classified; the others were empty or occurred before."""
    empty: int
    out_of_scope: int
    seconds: float


class Predictor:
    """A trained model with its threshold, and the answers that it gave before."""

    def __init__(self, classifier: Classifier, threshold: float) -> None:
        self.classifier, self.threshold = classifier, threshold
        self.different = 0
        self._known: dict[bytes, Answer] = {}

    def answers(self, texts: Sequence[str]) -> list[Answer]:
        """One for each text; an empty text has no prediction and is out of scope."""
        keys = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        found = {key: self._known[key] for key in keys if key in self._known}
        found |= {key: Answer("", 0.0, True) for key, text in new.items() if not text.strip()}
        asked = {key: text for key, text in new.items() if text.strip()}
        if asked:
            found |= dict(zip(asked, self._classified(list(asked.values())), strict=True))
        if len(self._known) < MOST_REMEMBERED:
            self._known |= found
        return [found[key] for key in keys]

    def _classified(self, texts: list[str]) -> list[Answer]:
        self.different += len(texts)
        table = self.classifier.probabilities(texts)
        places, most = table.argmax(axis=1), table.max(axis=1)
        return [
            Answer(self.classifier.classes[place], float(value), bool(value < self.threshold))
            for place, value in zip(places, most, strict=True)
        ]


def load_predictor(folder: Path) -> Predictor:
    """The model in a folder that a training wrote.

    Raises:
        GlassboxError: no model there, altered, incomplete, or of another version.
    """
    return Predictor(load_classifier(folder), read_record(folder).threshold)


def predict_file(
    predictor: Predictor,
    path: Path,
    column: str,
    out: Path,
    after: Callable[[float], None] = lambda share: None,
) -> PredictedFile:
    """Classify every row of the file at `path` and write `out`, whole or not at all.

    Args:
        predictor: the model.
        path: CSV, TSV or JSON Lines of any length, or a workbook.
        column: where the texts stand.
        out: a CSV in UTF-8; cells that a spreadsheet would run are neutralised.
        after: told the share of the file that is done; may raise to stop.

    Raises:
        GlassboxError: no such file or column, no table, a cell without an end, or a full disk.
    """
    started, before = time.perf_counter(), predictor.different
    rows = empty = outside = 0
    with open_rows(path) as stream, whole_file(out) as temporary:
        place = _place(stream, column)
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([neutral_cell(name) for name in (*stream.columns, *_new_names(stream.columns))])
            for some in _groups(stream):
                answers = predictor.answers([row[place] for row in some])
                writer.writerows(_written(row, answer) for row, answer in zip(some, answers, strict=True))
                rows += len(some)
                empty += sum(not row[place].strip() for row in some)
                outside += sum(answer.out_of_scope for answer in answers)
                after(stream.share)
    return PredictedFile(rows, predictor.different - before, empty, outside, time.perf_counter() - started)


def _written(row: Sequence[str], answer: Answer) -> list[object]:
    share = f"{answer.probability:.6f}" if answer.prediction else ""
    cells = [*row, answer.prediction, share, str(answer.out_of_scope).lower()]
    return [neutral_cell(cell) for cell in cells]


def _groups(stream: RowStream) -> Iterator[list[list[str]]]:
    rows = iter(stream)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield some


def _place(stream: RowStream, column: str) -> int:
    """Where the texts stand.

    Raises:
        GlassboxError: no column or several of that name.
    """
    found = [place for place, name in enumerate(stream.columns) if name == column]
    if len(found) != 1:
        known = ", ".join(name[:40] for name in stream.columns[:20])
        key = "no_column" if not found else "two_columns"
        raise GlassboxError(f"classification.train.error.{key}", column=column[:60], known=known)
    return found[0]


def _new_names(columns: Sequence[str]) -> list[str]:
    """The names of the new columns, numbered where the file has such columns already."""
    taken, names = set(columns), []
    for name in NEW_COLUMNS:
        free = next(tried for tried in (name, *(f"{name}_{n}" for n in range(2, 1000))) if tried not in taken)
        taken.add(free)
        names.append(free)
    return names
