"""The job `memory.tuning`: tune SmolLM2 by each method on the shipped task; goes on row by row.

Every method starts from the same model, sees the same batches in the same order and is looked at after the
same steps. The rank-8 adapter is saved as a file of its own, from which the last part goes on.
"""

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import torch

from core.jobs.context import JobContext
from core.json_result import result_from_json
from core.memory.lora.continuing import WAYS, continued_run, held_out_point, strengths
from core.memory.lora.examples import Batch, open_tokenizer, order_batch, passage_batch
from core.memory.lora.kept_updates import keep_adapter, keep_picture, pictured, write_pictures
from core.memory.lora.task import Order, general_passages, task
from core.memory.lora.trainee import Trainee
from core.memory.lora.tuning_result import (
    ADAPTER_FILE,
    RESULT_FILE,
    ContinuedRun,
    MethodRun,
    Point,
    Strength,
    TuningResult,
)
from core.memory.lora.tuning_settings import (
    BATCH,
    METHODS,
    RESTARTS,
    TuningParameters,
    parameters_from,
)

COMMAND = "python -m core job memory.tuning --settings settings.json"
MOST_SINGULAR_VALUES = 96


def run(context: JobContext) -> None:
    """Do or go on with the comparison; writes `tuning.json` and the files of adapter and pictures.

    Raises:
        GlassboxError: unknown parameters, or the shelf's model is not in order.
        JobCancelled: the reader cancelled.
    """
    _Comparison(context, parameters_from(context.parameters)).run()


class _Comparison:
    """The job at work."""

    def __init__(self, context: JobContext, parameters: TuningParameters) -> None:
        self.context, self.parameters = context, parameters
        self.tokenizer = open_tokenizer()
        self.held_out = order_batch(self.tokenizer, task().held_out)
        self.general = passage_batch(self.tokenizer, general_passages())
        self.state: dict[str, Any] = {"start": None, "runs": [], "continued": [], "strengths": []}
        self.total = len(parameters.methods) * parameters.steps
        if parameters.after:
            self.total += len(WAYS) * parameters.steps // 2 + parameters.steps // 2

    def run(self) -> None:
        self.state |= self.context.load_checkpoint() or {}
        if self.state["start"] is None:
            self._report(0, "opening")
        for number, name in enumerate(self.parameters.methods):
            if number >= len(self.state["runs"]):
                self.state["runs"].append(asdict(self._run_one(name, number * self.parameters.steps)))
                self.context.save_checkpoint(self.state)
        if self.parameters.after:
            self._go_on(len(self.parameters.methods) * self.parameters.steps)
        write_pictures(self.context.checkpoint_folder, self.context.result_folder)
        self.context.write_result(RESULT_FILE, json.dumps(asdict(self._result()), indent=1) + "\n")
        self._report(self.total, "done")

    def _run_one(self, name: str, before: int) -> MethodRun:
        """Train one method and measure it."""
        steps = self.parameters.steps
        rate = self.parameters.learning_rate(name)
        trainee = Trainee(name, METHODS[name], rate, steps, self.tokenizer)
        if self.state["start"] is None:
            self.state["start"] = asdict(self._start(trainee))
        first, losses, points = pictured(trainee), [], []
        for step, batch in enumerate(self._batches(task().training, steps), 1):
            losses.append(trainee.step(batch))
            self._report(before + step, f"row.{METHODS[name]['method']}", losses[-1])
            if step % self.parameters.every == 0 or step == steps:
                points.append(held_out_point(trainee.model, self.held_out, self.general, step))
            if trainee.method == "relora" and step in _restarts(steps):
                trainee.restart()
        values = keep_picture(self.context.checkpoint_folder, trainee, first)
        if name == "lora-8":
            keep_adapter(self.context.result_folder / ADAPTER_FILE, trainee.model)
        return MethodRun(
            name=name,
            settings=METHODS[name],
            learning_rate=rate,
            trained=trainee.trained,
            saved=trainee.saved,
            bytes=trainee.bytes,
            seconds=trainee.seconds(),
            losses=tuple(losses),
            points=tuple(points),
            singular_values=tuple(values[:MOST_SINGULAR_VALUES]),
        )

    def _start(self, trainee: Trainee) -> Point:
        """The model as it is on the shelf; virtual tokens would already change it."""
        from core.memory.lora.continuing import open_model

        fresh = (
            open_model() if trainee.plan.method.name in ("prompt", "prefix", "p-tuning") else trainee.model
        )
        return held_out_point(fresh, self.held_out, self.general, 0)

    def _go_on(self, before: int) -> None:
        """Continue from the saved adapter, and vary its alpha."""
        steps = self.parameters.steps // 2
        adapter = self.context.result_folder / ADAPTER_FILE
        settings = METHODS["lora-8"]
        rank, alpha = int(str(settings["rank"])), float(str(settings["alpha"]))
        rate = self.parameters.learning_rate("lora-8")
        batches = self._batches(task().later, steps)
        every = max(steps // 2, 1)
        for number, way in enumerate(WAYS):
            if number < len(self.state["continued"]):
                continue

            def looked_at(
                model: torch.nn.Module, step: int, done: int = before + number * steps
            ) -> Point | None:
                self._report(done + step, "continuing")
                wanted = step % every == 0 or step == steps
                return held_out_point(model, self.held_out, self.general, step) if wanted else None

            found = continued_run(way, adapter, rank, alpha, rate, batches, looked_at)
            self.state["continued"].append(asdict(found))
            self.context.save_checkpoint(self.state)
        if not self.state["strengths"]:
            self._report(before + len(WAYS) * steps, "alpha")
            found_strengths = strengths(
                adapter, rank, alpha, lambda model: held_out_point(model, self.held_out, self.general, 0)
            )
            self.state["strengths"] = [asdict(one) for one in found_strengths]
            self.context.save_checkpoint(self.state)

    def _batches(self, orders: tuple[Order, ...], steps: int) -> list[Batch]:
        """The orders in turn, in a shuffled order that is the same for every method."""
        generator = torch.Generator().manual_seed(0)
        chosen: list[int] = []
        while len(chosen) < steps * BATCH:
            chosen += torch.randperm(len(orders), generator=generator).tolist()
        return [
            order_batch(
                self.tokenizer, [orders[place] for place in chosen[step * BATCH : (step + 1) * BATCH]]
            )
            for step in range(steps)
        ]

    def _report(self, done: float, what: str, loss: float | None = None) -> None:
        values = {} if loss is None else {"loss": loss}
        self.context.progress(done, self.total, message_key=f"memory.lora.job.{what}", **values)

    def _result(self) -> TuningResult:
        batch = self._batches(task().training, self.parameters.steps)
        return TuningResult(
            command=COMMAND,
            parameters=json.loads(json.dumps(asdict(self.parameters))),
            training_orders=len(task().training),
            held_out_orders=len(task().held_out),
            general_tokens=int((self.general["labels"][:, 1:] >= 0).sum()),
            batch=BATCH,
            length=max(each["input_ids"].shape[1] for each in batch),
            versions={"python": platform.python_version()}
            | {name: version(name) for name in ("torch", "transformers", "peft")},
            machine=platform.machine(),
            cores=os.cpu_count() or 1,
            threads=torch.get_num_threads(),
            date=datetime.now(UTC).date().isoformat(),
            start=result_from_json(Point, self.state["start"], RESULT_FILE),
            runs=tuple(result_from_json(MethodRun, each, RESULT_FILE) for each in _plain(self.state["runs"])),
            continued=tuple(
                result_from_json(ContinuedRun, each, RESULT_FILE) for each in _plain(self.state["continued"])
            ),
            strengths=tuple(
                result_from_json(Strength, each, RESULT_FILE) for each in _plain(self.state["strengths"])
            ),
        )


def _plain(values: list[Any]) -> list[Any]:
    """As they read after a way through JSON."""
    plain: list[Any] = json.loads(json.dumps(values))
    return plain


def _restarts(steps: int) -> set[int]:
    """Steps behind which ReLoRA merges: not behind the last.

    >>> sorted(_restarts(24))
    [8, 16]
    """
    return {steps * part // RESTARTS for part in range(1, RESTARTS)}
