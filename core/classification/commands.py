"""`python -m core classify`: train, predict and report from the terminal."""

import typer

from core.classification.predict_command import predict
from core.classification.report_command import report
from core.classification.train_command import train

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Text classification: from a CSV to predictions."
)


@app.callback()
def commands() -> None:
    """Text classification: from a CSV to predictions."""


app.command()(train)
app.command()(predict)
app.command()(report)
