"""`python -m core translate`: translate, score and train from the terminal."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.command_line import Json
from core.errors import GlassboxError
from core.translation.score_command import score, score_shipped
from core.translation.train_command import train

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="German to English with models trained from scratch."
)


@app.callback()
def commands() -> None:
    """German to English with models trained from scratch."""


@app.command()
def run(
    text: Annotated[str | None, typer.Argument(help="One German sentence.")] = None,
    model: Annotated[
        str, typer.Option(help="lstm, gru, transformer, or the folder of a model of your own.")
    ] = "transformer",
    beam: Annotated[int, typer.Option(help="Beams; 1 is greedy search.")] = 5,
    penalty: Annotated[float, typer.Option(help="Alpha of the length penalty; 0 switches it off.")] = 1.0,
    file: Annotated[
        Path | None, typer.Option(help="UTF-8 text with one sentence a line, instead of TEXT.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the file's translations.")] = None,
    as_json: Json = False,
) -> None:
    """Translate a sentence, or a file of them line by line."""
    from core.translation.run_command import translate_file, translate_sentence

    if (text is None) == (file is None):
        raise GlassboxError("translation.translate.error.text_or_file")
    if file is not None:
        found = translate_file(model, file, out, beam, penalty)
        if as_json:
            typer.echo(json.dumps(asdict(found)))
        elif out is None:
            typer.echo("\n".join(found.translations))
        return
    if out is not None:
        raise GlassboxError("translation.translate.error.out_without_file")
    sentence = translate_sentence(model, text or "", beam, penalty)
    typer.echo(json.dumps(asdict(sentence)) if as_json else sentence.translation)


app.command()(score)
app.command()(train)
app.command("score-shipped")(score_shipped)
