"""The job `attention.schemes`: train each scheme with each seed, measure each far beyond its length.

After every few steps weights and optimiser are kept, so that a job that died goes on where it was, with
the same curve. Under the page it shows the time left and the newest loss of each scheme.
"""

import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter, process_time
from typing import Any

import torch

from core.attention.schemes.length_loss import losses_by_position, window_starts
from core.attention.schemes.progress import MEASURING, units_of
from core.attention.schemes.prose import corpus
from core.attention.schemes.result import RESULT_FILE, SchemeRun, SchemesResult
from core.attention.schemes.settings import TIMES_LONGER, VOCABULARY, Parameters, parameters_from
from core.attention.schemes.training import Training
from core.jobs.context import JobContext

STEPS_A_POINT = 10
STEPS_A_CHECKPOINT = 50
COMMAND = "python -m core job attention.schemes --settings settings.json"


@dataclass
class _Progress:
    """The run at work, in what is kept of it between two steps."""

    step: int = 0
    losses: list[float] = field(default_factory=list)
    """Of every step so far."""
    seconds: float = 0.0
    processor_seconds: float = 0.0
    tensors: str = ""
    """Name of the file with weights and optimiser."""


def run(context: JobContext) -> None:
    """Do or go on with the experiment; writes `schemes.json`.

    Raises:
        GlassboxError: unknown or impossible parameters, or a full disk.
        JobCancelled: the reader cancelled.
    """
    parameters = parameters_from(context.parameters)
    saved = context.load_checkpoint() or {"runs": [], "now": {}}
    runs = [_read_run(value) for value in saved["runs"]]
    now = _Progress(**saved["now"])
    for seed, scheme in parameters.runs()[len(runs) :]:
        runs.append(_run_one(context, parameters, seed, scheme, runs, now))
        now = _Progress()
        _keep(context, runs, now)
    context.write_result(RESULT_FILE, json.dumps(asdict(_result(parameters, runs)), indent=1))


def measure_schemes(parameters: Parameters) -> SchemesResult:
    """The whole experiment without a job's folder, as the benchmark times it."""
    runs = []
    for seed, scheme in parameters.runs():
        training = Training(scheme, seed, parameters)
        runs.append(_measured(training, _Progress(), lambda: None, lambda share: None))
    return _result(parameters, runs)


def _run_one(
    context: JobContext,
    parameters: Parameters,
    seed: int,
    scheme: str,
    before: list[SchemeRun],
    now: _Progress,
) -> SchemeRun:
    """Train and measure one decoder, from the checkpoint in `now` where there is one."""
    total = len(parameters.runs()) * units_of(parameters)
    done_before = len(before) * units_of(parameters)
    training = Training(scheme, seed, parameters)
    if now.tensors:
        training.restore(context.checkpoint_folder / now.tensors, now.step)

    def report_step() -> None:
        if now.step % STEPS_A_CHECKPOINT == 0 and now.step < parameters.steps:
            now.tensors = f"run{len(before)}-step{now.step}.safetensors"
            training.save(context.checkpoint_folder / now.tensors)
            _keep(context, before, now)
        values = {}
        if now.step >= STEPS_A_POINT:
            values = {scheme: sum(now.losses[-STEPS_A_POINT:]) / STEPS_A_POINT}
        message = f"attention.experiment.training.{scheme}"
        context.progress(done_before + now.step, total, message_key=message, **values)

    def report_share(share: float) -> None:
        done = done_before + parameters.steps * (1 + MEASURING * share)
        context.progress(done, total, message_key=f"attention.experiment.measuring.{scheme}")

    return _measured(training, now, report_step, report_share)


def _measured(
    training: Training,
    now: _Progress,
    report_step: Callable[[], None],
    report_share: Callable[[float], None],
) -> SchemeRun:
    """Take the remaining steps, then read the held-out text."""
    wall, processor = perf_counter() - now.seconds, process_time() - now.processor_seconds
    parameters, model = training.parameters, training.model
    while now.step < parameters.steps:
        now.losses.append(training.advance())
        now.step = training.step
        now.seconds, now.processor_seconds = perf_counter() - wall, process_time() - processor
        report_step()
    found = losses_by_position(model.eval(), corpus(VOCABULARY).held_out, TIMES_LONGER, report_share)
    return SchemeRun(
        scheme=model.scheme,
        seed=training.seed,
        weights=sum(weight.numel() for weight in model.parameters()),
        curve=_points(now.losses),
        by_position=found,
        seconds=perf_counter() - wall,
        processor_seconds=process_time() - processor,
    )


def _points(losses: list[float]) -> tuple[float, ...]:
    groups = [losses[start : start + STEPS_A_POINT] for start in range(0, len(losses), STEPS_A_POINT)]
    return tuple(sum(group) / len(group) for group in groups)


def _keep(context: JobContext, runs: list[SchemeRun], now: _Progress) -> None:
    """Save what there is, then drop the tensors that it no longer names."""
    context.save_checkpoint({"runs": [asdict(run) for run in runs], "now": asdict(now)})
    for file in context.checkpoint_folder.glob("*.safetensors"):
        if file.name != now.tensors:
            file.unlink(missing_ok=True)


def _read_run(value: dict[str, Any]) -> SchemeRun:
    return SchemeRun(**{**value, "curve": tuple(value["curve"]), "by_position": tuple(value["by_position"])})


def _result(parameters: Parameters, runs: list[SchemeRun]) -> SchemesResult:
    text = corpus(VOCABULARY)
    length = parameters.training_length
    _, passages = window_starts(len(text.held_out), length, TIMES_LONGER)
    return SchemesResult(
        command=COMMAND,
        parameters=json.loads(json.dumps(asdict(parameters))),
        text="pydoc_data.topics",
        text_sha256=text.sha256,
        training_tokens=len(text.training),
        held_out_tokens=len(text.held_out),
        counted_tokens=len(passages) * length,
        training_length=length,
        steps_a_point=STEPS_A_POINT,
        versions={"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "tokenizers")},
        machine=platform.machine(),
        cores=os.cpu_count() or 1,
        threads=torch.get_num_threads(),
        date=datetime.now(UTC).date().isoformat(),
        runs=tuple(runs),
    )
