"""The command line: `python -m core --help`. The pages and these commands call the same functions."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.attention.commands import app as attention_commands
from core.attention.positions.commands import app as position_commands
from core.classification.commands import app as classification_commands
from core.command_line import LARGEST_SETTINGS_FILE, Json, read_settings
from core.errors import GlassboxError
from core.memory.commands import app as memory_commands
from core.translation.commands import app as translation_commands
from core.wording import wording

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
app.add_typer(attention_commands)
app.add_typer(position_commands)
app.add_typer(classification_commands, name="classify")
app.add_typer(memory_commands, name="memory")
app.add_typer(translation_commands, name="translate")


@app.callback()
def commands() -> None:
    """Experiments on language models, from the terminal."""


@app.command()
def models(as_json: Json = False) -> None:
    """List the models of the shelf: installed, unaltered, ready."""
    from core.shelf.catalogue import CATALOGUE
    from core.shelf.status import model_status

    rows = []
    for name in CATALOGUE:
        status = model_status(name)
        facts = {key: getattr(status.entry, key) for key in ("parameters", "bytes", "licence")}
        rows.append({"name": name, "ready": status.ready, "hash_ok": bool(status.hash_ok), **facts})
    if as_json:
        print(json.dumps({"models": rows}))
        return
    for row in rows:
        state = wording("command.ready" if row["ready"] else "command.not_ready")
        print(wording("command.model_line", **{**row, "state": state}))


@app.command()
def generate(
    prompt: Annotated[str, typer.Option(help="The text to continue; - reads standard input.")],
    model: Annotated[str, typer.Option(help="A model of the shelf.")] = "smollm2-135m",
    engine: Annotated[str, typer.Option(help="torch, llama.cpp or endpoint.")] = "torch",
    strategy: Annotated[str | None, typer.Option(help="greedy, sample, beam or contrastive.")] = None,
    max_new_tokens: Annotated[int | None, typer.Option()] = None,
    temperature: Annotated[float | None, typer.Option()] = None,
    top_k: Annotated[int | None, typer.Option()] = None,
    top_p: Annotated[float | None, typer.Option()] = None,
    min_p: Annotated[float | None, typer.Option()] = None,
    typical_p: Annotated[float | None, typer.Option()] = None,
    repetition_penalty: Annotated[float | None, typer.Option()] = None,
    no_repeat_ngram_size: Annotated[int | None, typer.Option()] = None,
    num_beams: Annotated[int | None, typer.Option()] = None,
    length_penalty: Annotated[float | None, typer.Option()] = None,
    seed: Annotated[int | None, typer.Option()] = None,
    settings: Annotated[Path | None, typer.Option(help="JSON file with any decoding settings.")] = None,
    as_json: Json = False,
) -> None:
    """Continue a text and measure how repetitive the continuation is."""
    from core.decoding.command import continue_text
    from core.decoding.settings import settings_from

    options = {
        "strategy": strategy,
        "max_new_tokens": max_new_tokens,
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "min_p": min_p,
        "typical_p": typical_p,
        "repetition_penalty": repetition_penalty,
        "no_repeat_ngram_size": no_repeat_ngram_size,
        "num_beams": num_beams,
        "length_penalty": length_penalty,
        "seed": seed,
    }
    given = {name: value for name, value in options.items() if value is not None}
    chosen = settings_from({**(read_settings(settings) if settings else {}), **given})
    text = sys.stdin.read(LARGEST_SETTINGS_FILE * 4) if prompt == "-" else prompt
    result = continue_text(model, text, chosen, engine)
    if as_json:
        print(json.dumps(asdict(result)))
        return
    print(text + result.text)
    loop = wording("command.loop", **result.loop) if result.loop else wording("command.no_loop")
    print("\n" + wording("command.summary", **{**asdict(result), "loop": loop}))


@app.command()
def job(
    kind: Annotated[str, typer.Argument(help="A kind of background job, such as decoding.published.")],
    settings: Annotated[Path | None, typer.Option(help="JSON file with the job's parameters.")] = None,
    as_json: Json = False,
) -> None:
    """Run a background job to its end, and say where its result is; interrupted, it can be resumed."""
    from core.jobs.command import run_to_end

    folder, state = run_to_end(kind, read_settings(settings) if settings else {}, report=not as_json)
    if as_json:
        print(json.dumps({"status": state.status, "folder": str(folder)}))
    else:
        print(wording("command.job", status=wording(f"command.job_{state.status}"), folder=folder))
    if state.status != "done":
        raise typer.Exit(1)


@app.command()
def tokenize(
    text: Annotated[str | None, typer.Argument(help="The text; - reads standard input.")] = None,
    tokenizer: Annotated[
        str, typer.Option(help="A name from `tokenizers`, or a tokenizer.json.")
    ] = "smollm2",
    file: Annotated[Path | None, typer.Option(help="A UTF-8 text file instead of TEXT.")] = None,
    special: Annotated[bool, typer.Option(help="Let special tokens in the text be such tokens.")] = False,
    as_json: Json = False,
) -> None:
    """Cut a text into the tokens of a real vocabulary."""
    from core.tokenizer.command import read_text, tokenize_text

    result = tokenize_text(tokenizer, read_text(text, file), special)
    report_cut(result.cut_characters)
    if as_json:
        print(json.dumps(vars(result)))
        return
    for number, spelling, (start, end) in zip(result.ids, result.tokens, result.offsets, strict=True):
        print(f"{number:>8}  {start:>6}-{end:<6}  {spelling}")
    print(wording("tokenizer.vocabularies.command.summary", **vars(result)))


@app.command()
def tokenizers(as_json: Json = False) -> None:
    """List the real vocabularies: algorithm, size, licence, and whether the file is the published one."""
    from core.tokenizer.command import tokenizer_rows

    rows = tokenizer_rows()
    if as_json:
        print(json.dumps({"tokenizers": rows}))
        return
    for row in rows:
        state = wording("command.ready" if row["hash_ok"] else "command.not_ready")
        print(wording("tokenizer.vocabularies.command.line", **{**row, "state": state}))


@app.command("train-tokenizer")
def train_tokenizer(
    algorithm: Annotated[str, typer.Option(help="bpe, byte-bpe, wordpiece or unigram.")],
    vocab_size: Annotated[int, typer.Option(help="Tokens in the finished vocabulary.")],
    file: Annotated[Path, typer.Option(help="A UTF-8 text file to train on.")],
    out: Annotated[Path, typer.Option(help="Where to write the tokenizer.json.")],
    as_json: Json = False,
) -> None:
    """Train a tokenizer on a text and save it as a tokenizer.json."""
    from core.tokenizer.command import read_text
    from core.tokenizer.command import train_tokenizer as train_and_save

    result = train_and_save(algorithm, vocab_size, read_text(None, file), out)
    report_cut(result.cut_characters)
    if as_json:
        print(json.dumps(vars(result)))
    else:
        print(wording("tokenizer.vocabularies.command.trained", **vars(result)))


def report_cut(characters: int) -> None:
    """Say on standard error that a text was too long to be read whole."""
    if characters:
        print(wording("tokenizer.vocabularies.command.cut"), file=sys.stderr)


def main() -> int:
    """Run one command; a wrong input ends with status 2 and one line that says what to do."""
    try:
        app(prog_name="python -m core", standalone_mode=True)
    except GlassboxError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
