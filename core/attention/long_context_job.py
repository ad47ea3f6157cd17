"""The job `attention.long_context`: read one long text with each rotation, one after the other.

After every rotation its losses are kept, so that a job that died repeats at most one of them.
"""

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter, process_time

import torch

from core.attention.long_context import mean_by_position, rotation_tables, token_losses, with_rotation
from core.attention.long_context_result import (
    BUCKET,
    RESULT_FILE,
    LongContextResult,
    Parameters,
    ScalingRun,
    parameters_from,
)
from core.attention.schemes.prose import paragraphs, text_hash
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError
from core.jobs.context import JobContext
from core.shelf.catalogue import CATALOGUE
from core.shelf.load import load_language_model

MODEL = "smollm2-135m"
COMMAND = "python -m core job attention.long_context"


def run(context: JobContext) -> None:
    """Do or go on with the experiment; writes `long_context.json`.

    Raises:
        GlassboxError: unknown or impossible parameters, or the model is not installed.
        JobCancelled: the reader cancelled.
    """
    measure(context, load_language_model(MODEL))


def measure(context: JobContext, model: LanguageModel) -> None:
    """The same on a model that is already loaded.

    Raises:
        GlassboxError: unknown or impossible parameters, or the text has fewer tokens than are to be read.
        JobCancelled: the reader cancelled.
    """
    parameters = parameters_from(context.parameters)
    ids = long_text(model, parameters.length)
    saved = context.load_checkpoint() or {"runs": []}
    runs = [ScalingRun(**{**value, "losses": tuple(value["losses"])}) for value in saved["runs"]]
    for scheme in parameters.schemes[len(runs) :]:
        runs.append(_read_once(context, model, ids, scheme, parameters))
        context.save_checkpoint({"runs": [asdict(each) for each in runs]})
    context.write_result(RESULT_FILE, json.dumps(asdict(_result(parameters, model, runs)), indent=1))


def long_text(model: LanguageModel, length: int) -> list[int]:
    """The first `length` tokens of Python's documentation prose.

    Raises:
        GlassboxError: it has fewer.
    """
    ids = model.encode("\n".join(paragraphs()))
    if len(ids) < length:
        raise GlassboxError("attention.experiment.error.text", tokens=len(ids), length=length)
    return ids[:length]


def _read_once(
    context: JobContext, model: LanguageModel, ids: list[int], scheme: str, parameters: Parameters
) -> ScalingRun:
    wall, processor = perf_counter(), process_time()
    turned = with_rotation(model, rotation_tables(model, scheme, parameters.factor, len(ids)))
    before, total = parameters.schemes.index(scheme) * len(ids), len(parameters.schemes) * len(ids)

    def on_read(read: int) -> None:
        context.progress(before + read, total, message_key=f"attention.experiment.reading.{scheme}")

    losses = mean_by_position(token_losses(turned, ids, on_read), BUCKET)
    return ScalingRun(scheme, losses, perf_counter() - wall, process_time() - processor)


def _result(parameters: Parameters, model: LanguageModel, runs: list[ScalingRun]) -> LongContextResult:
    entry = CATALOGUE.get(model.name)
    return LongContextResult(
        command=COMMAND,
        parameters=json.loads(json.dumps(asdict(parameters))),
        model=model.name,
        model_sha256=entry.sha256 if entry else "",
        text="pydoc_data.topics",
        text_sha256=text_hash(),
        length=parameters.length,
        context=model.context_length,
        bucket=BUCKET,
        versions={"python": platform.python_version()} | {name: version(name) for name in ("torch",)},
        machine=platform.machine(),
        cores=os.cpu_count() or 1,
        threads=torch.get_num_threads(),
        date=datetime.now(UTC).date().isoformat(),
        runs=tuple(runs),
    )
