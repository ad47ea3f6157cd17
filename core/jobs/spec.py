"""What a job is asked to do: a kind from the fixed table and plain parameters, kept in `spec.json`."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import GlassboxError
from core.files import write_json_whole
from core.jobs.kinds import check_kind

SPEC_NAME = "spec.json"
LARGEST_SPEC = 1_000_000
"""Bytes; a spec holds settings and prompts, not data sets."""


@dataclass(frozen=True)
class Spec:
    """The three things that `spec.json` says, and nothing else."""

    kind: str
    parameters: dict[str, Any]
    submitted: float
    """Seconds since 1970."""


def check_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """`parameters` as they will read after a way through JSON (tuples become lists).

    Raises:
        GlassboxError: something in them is not a finite number, a text, a list or a table, or they are
            too large.

    >>> check_parameters({"top_p": (0.9, 0.95)})
    {'top_p': [0.9, 0.95]}
    """
    try:
        if not all(isinstance(name, str) for name in parameters):
            raise TypeError("names are texts")
        text = json.dumps(dict(parameters), allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise GlassboxError("jobs.error.parameters") from error
    if size > LARGEST_SPEC // 2:
        raise GlassboxError("jobs.error.parameters_size", megabytes=size / 1e6, limit=LARGEST_SPEC / 2e6)
    checked: dict[str, Any] = json.loads(text)
    return checked


def write_spec(folder: Path, spec: Spec) -> None:
    """Keep `spec` in `folder`.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    write_json_whole(folder / SPEC_NAME, asdict(spec))


def read_spec(folder: Path) -> Spec:
    """The spec in `folder`, checked as if a stranger had written it.

    Raises:
        GlassboxError: there is none, or it is not one of this project.
    """
    path = folder / SPEC_NAME
    try:
        status = path.stat()
    except OSError as error:
        raise GlassboxError("jobs.error.spec") from error
    return _read_unchanged(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=2000)
def _read_unchanged(path: Path, modified: int, size: int) -> Spec:
    """Every poll asks for the specs of all jobs: each is parsed once."""
    if size > LARGEST_SPEC:
        raise GlassboxError("jobs.error.spec")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or set(content) != {"kind", "parameters", "submitted"}:
            raise ValueError("not the three entries of a spec")
        submitted = content["submitted"]
        if type(submitted) not in (int, float) or not math.isfinite(submitted):
            raise ValueError("not a time")
        if not isinstance(content["parameters"], dict):
            raise ValueError("not a table of parameters")
    except (OSError, ValueError, RecursionError) as error:
        raise GlassboxError("jobs.error.spec") from error
    return Spec(check_kind(content["kind"]), check_parameters(content["parameters"]), float(submitted))
