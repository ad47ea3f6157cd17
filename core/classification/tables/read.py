"""Reading a stranger's file: never here, always in a process with limits, of which only texts come back."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.classification.tables.table import LARGEST_FILE, Note, ReadOptions, Table
from core.errors import GlassboxError
from core.settings import PROJECT_FOLDER

SECONDS = 90.0
WORKER = "core.classification.tables.worker"
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
_ERRORS = "classification.data.error."


def read_table(content: bytes, options: ReadOptions | None = None) -> Table:
    """The table in these bytes.

    Raises:
        GlassboxError: too large, no table, or too much time or memory; one sentence each.
    """
    check_size(len(content))
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    request = json.dumps(asdict(options or ReadOptions())).encode()
    try:
        worker = subprocess.run(
            [sys.executable, "-m", WORKER],
            input=request + b"\n" + content,
            cwd=PROJECT_FOLDER,
            env=environment,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GlassboxError(f"{_ERRORS}slow", seconds=SECONDS) from error
    if worker.returncode or not worker.stdout:
        raise GlassboxError(f"{_ERRORS}failed")
    return _answer(json.loads(worker.stdout))


def read_table_file(path: Path, options: ReadOptions | None = None) -> Table:
    """The table in the file at `path`; its size is checked before it is opened.

    Raises:
        GlassboxError: it is not there, or as `read_table`.
    """
    try:
        check_size(path.stat().st_size)
        content = path.read_bytes()
    except OSError as error:
        raise GlassboxError(f"{_ERRORS}no_file", file=path.name[:80]) from error
    return read_table(content, options)


def check_size(size: int) -> None:
    """Raise a GlassboxError if a file of `size` bytes is not read here."""
    if size > LARGEST_FILE:
        raise GlassboxError(f"{_ERRORS}large", megabytes=size / 1e6, most=LARGEST_FILE / 1e6)


def _answer(answer: dict[str, Any]) -> Table:
    """The worker's answer, its shape checked."""
    if str(answer.get("error", "")).startswith(_ERRORS):
        raise GlassboxError(str(answer["error"]), **answer["values"])
    try:
        columns, cells = tuple(answer["columns"]), tuple(map(tuple, answer["cells"]))
        if len(columns) != len(cells) or len({len(column) for column in cells}) != 1:
            raise ValueError("columns of unequal length")
        notes = tuple(Note(note["kind"], note["values"]) for note in answer["notes"])
        return Table(columns, cells, notes, answer["how"], tuple(answer["sheets"]))
    except (KeyError, TypeError, ValueError) as error:
        raise GlassboxError(f"{_ERRORS}failed") from error
