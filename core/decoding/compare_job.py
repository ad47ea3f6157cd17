"""The job that compares ways of decoding: a checkpoint after every prompt of every way.

Parameters: `prompts` (texts), `settings` (a list of objects as `settings_from` reads them), `seeds`
(whole numbers) and, if another than the shelf's is wanted, `model`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from core.csv_export import csv_text
from core.decoding.compare import cells_of, check_task, comparison_of, measure_cell
from core.decoding.comparison import Comparison, TextRow
from core.decoding.settings import RANGES, DecodingSettings, settings_from
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError
from core.jobs.context import JobContext
from core.json_result import result_from_json
from core.shelf.load import load_language_model

MODEL = "smollm2-135m"
RESULT_FILE = "comparison.json"
CSV_FILE = "comparison.csv"
MOST_PROMPTS, MOST_SETTINGS, MOST_SEEDS = 240, 20, 64


def run(context: JobContext, model: LanguageModel | None = None) -> None:
    """The job kind `decoding.compare`; `model` None loads the one that the parameters name.

    Raises:
        GlassboxError: parameters that cannot be used, or the model is not ready.
    """
    parameters = dict(context.parameters)
    check_names(parameters, ("model", "prompts", "settings", "seeds"))
    prompts, seeds = prompts_and_seeds(parameters)
    settings = parameters.get("settings")
    if not isinstance(settings, list) or not all(isinstance(one, dict) for one in settings):
        raise GlassboxError("decoding.measures.error.list", name="settings", most=MOST_SETTINGS)
    check_count("settings", settings, MOST_SETTINGS)
    ways = [settings_from(one) for one in settings]
    check_task(prompts, ways, seeds)
    comparison = compare_with_checkpoints(context, model or load_model(parameters), prompts, ways, seeds)
    context.write_result(RESULT_FILE, json.dumps(asdict(comparison), ensure_ascii=False))
    context.write_result(CSV_FILE, csv_text(comparison.flat_rows()))


def compare_with_checkpoints(
    context: JobContext,
    model: LanguageModel,
    prompts: Sequence[str],
    settings_list: Sequence[DecodingSettings],
    seeds: Sequence[int],
) -> Comparison:
    """`core.decoding.compare.compare`, going on after the last cell that was checkpointed."""

    def stopped() -> bool:
        context.check_cancelled()
        return False

    state: dict[str, Any] = context.load_checkpoint() or {"cells": 0, "rows": []}
    rows = [result_from_json(TextRow, row, "checkpoint") for row in state["rows"]]
    cells = list(cells_of(len(prompts), len(settings_list)))
    for done in range(state["cells"], len(cells)):
        found = measure_cell(model, cells[done], prompts, settings_list, seeds, stopped)
        rows += found
        # Through JSON, so that a checkpoint just made equals one read back.
        state = {
            "cells": done + 1,
            "rows": state["rows"] + json.loads(json.dumps([asdict(r) for r in found])),
        }
        context.save_checkpoint(state)
        context.progress(done + 1, len(cells), rep_4=sum(row.rep_4 for row in found) / len(found))
    return comparison_of(model.name, prompts, settings_list, seeds, rows)


def load_model(parameters: dict[str, Any]) -> LanguageModel:
    """The model that the parameters name, or the lesson's."""
    name = parameters.get("model", MODEL)
    if not isinstance(name, str):
        raise GlassboxError("decoding.measures.error.parameters", names="model", known=MODEL)
    return load_language_model(name)


def prompts_and_seeds(parameters: dict[str, Any]) -> tuple[list[str], list[int]]:
    """The prompts and seeds among a job's parameters.

    Raises:
        GlassboxError: not lists, empty, too long, or an item of another type.
    """
    prompts, seeds = parameters.get("prompts"), parameters.get("seeds", [0])
    if not isinstance(prompts, list) or not all(isinstance(prompt, str) for prompt in prompts):
        raise GlassboxError("decoding.measures.error.list", name="prompts", most=MOST_PROMPTS)
    if not isinstance(seeds, list) or not all(type(s) is int and RANGES["seed"].holds(s) for s in seeds):
        raise GlassboxError("decoding.measures.error.list", name="seeds", most=MOST_SEEDS)
    check_count("prompts", prompts, MOST_PROMPTS)
    check_count("seeds", seeds, MOST_SEEDS)
    return prompts, seeds


def check_count(name: str, items: Sequence[object], most: int) -> None:
    """Raise `GlassboxError` unless there are 1 to `most` items."""
    if not 1 <= len(items) <= most:
        raise GlassboxError("decoding.measures.error.list", name=name, most=most)


def check_names(parameters: dict[str, Any], known: Sequence[str]) -> None:
    """Raise `GlassboxError` for a parameter that the job does not have."""
    unknown = sorted(str(name)[:40] for name in set(parameters) - set(known))
    if unknown:
        raise GlassboxError(
            "decoding.measures.error.parameters", names=", ".join(unknown), known=", ".join(known)
        )
