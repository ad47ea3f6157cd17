"""The job that ranks every head of a model on a reader's text, layer by layer.

Parameters: `text`, `model` ("smollm2-135m" or "minilm-l6") and `replacement` ("zero" or "mean"). After
each layer its heads' effects are checkpointed, so that a resumed job goes on with the next layer.
"""

import json
from dataclasses import asdict
from time import perf_counter
from typing import Any

from core.attention.head_ranking import CSV_FILE, REPLACEMENTS, RESULT_FILE, HeadEffect
from core.attention.open_model import OpenModel, open_model
from core.attention.rank_heads import HeadRanker
from core.csv_export import csv_text
from core.errors import GlassboxError
from core.jobs.context import JobContext
from core.json_result import result_from_json

NAMES = ("text", "model", "replacement")


def run(context: JobContext, model: OpenModel | None = None) -> None:
    """The job kind `attention.ablation`; writes the ranking as JSON and CSV.

    Args:
        context: the job.
        model: None opens the one that the parameters name.

    Raises:
        GlassboxError: parameters that cannot be used, or the model is not ready.
    """
    text, name, replacement = _parameters(dict(context.parameters))
    context.progress(0, 1, message_key="attention.matter.job.reading")
    ranker = HeadRanker(model or open_model(name), text, replacement)
    layers = ranker.model.layer_count
    state: dict[str, Any] = context.load_checkpoint() or {"layers": 0, "effects": [], "seconds": 0.0}
    found = [result_from_json(HeadEffect, effect, "state.json") for effect in state["effects"]]
    seconds = float(state["seconds"])
    for layer in range(int(state["layers"]), layers):
        begun = perf_counter()
        found += ranker.layer(layer, context.check_cancelled)
        seconds += perf_counter() - begun
        context.save_checkpoint(
            {"layers": layer + 1, "effects": [asdict(effect) for effect in found], "seconds": seconds}
        )
        context.progress(layer + 1, layers, message_key="attention.matter.job.ranking")
    ranking = ranker.ranking(found, seconds)
    context.write_result(RESULT_FILE, json.dumps(asdict(ranking), ensure_ascii=False))
    context.write_result(CSV_FILE, csv_text(ranking.rows()))


def _parameters(values: dict[str, Any]) -> tuple[str, str, Any]:
    """Text, model and replacement, checked.

    Raises:
        GlassboxError: an unknown name, an empty text or another replacement.
    """
    unknown = sorted(str(name)[:40] for name in set(values) - set(NAMES))
    if unknown:
        raise GlassboxError(
            "attention.matter.error.parameters", names=", ".join(unknown), known=", ".join(NAMES)
        )
    text, name = values.get("text", ""), values.get("model", "smollm2-135m")
    replacement = values.get("replacement", "zero")
    if not isinstance(text, str) or not text.strip():
        raise GlassboxError("attention.matter.error.short")
    if replacement not in REPLACEMENTS:
        raise GlassboxError("attention.matter.error.replacement", value=str(replacement)[:40])
    return text, str(name), replacement
