"""`python -m core classify train`: a classifier from a CSV in the terminal.

    python -m core classify train --csv rows.csv --text message --label intent --method probe --out runs/probe

The rows are divided as on the page (stratified, equal texts in one part); with `--test-csv` that file is the
test part. A dear method that was interrupted goes on where it was when the same command is given again.
The folder can be used by `classify predict` and `classify report`, and be brought to the page.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from core.classification.kept_split import split_digest
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.table import method_named
from core.classification.splitting import Shares, split_rows
from core.classification.tables.read import read_table_file
from core.classification.training_record import TrainingRecord
from core.command_line import Json, read_settings
from core.errors import GlassboxError
from core.wording import wording

VALIDATION_SHARE = 0.1
"""Of the rows, where the test rows come from a file of their own."""
SECONDS_BETWEEN_LINES = 2.0


def train(
    csv: Annotated[
        Path, typer.Option(help="CSV, TSV, XLSX or JSON Lines with a text and a label in each row.")
    ],
    text: Annotated[str, typer.Option(help="Column of the texts.")],
    label: Annotated[str, typer.Option(help="Column of the labels.")],
    method: Annotated[
        str, typer.Option(help="majority, tfidf, knn, probe, prompt, setfit, finetune or lora.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the model, its card and its predictions.")],
    test_csv: Annotated[Path | None, typer.Option(help="Rows to measure on, instead of a part.")] = None,
    seed: Annotated[int, typer.Option(help="Of the division and of the training.")] = 0,
    class_weights: Annotated[
        bool | None, typer.Option("--class-weights/--no-class-weights", help="Classes count alike.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="JSON file with any of the method's settings.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a classifier, measure it on test rows, and keep it in a folder."""
    from core.classification.training import train_method

    chosen = method_named(method)
    given: dict[str, Any] = {"seed": seed, **(read_settings(settings) if settings else {})}
    if class_weights is not None:
        given["class_weights"] = class_weights
    found = chosen.settings(given)
    split = command_split(csv, text, label, test_csv, seed)
    kept = checkpoint_folder(out, chosen.name, asdict(found), split)
    record = train_method(split, chosen, found, out, _silent if as_json else _Lines(), kept)
    shutil.rmtree(kept.parent, ignore_errors=True)
    summary = trained_summary(record, out)
    typer.echo(json.dumps(summary) if as_json else _said(summary))


def checkpoint_folder(out: Path, method: str, settings: Mapping[str, Any], split: Split) -> Path:
    """Beside `out`, named by everything that decides the training: the same command again goes on there.

    Raises:
        GlassboxError: the folder cannot be made.
    """
    plan = json.dumps([method, dict(settings), split_digest(split)], sort_keys=True)
    name = hashlib.sha256(plan.encode()).hexdigest()[:16]
    folder = out.absolute().with_name(f"{out.absolute().name}.checkpoint") / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = os.strerror(error.errno or 5)
        raise GlassboxError("ui.error.disk", folder=str(out.parent), reason=reason) from error
    return folder


def command_split(csv: Path, text: str, label: str, test_csv: Path | None, seed: int) -> Split:
    """The rows of the files, divided.

    Raises:
        GlassboxError: a file or a column is not there, or the rows cannot be divided.
    """
    rows = labelled_rows(csv, text, label)
    if test_csv is None:
        return split_rows(rows, csv.stem[:60], seed=seed, groups=_groups(rows))
    shares = Shares(validation=VALIDATION_SHARE, test=0.0)
    divided = split_rows(rows, csv.stem[:60], shares, seed, _groups(rows))
    test = labelled_rows(test_csv, text, label)
    if not len(test):
        raise GlassboxError("classification.train.error.no_rows")
    return Split(divided.name, divided.training, divided.validation, test, seed)


def labelled_rows(path: Path, text: str, label: str) -> LabelledTexts:
    """The rows of a file that have both a text and a label.

    Raises:
        GlassboxError: the file or a column is not there.
    """
    table = read_table_file(path)
    for column in (text, label):
        if column not in table.columns:
            known = ", ".join(name[:40] for name in table.columns[:20])
            raise GlassboxError("classification.train.error.no_column", column=column[:60], known=known)
    texts = tuple(cell.strip() for cell in table.column(text))
    labels = tuple(cell.strip() for cell in table.column(label))
    whole = [place for place in range(len(texts)) if texts[place] and labels[place]]
    return LabelledTexts(texts, labels, tuple(range(len(texts)))).at(whole)


def trained_summary(record: TrainingRecord, out: Path) -> dict[str, Any]:
    """What the command reports."""
    measured: Mapping[str, Any] = asdict(record.scores) if record.scores else {}
    names = ("method", "data", "training_rows", "validation_rows", "test_rows", "classes")
    return {
        **{name: measured.get(name) for name in ("accuracy", "macro_f1", "log_loss", "roc_auc_macro", "ece")},
        "accuracy_interval": [measured.get("accuracy_low"), measured.get("accuracy_high")],
        "seconds": record.seconds,
        "prediction_seconds": record.prediction_seconds,
        "parameters_trained": record.parameters_trained,
        **{name: getattr(record, name) for name in names},
        "model": str(out),
    }


def _said(summary: Mapping[str, Any]) -> str:
    """The summary as a sentence; a figure that could not be measured is a dash."""
    figures = ("accuracy", "macro_f1", "log_loss", "roc_auc_macro", "ece")
    said = {name: "-" if summary[name] is None else f"{summary[name]:.4f}" for name in figures}
    return wording("classification.train.command.done", **{**summary, **said})


def _groups(rows: LabelledTexts) -> list[int]:
    """Equal texts have one number, so that none is both learned and tested."""
    numbers: dict[str, int] = {}
    return [numbers.setdefault(" ".join(text.lower().split()), len(numbers)) for text in rows.texts]


def _silent(told: dict[str, Any]) -> None:
    """For `--json`, which prints one object and nothing else."""


class _Lines:
    """A line on standard error every two seconds."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, told: dict[str, Any]) -> None:
        if "done" in told and time.monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            typer.echo(wording("classification.train.command.progress", share=told["done"]), err=True)
