"""The precision lab in the terminal: one number, all formats on MiniLM, the measured speed."""

import json
import sys
from typing import Annotated, Any

import typer

from core.command_line import Json
from core.wording import wording

Block = Annotated[int, typer.Option(help="Weights that share a scale: 32, 64, 128, 256 or 1024.")]


def number(
    value: Annotated[str, typer.Argument(help="A decimal number; write -- before a negative one.")],
    largest: Annotated[str, typer.Option(help="The largest weight of its group.")] = "1",
    as_json: Json = False,
) -> None:
    """Show one number in every format: its bits and what is stored."""
    from core.memory.quantise.one_number import one_number, typed_number

    found = one_number(typed_number(value), typed_number(largest))
    rows = [
        {
            "format": row.name,
            "bits": " ".join(filter(None, row.fields)),
            "stored": row.value,
            "outcome": row.outcome,
        }
        for row in found.rows
    ]
    if as_json:
        shown = [{**row, "stored": str(row["stored"])} for row in rows]  # JSON has no infinity
        sys.stdout.write(json.dumps({"value": found.value, "formats": shown}) + "\n")
        return
    for row in rows:
        sys.stdout.write(_line("number", {**row, "stored": f"{row['stored']:.9g}"}))


def precision(
    scope: Annotated[str, typer.Option(help="linear (layers only) or all (embeddings too).")] = "linear",
    block: Block = 64,
    double_quantisation: Annotated[bool, typer.Option(help="Scales of 4-bit blocks in 8 bits.")] = True,
    as_json: Json = False,
) -> None:
    """Quantise MiniLM in every format: bytes, error, and what the scores of 24 sentence pairs do."""
    from core.memory.quantise.sentence_pairs import shipped_pairs
    from core.memory.quantise.similarity import score_change
    from core.memory.quantise.survey import survey
    from core.memory.quantise.weight_formats import FORMATS

    rows: list[dict[str, Any]] = []
    plain: tuple[float, ...] = ()
    for name in FORMATS:
        report = survey(name, shipped_pairs(), scope, block, double_quantisation)  # type: ignore[arg-type]
        plain = plain or report.scores
        change = score_change(plain, report.scores)
        rows.append(
            {
                "format": name,
                "bits": report.bits,
                "bytes": report.counted,
                "predicted": report.predicted,
                "model_bytes": report.model_bytes,
                "relative": report.whole.relative,
                "change": change.mean,
                "swapped": change.swapped,
                "couples": change.couples,
            }
        )
        if not as_json:
            sys.stdout.write(_line("format", rows[-1]))
    if as_json:
        sys.stdout.write(json.dumps({"scope": scope, "block": block, "formats": rows}) + "\n")


def speed(
    batch: Annotated[int, typer.Option(help="Texts at once.")] = 16,
    tokens: Annotated[int, typer.Option(help="Tokens of each.")] = 32,
    rounds: Annotated[int, typer.Option(help="How often each format is timed.", min=3, max=25)] = 7,
    as_json: Json = False,
) -> None:
    """Time MiniLM in every format that this processor can run, in turn."""
    from core.memory.quantise.speed import run_speed
    from core.memory.quantise.speed_load import SHORT

    run = run_speed(list(dict.fromkeys((SHORT, (batch, tokens)))), rounds)
    rows = [
        {
            "format": row.name,
            "batch": row.batch,
            "length": row.length,
            "milliseconds": row.milliseconds,
            "times": run.times_as_fast(row.name, (row.batch, row.length)),
            "cosine": row.cosine,
        }
        for row in run.rows
    ]
    if as_json:
        about = {"threads": run.threads, "capability": run.capability, "tiles": run.tiles}
        sys.stdout.write(json.dumps({**about, "missing": run.missing, "rows": rows}) + "\n")
        return
    for row in rows:
        sys.stdout.write(
            _line("speed", {**row, "format": wording(f"memory.precision.runnable.{row['format']}")})
        )


def _line(kind: str, values: dict[str, Any]) -> str:
    named = dict(values)
    if kind != "speed":
        named["format"] = wording(f"memory.precision.format.{values['format']}")
    if kind == "number":
        named["outcome"] = wording(f"memory.precision.outcome.{values['outcome']}")
    return wording(f"memory.precision.report.{kind}", **named).rstrip() + "\n"
