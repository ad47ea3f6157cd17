"""`python -m core classify predict`: predictions for a file of new rows, of any length.

python -m core classify predict --model runs/probe --csv new.csv --text message --out predicted.csv
"""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.command_line import Json
from core.wording import wording

SECONDS_BETWEEN_LINES = 2.0


def predict(
    model: Annotated[Path, typer.Option(help="Folder that `classify train` or the page wrote.")],
    csv: Annotated[Path, typer.Option(help="CSV, TSV, XLSX or JSON Lines; a CSV may be of any length.")],
    text: Annotated[str, typer.Option(help="Column of the texts.")],
    out: Annotated[
        Path, typer.Option(help="CSV: the input's columns, prediction, probability, out_of_scope.")
    ],
    threshold: Annotated[
        float | None, typer.Option(help="Probability below which a text is out of scope; else the model's.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Classify the rows of a file and write them with their predictions."""
    from core.classification.predict_file import load_predictor, predict_file

    predictor = load_predictor(model)
    if threshold is not None:
        predictor.threshold = threshold
    last = 0.0

    def after(share: float) -> None:
        nonlocal last
        if not as_json and time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            typer.echo(wording("classification.train.command.progress", share=share), err=True)

    done = predict_file(predictor, csv, text, out, after)
    if as_json:
        typer.echo(json.dumps({**asdict(done), "out": str(out)}))
    else:
        typer.echo(wording("classification.train.command.predicted", out=out, **asdict(done)))
