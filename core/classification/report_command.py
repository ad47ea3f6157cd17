"""`python -m core classify report`: the report of a saved model on a table of labelled rows.

python -m core classify report --model runs/probe --csv test.csv --html report.html
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from core.classification.predictions import Predictions
from core.command_line import Json
from core.errors import GlassboxError
from core.wording import LANGUAGES, Language, wording


def report(
    model: Annotated[Path, typer.Option(help="Folder that `classify train` or the page wrote.")],
    csv: Annotated[Path, typer.Option(help="CSV, TSV, XLSX or JSON Lines with labelled rows.")],
    html: Annotated[Path, typer.Option(help="The report, one file that needs no network.")],
    text: Annotated[str | None, typer.Option(help="Column of the texts; guessed if not named.")] = None,
    label: Annotated[str | None, typer.Option(help="Column of the labels; guessed if not named.")] = None,
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """Measure a saved model on labelled rows and write the whole report as one HTML file."""
    from core.classification.classifier import predictions
    from core.classification.report import report_of, summary
    from core.classification.report_html import report_html
    from core.classification.train_command import labelled_rows
    from core.classification.trained_models import load_classifier

    if language not in LANGUAGES:
        raise GlassboxError("classification.report.error.language", language=language[:40])
    chosen: Language = "zh" if language == "zh" else "en"
    classifier = load_classifier(model)
    texts, labels = _columns(csv, text, label)
    test = predictions(classifier, labelled_rows(csv, texts, labels))
    found = report_of(csv.stem[:60], classifier.method, test, _validation(model))
    _write(html, report_html(found, chosen))
    figures = {**summary(found), "text": texts, "label": labels, "html": str(html)}
    typer.echo(
        json.dumps(figures) if as_json else wording("classification.report.command.report", chosen, **figures)
    )


def _columns(csv: Path, text: str | None, label: str | None) -> tuple[str, str]:
    """The named columns, or those that look like texts and like labels.

    Raises:
        GlassboxError: the file is no table, or nothing looks like them.
    """
    if text and label:
        return text, label
    from core.classification.tables.columns import describe_columns, guess_columns
    from core.classification.tables.read import read_table_file

    table = read_table_file(csv)
    if len(table.columns) < 2:
        raise GlassboxError(
            "classification.report.error.columns", known=", ".join(name[:40] for name in table.columns[:20])
        )
    guess = guess_columns(describe_columns(table))
    return text or guess.text, label or guess.label


def _validation(model: Path) -> Predictions | None:
    """What the model said about its validation rows, on which a temperature can be fitted."""
    from core.classification.kept_predictions import kept_predictions

    if not (model / "validation.json").is_file():
        return None
    return kept_predictions(model, "validation")


def _write(path: Path, content: str) -> None:
    from core.files import write_text_whole

    if not path.parent.is_dir() or path.is_dir():
        raise GlassboxError("classification.report.error.html_file", file=path.name[:80])
    write_text_whole(path, content)
