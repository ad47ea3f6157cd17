"""The grid as rows of a table, under headings in the reader's language."""

from collections.abc import Mapping, Sequence

from core.memory.grid import GridRow
from core.memory.measure import MODELS
from core.memory.step_report import percent
from core.wording import Words

MEBIBYTE = 2**20
SHORT = dict(zip(MODELS, ("SmolLM2", "MiniLM"), strict=True))
SHOWN = (
    "number",
    "step",
    "activations_error",
    "lasting_error",
    "accelerate_error",
    "saved",
    "weights",
    "adapter",
    "gradients",
    "states",
    "seconds",
)
"""Columns on the page, in their order; the download has each setting in a column of its own too."""
UNREMARKABLE = {
    "dtype": "fp32",
    "optimizer": "adamw",
    "checkpointing": "none",
    "attention": "flash",
    "targets": "q,v",
    "dropout": 0.0,
}


def row_name(row: GridRow, words: Words) -> str:
    """The settings of a row in one line: model, method, and whatever is not the default."""
    settings = row.step.settings
    parts = [
        SHORT[str(settings["preset"])],
        method_name(settings),
        f"{settings['batch']}×{settings['length']}",
    ]
    parts += [
        words(f"memory.check.short.{name}", value=_named(name, settings[name], words))
        for name, usual in UNREMARKABLE.items()
        if settings.get(name, usual) != usual
    ]
    return " ".join(parts)


def _named(name: str, value: object, words: Words) -> object:
    """A kind of checkpointing in the reader's words; formats and optimizers as everyone writes them."""
    return words(f"memory.check.set.{name}.{value}") if name == "checkpointing" else value


def method_name(settings: Mapping[str, object]) -> str:
    """The method with the number that belongs to it.

    >>> method_name({"method": "lora", "rank": 8})
    'lora r8'
    """
    name = str(settings.get("method", "full"))
    for setting, letter in (("rank", "r"), ("layers", "k"), ("tokens", "t")):
        if setting in settings:
            return f"{name} {letter}{settings[setting]}"
    return name


def shown_columns(words: Words) -> list[str]:
    """Headings of the columns that the page shows."""
    return [words(f"memory.check.grid.column.{name}") for name in SHOWN]


def grid_table(rows: Sequence[GridRow], words: Words) -> list[dict[str, object]]:
    """One row a step: its settings, what was measured in MiB, and the errors in percent."""
    table: list[dict[str, object]] = []
    for number, row in enumerate(rows):
        step, settings = row.step, row.step.settings
        cells: dict[str, object] = {
            "number": number,
            "step": row_name(row, words),
            "model": SHORT[str(settings["preset"])],
            "method": method_name(settings),
            "batch": settings["batch"],
            "length": settings["length"],
            **{name: settings.get(name, usual) for name, usual in UNREMARKABLE.items() if name != "targets"},
        }
        for name in ("weights", "adapter", "gradients", "states"):
            cells[name] = round(step.term(name).measured / MEBIBYTE, 2)
        cells |= {
            "saved": round(step.activations.measured / MEBIBYTE, 2),
            "lasting_error": percent(step.lasting_error),
            "activations_error": percent(step.activations.error),
            "accelerate_error": percent(row.accelerate_error),
            "seconds": round(step.seconds, 1),
        }
        table.append({words(f"memory.check.grid.column.{name}"): value for name, value in cells.items()})
    return table
