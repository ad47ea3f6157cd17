"""The job that sweeps one knob over a grid; it goes on after the last checkpoint like a comparison.

Parameters: `knob`, `values`, `settings` (one object as `settings_from` reads it: everything but the
knob), `prompts`, `seeds` and, if another than the shelf's is wanted, `model`.
"""

import json
from dataclasses import asdict

from core.csv_export import csv_text
from core.decoding.compare_job import (
    MOST_SETTINGS,
    check_count,
    check_names,
    compare_with_checkpoints,
    load_model,
    prompts_and_seeds,
)
from core.decoding.settings import settings_from
from core.decoding.sweep import Sweep, swept_settings
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError
from core.jobs.context import JobContext

RESULT_FILE = "sweep.json"
CSV_FILE = "sweep.csv"


def run(context: JobContext, model: LanguageModel | None = None) -> None:
    """The job kind `decoding.sweep`; `model` None loads the one that the parameters name.

    Raises:
        GlassboxError: parameters that cannot be used, or the model is not ready.
    """
    parameters = dict(context.parameters)
    check_names(parameters, ("model", "prompts", "settings", "seeds", "knob", "values"))
    prompts, seeds = prompts_and_seeds(parameters)
    knob, values, base = parameters.get("knob"), parameters.get("values"), parameters.get("settings", {})
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        raise GlassboxError("decoding.measures.error.list", name="values", most=MOST_SETTINGS)
    if not isinstance(base, dict):
        raise GlassboxError("decoding.measures.error.parameters", names="settings", known="{...}")
    check_count("values", values, MOST_SETTINGS)
    ways = swept_settings(settings_from(base), str(knob), values)
    comparison = compare_with_checkpoints(context, model or load_model(parameters), prompts, ways, seeds)
    sweep = Sweep(str(knob), tuple(values), comparison)
    context.write_result(RESULT_FILE, json.dumps(asdict(sweep), ensure_ascii=False))
    rows = [
        {str(knob): values[row.setting]} | flat
        for row, flat in zip(comparison.rows, comparison.flat_rows(), strict=True)
    ]
    context.write_result(CSV_FILE, csv_text(rows))
