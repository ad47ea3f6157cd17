"""The job `classification.train`: several methods, one after another, on the same split.

Parameters: `split`, the SHA-256 under which the workspace keeps the rows; `methods`, names of the table;
`settings`, a method's name -> the values that differ from its usual ones.

Each method that came to its end has a folder of its own in `result/`, so that a job that died or was
cancelled goes on with the next one; a dear method goes on inside itself. A method that refuses the rows
(one encoder reads English only, say) leaves its sentence in `refused.json`, and the others still train.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.classification.curves import CurveFile
from core.classification.kept_split import kept_split
from core.classification.labelled_texts import Split
from core.classification.methods.table import METHODS, Method, method_named
from core.classification.settings import TrainSettings
from core.classification.training import train_method
from core.classification.training_record import RECORD_FILE
from core.errors import GlassboxError
from core.jobs.context import JobContext

REFUSED_FILE = "refused.json"
CURVE_FOLDER = "curves"


@dataclass(frozen=True)
class TrainPlan:
    """What a job is to do, checked."""

    split: str
    methods: tuple[Method, ...]
    """From the cheapest to the dearest, so that there is soon something to see."""
    settings: Mapping[str, TrainSettings]


def train_plan(parameters: Mapping[str, Any]) -> TrainPlan:
    """The job's parameters as settings.

    Raises:
        GlassboxError: no or unknown methods, a setting out of range, or no split.
    """
    names, given = parameters.get("methods"), parameters.get("settings", {})
    if not isinstance(names, list | tuple) or not names:
        raise GlassboxError("classification.train.error.no_methods")
    if not isinstance(given, Mapping):
        raise GlassboxError("classification.train.error.setting", name=str(given)[:40])
    wanted = {method_named(name).name for name in names}
    methods = tuple(method for method in METHODS.values() if method.name in wanted)
    settings = {method.name: method.settings(given.get(method.name)) for method in methods}
    return TrainPlan(str(parameters.get("split", "")), methods, settings)


def run(context: JobContext) -> None:
    """Train what is not trained yet.

    Raises:
        GlassboxError: the rows are no longer there, the disk is full, or every method refused.
        JobCancelled: the reader cancelled.
    """
    plan = train_plan(context.parameters)
    split = kept_split(context.checkpoint_folder.parents[2], plan.split)
    refused: dict[str, GlassboxError] = {}
    dues = {method.name: method.seconds(split, plan.settings[method.name]) for method in plan.methods}
    total, before = sum(dues.values()), 0.0
    for method in plan.methods:
        told = _Told(context, method, before, dues[method.name], total)
        if not (context.result_folder / method.name / RECORD_FILE).is_file():
            try:
                _train(context, split, method, plan.settings[method.name], told)
            except GlassboxError as error:
                if error.key == "ui.error.disk":
                    raise
                refused[method.name] = error
                _write_refused(context, refused)
        before += dues[method.name]
        told.tell({"done": 1.0})
    if len(refused) == len(plan.methods):
        raise next(iter(refused.values()))


def refusals(result_folder: Path) -> dict[str, GlassboxError]:
    """Why each method that a job passed over was passed over."""
    try:
        written = json.loads((result_folder / REFUSED_FILE).read_text("utf-8"))
        return {
            method_named(name).name: GlassboxError(str(one["key"]), **one["values"])
            for name, one in written.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, GlassboxError):
        return {}


def _train(context: JobContext, split: Split, method: Method, settings: TrainSettings, told: "_Told") -> None:
    checkpoint = context.checkpoint_folder / method.name
    checkpoint.mkdir(parents=True, exist_ok=True)
    folder = context.result_folder / method.name
    train_method(split, method, settings, folder, told.tell, checkpoint)


def _write_refused(context: JobContext, refused: Mapping[str, GlassboxError]) -> None:
    written = {name: {"key": error.key, "values": error.values} for name, error in refused.items()}
    context.write_result(REFUSED_FILE, json.dumps(written, default=str))


class _Told:
    """Passes on what a method reports: progress to the job, curve points to the method's file."""

    def __init__(self, context: JobContext, method: Method, before: float, due: float, total: float) -> None:
        self.context, self.method = context, method
        self.before, self.due, self.total = before, due, total
        self.share = 0.0
        self.curve = CurveFile(context.result_folder / CURVE_FOLDER / f"{method.name}.jsonl")

    def tell(self, told: dict[str, Any]) -> None:
        """Take one report; raises `JobCancelled` where the reader cancelled."""
        self.share = min(1.0, max(self.share, float(told.get("done", self.share))))
        self.curve.add(told)
        self.context.progress(
            self.before + self.share * self.due,
            self.total,
            message_key=str(told.get("message_key", f"classification.train.method.{self.method.name}")),
        )
