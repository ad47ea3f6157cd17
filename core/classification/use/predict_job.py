"""The job `classification.predict`: a table of new texts gets its predictions, in the background.

Parameters: `table`, the hash under which the workspace keeps the upload; `column`, where the texts stand;
`model`, either {"job": id, "method": name} of a training here or {"brought": hash} of one that came back.

A job that was stopped begins the file again: what it would have kept is a matter of seconds, and texts that
were embedded before are not computed again.
"""

import csv
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.classification.methods.table import method_named
from core.classification.trained_models import model_folder
from core.classification.use.model_zip import FOLDER as BROUGHT_FOLDER
from core.errors import GlassboxError
from core.files import whole_file
from core.jobs.context import JobContext
from core.jobs.store import Job, job
from core.json_result import result_from_json

TABLE_FOLDER = "classification-tables"
PREDICTED_FILE, SUMMARY_FILE = "predicted.csv", "summary.json"
MOST_COUNTED = 30
"""Classes of which the summary says how often they were predicted."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Counted:
    """A class and how many rows it got."""

    name: str
    rows: int


@dataclass(frozen=True)
class PredictSummary:
    """What a finished job says of itself."""

    rows: int
    different: int
    """Texts that were classified; the others were empty or occurred before."""
    empty: int
    out_of_scope: int
    seconds: float
    counts: tuple[Counted, ...]
    """The classes that were predicted most often."""


def keep_table(workspace: Path, content: bytes) -> str:
    """Keep an upload in the workspace; returns the hash under which the job finds it."""
    digest = hashlib.sha256(content).hexdigest()
    path = workspace / TABLE_FOLDER / digest
    if not path.is_file():
        with whole_file(path) as temporary:
            temporary.write_bytes(content)
    return digest


def run(context: JobContext) -> None:
    """Read, classify, write.

    Raises:
        GlassboxError: the table or the model is no longer there, no such column, or the disk is full.
        JobCancelled: the reader cancelled.
    """
    from core.classification.predict_file import load_predictor, predict_file

    workspace = context.checkpoint_folder.parents[2]
    table = workspace / TABLE_FOLDER / _digest(context.parameters.get("table"))
    if not table.is_file():
        raise GlassboxError("classification.use.error.table_gone")
    predictor = load_predictor(used_folder(workspace, context.parameters.get("model")))
    started = time.perf_counter()

    def after(share: float) -> None:
        rate = predictor.different / max(time.perf_counter() - started, 1e-9)
        context.progress(share, 1.0, texts_per_second=rate)

    out = context.result_folder / PREDICTED_FILE
    done = predict_file(predictor, table, str(context.parameters.get("column", "")), out, after)
    summary = PredictSummary(**asdict(done), counts=_counts(out))
    context.write_result(SUMMARY_FILE, json.dumps(asdict(summary)))


def used_folder(workspace: Path, model: object) -> Path:
    """The folder of the model that the parameters name.

    Raises:
        GlassboxError: no such model in this workspace.
    """
    if not isinstance(model, Mapping):
        raise GlassboxError("classification.use.error.model_gone")
    if "brought" in model:
        folder = workspace / BROUGHT_FOLDER / _digest(model["brought"])
    else:
        trained = job(workspace.name, str(model.get("job", "")))
        folder = model_folder(trained, method_named(model.get("method")).name)
    if not folder.is_dir():
        raise GlassboxError("classification.use.error.model_gone")
    return folder


def read_summary(done: Job) -> PredictSummary:
    """What the job left.

    Raises:
        GlassboxError: it is missing or damaged.
    """
    try:
        value: Any = json.loads((done.result_folder / SUMMARY_FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("classification.use.error.table_gone") from error
    return result_from_json(PredictSummary, value, SUMMARY_FILE)


def _digest(value: object) -> str:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise GlassboxError("classification.use.error.table_gone")
    return value


def _counts(path: Path) -> tuple[Counted, ...]:
    """How often each class was predicted; its column is the third from the end."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        counter = Counter(row[-3] for row in rows if row[-3])
    return tuple(Counted(name, count) for name, count in counter.most_common(MOST_COUNTED))
