"""How far the memory calculator is off, measured now, and how long one change of a control takes.

- Every row of the shipped grid again: a real training step, counted from its tensors, against the
  prediction (`core.memory.grid_job`, the function of the job).
- The peer on the same rows: `accelerate estimate-memory`, by the command's own functions on a model
  without weights (`core.memory.accelerate_estimate`), its column "Training using Adam" against all that
  was counted; `accelerate_estimate_error` over the rows for which it is made (full fine-tuning with AdamW,
  nothing checkpointed), the other figures over all rows.
- `recompute_ms`: from changed settings to every term with its filled formula, the slowest of several
  presets, medians of many changes that were not computed before; `recompute_processor_ms` is what the
  processor spent on it, for a machine that others use too.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from statistics import median
from time import perf_counter, process_time
from typing import Any

import torch

from benchmarks.measure import machine
from core.memory.grid import GRID, grid_errors
from core.memory.grid_job import measured_row
from core.memory.plan import plan_from
from core.memory.predict import predict
from core.memory.report import report
from core.settings import settings
from core.wording import words_in

PRESETS = ("smollm2-135m", "llama-2-70b", "gpt3-175b", "t5-small", "mixtral-8x7b", "deepseek-v3")


def main() -> dict[str, Any]:
    """Measure and return the figures; options come from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=len(GRID), help="first rows of the grid only")
    parser.add_argument("--repetitions", type=int, default=25)
    options = parser.parse_args()
    torch.set_num_threads(settings().thread_count)
    about = machine("torch", "transformers", "peft", "accelerate")
    wall = {name: recompute_ms(name, options.repetitions, perf_counter) for name in PRESETS}
    processor = {name: recompute_ms(name, options.repetitions, process_time) for name in PRESETS}
    times = {
        "recompute_ms": round(max(wall.values()), 2),
        "recompute_processor_ms": round(max(processor.values()), 2),
        "recompute_ms_of": {name: round(value, 2) for name, value in wall.items()},
    }
    return {**error_figures(options.rows), **times, **about}


def error_figures(count: int) -> dict[str, Any]:
    """Errors over the first `count` rows of the grid, measured now."""
    rows = []
    for number, row in enumerate(GRID[:count]):
        rows.append(measured_row(row))
        print(f"{number + 1}/{count} {row}", file=sys.stderr)
    found = asdict(grid_errors(rows))
    return {
        "rows": found["rows"],
        "params_grads_states_max_error": found["lasting_max"],
        "activations_max_error": found["activations_max"],
        "activations_mean_error": found["activations_mean"],
        "total_max_error": found["total_max"],
        "total_mean_error": found["total_mean"],
        "full_tuning_total_mean_error": found["full_mean"],
        "accelerate_estimate_error": found["accelerate_full_mean"],
        "accelerate_estimate_mean_error_all_rows": found["accelerate_mean"],
        "accelerate_estimate_max_error_all_rows": found["accelerate_max"],
    }


def recompute_ms(preset: str, repetitions: int, clock: Callable[[], float]) -> float:
    """Milliseconds for one change of a control of that preset, all terms and formulas; the median."""
    words, times = words_in("en"), []
    for change in range(repetitions + 1):
        asked = {
            "preset": preset,
            "method": "lora" if change % 2 else "full",
            "rank": 1 + change,
            "length": 64 + 8 * change,
        }
        started = clock()
        report(predict(plan_from(asked)), words)
        times.append(1000 * (clock() - started))
    return median(times[1:])
