"""`python -m core translate train`: a translator from scratch in the terminal; resumable.

    python -m core translate train --grammar --out runs/first
    python -m core translate train --data DIR --out runs/transformer --epochs 30
    python -m core translate train --tsv pairs.tsv --out runs/own --width 128 --layers 2

What is not given has the default of its data: of Multi30k those of the shipped Transformer. The model is in
OUT/model, what each epoch measured in OUT/run.json. The same command again goes on where it was. Under
`accelerate launch --num_processes 2 -m core translate train ...` each process takes its share of the
batches, and their gradients are averaged.
"""

import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from core.command_line import Json
from core.errors import GlassboxError
from core.files import write_json_whole
from core.jobs.context import JobContext
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.train_record import RunRecord, read_record
from core.translation.train_settings import GRAMMAR_PAIRS, RunSettings, run_settings

SETTINGS_FILE = "settings.json"
IN_HOME = "multi30k"
"""As `--data` it stands for the home's own copy, fetched where the operator allows it."""


@dataclass(frozen=True)
class Trained:
    """What the command reports."""

    model: str
    """Folder for `translate run --model`."""
    data: str
    pairs: int
    parameters: int
    epochs: int
    perplexity: float
    bleu: float
    """Of greedy translations of held-out sentences."""
    signature: str
    order: float | None
    """Share in the right word order; only of the grammar."""
    seconds: float
    """Of training, without measuring."""


def train(
    out: Annotated[Path, typer.Option(help="Folder of the run: model/, run.json, checkpoint/.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder with Multi30k's raw files, or multi30k for the home's copy.")
    ] = None,
    tsv: Annotated[Path | None, typer.Option(help="UTF-8 file: German, a tab, English in each line.")] = None,
    grammar: Annotated[bool, typer.Option("--grammar", help="Captions of this project's grammar.")] = False,
    pairs: Annotated[int | None, typer.Option(help="How many to learn from; 0: all.")] = None,
    architecture: Annotated[str | None, typer.Option(help="lstm, gru or transformer.")] = None,
    vocabulary_size: Annotated[int | None, typer.Option(help="Subwords of both languages.")] = None,
    width: Annotated[int | None, typer.Option(help="Numbers that stand for a token.")] = None,
    layers: Annotated[int | None, typer.Option(help="On each side.")] = None,
    heads: Annotated[int | None, typer.Option(help="Of attention; they divide the width.")] = None,
    feed_forward: Annotated[int | None, typer.Option(help="Inner width of the feed-forward parts.")] = None,
    dropout: Annotated[float | None, typer.Option()] = None,
    norm: Annotated[str | None, typer.Option(help="pre or post.")] = None,
    positions: Annotated[str | None, typer.Option(help="sinusoidal or none.")] = None,
    tied: Annotated[
        bool | None, typer.Option("--tied/--untied", help="One matrix for input and output.")
    ] = None,
    epochs: Annotated[int | None, typer.Option()] = None,
    tokens_per_batch: Annotated[int | None, typer.Option(help="On the longer side.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="At its highest.")] = None,
    warmup_steps: Annotated[int | None, typer.Option(help="Steps over which the rate rises.")] = None,
    label_smoothing: Annotated[float | None, typer.Option()] = None,
    bpe_dropout: Annotated[float | None, typer.Option(help="Chance that a merge is passed over.")] = None,
    averaged_checkpoints: Annotated[int | None, typer.Option(help="Last epochs to average.")] = None,
    seed: Annotated[int | None, typer.Option()] = None,
    as_json: Json = False,
) -> None:
    """Train a translator from scratch, or go on with a training that was interrupted."""
    given = dict(locals())
    settings = settings_of(given)
    if sum(source is not None and source is not False for source in (data, tsv, grammar)) != 1:
        raise GlassboxError("translation.train.error.one_source")
    from core.translation.processes import joined_processes

    with joined_processes() as processes:
        found = _trained(out, settings, data, tsv, report=not as_json, rank=processes.rank)
    if found is not None:
        typer.echo(json.dumps(asdict(found)) if as_json else _said(found))


def settings_of(given: dict[str, Any]) -> RunSettings:
    """The command's options as settings; what is None has the default of its data.

    Raises:
        GlassboxError: a value is out of range.
    """
    kind = "grammar" if given["grammar"] else "multi30k" if given["data"] else "tsv"
    parameters: dict[str, Any] = {"data": kind, "upload": "0" * 64 if kind == "tsv" else ""}
    if given["pairs"] is not None:
        parameters["pairs"] = given["pairs"]
    for table, names in (("model", ModelSettings), ("training", TrainingSettings)):
        fields = names.__dataclass_fields__
        parameters[table] = {name: given[name] for name in fields if given.get(name) is not None}
    return replace(run_settings(parameters), upload="")


def _trained(
    out: Path, settings: RunSettings, data: Path | None, tsv: Path | None, report: bool, rank: int
) -> Trained | None:
    """Train and save; None in every process but the first."""
    from core.translation.model_folder import save_translator
    from core.translation.own_models import MODEL_FOLDER
    from core.translation.train_job import train as train_model

    pairs = _data(settings, data, tsv)
    context = JobContext(
        {}, out / "checkpoint", out, report=_tell if report and rank == 0 else lambda event: None
    )
    _same_as_before(out, settings, rank)
    translator = train_model(context, settings, pairs)
    if rank:
        return None
    context.send_progress()
    save_translator(out / MODEL_FOLDER, translator)
    record = read_record(out)
    if record is None:
        raise GlassboxError("translation.train.error.record")
    return _summary(out / MODEL_FOLDER, record)


def _data(settings: RunSettings, folder: Path | None, tsv: Path | None) -> Any:
    """The pairs that the command names."""
    from core.translation.multi30k import download_multi30k, multi30k_folder
    from core.translation.pairs import LARGEST_FILE
    from core.translation.train_data import grammar_data, multi30k_data, pairs_data
    from core.translation.train_upload import read_upload

    if folder is not None:
        if str(folder) == IN_HOME and not folder.is_dir():
            folder = multi30k_folder() or download_multi30k()
        return multi30k_data(folder, settings.pairs)
    if tsv is None:
        return grammar_data(settings.pairs or GRAMMAR_PAIRS, settings.training.seed)
    try:
        content = tsv.read_bytes()
    except OSError as error:
        raise GlassboxError("translation.train.error.tsv_missing", file=tsv.name) from error
    return pairs_data(tsv.name, read_upload({tsv.name: content}, LARGEST_FILE).pairs, settings.pairs)


def _same_as_before(out: Path, settings: RunSettings, rank: int) -> None:
    """Keep the run's settings beside it; another run must not go on with this one's parameters.

    Raises:
        GlassboxError: the folder holds a run with other settings.
    """
    path = out / "checkpoint" / SETTINGS_FILE
    now = json.loads(json.dumps(asdict(settings)))
    if path.is_file():
        try:
            before = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            before = None
        if before != now:
            raise GlassboxError("translation.train.error.other_run", folder=str(out))
    elif rank == 0:
        write_json_whole(path, now)


def _tell(event: dict[str, Any]) -> None:
    """Progress on standard error: the newest loss, and a line for each epoch."""
    values = event["values"]
    if "bleu" not in values:
        sys.stderr.write(f"\r{event['done']:.2f}/{event['total']:.0f}  {values.get('step_loss', 0):.3f} ")
        return
    order = f"  order {values['order']:.0%}" if "order" in values else ""
    sys.stderr.write(
        f"\r{event['done']:.0f}/{event['total']:.0f}  loss {values['training_loss']:.3f}  "
        f"perplexity {values['perplexity']:.2f}  BLEU {values['bleu']:.1f}{order}\n"
    )


def _summary(folder: Path, record: RunRecord) -> Trained:
    last = record.epochs[-1]
    return Trained(
        model=str(folder),
        data=record.data,
        pairs=record.pairs,
        parameters=record.parameters,
        epochs=len(record.epochs),
        perplexity=last.perplexity,
        bleu=last.bleu,
        signature=record.signature,
        order=last.order,
        seconds=sum(epoch.seconds for epoch in record.epochs),
    )


def _said(found: Trained) -> str:
    """The report as text."""
    from core.wording import wording

    return wording("translation.train.command.done", **asdict(found))
