"""A job's story, one JSON object a line in `events.jsonl`, only ever appended.

    {"event": "queued", "time": ...}                       again: the reader resumed it
    {"event": "started", "time": ..., "pid": ..., "process_started": ...}
    {"event": "progress", "time": ..., "done": 3, "total": 10, "message_key": "", "values": {}}
    {"event": "ended", "time": ..., "status": "done" | "cancelled" | "failed", "reason": {...}}

A process can die in the middle of a line and another continue the file: a line that cannot be read
is passed over. A reader keeps what it has understood and its place, so a poll reads only what is new.
"""

import json
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import GlassboxError
from core.jobs.process import ProcessIdentity
from core.jobs.time_left import SAMPLES_KEPT, SECONDS_BETWEEN_SAMPLES, Sample

EVENTS_NAME = "events.jsonl"
ENDINGS = ("done", "cancelled", "failed")
MOST_POINTS = 2000
"""A curve longer than this is thinned to every second point."""

_READERS_KEPT = 2000


@dataclass
class History:
    """What the events so far add up to."""

    queued_at: float | None = None
    resumptions: int = 0
    processes: list[ProcessIdentity] = field(default_factory=list)
    """Whoever ran this job since it was last queued."""
    ending: str = ""
    reason: dict[str, Any] | None = None
    done: float = 0.0
    total: float = 0.0
    message_key: str = ""
    values: dict[str, float] = field(default_factory=dict)
    last_time: float = 0.0
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=SAMPLES_KEPT))
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def add(self, event: dict[str, Any]) -> None:
        """Take one event in.

        Raises:
            KeyError, TypeError, ValueError: it is not an event of this project.
        """
        when = float(event["time"])
        match event["event"]:
            case "queued":
                self.queued_at, self.resumptions = when, self.resumptions + 1
                self.processes, self.ending, self.reason = [], "", None
                self.samples.clear()
            case "started":
                self._add_process(ProcessIdentity(int(event["pid"]), float(event["process_started"])))
            case "progress":
                self._add_progress(when, event)
            case "ended" if not self.ending:
                self.ending = ENDINGS[ENDINGS.index(event["status"])]
                self.reason = event.get("reason")
        self.last_time = when

    def _add_process(self, process: ProcessIdentity) -> None:
        """Both the process and whoever started it say so, in either order."""
        if not self.ending and not any(process.same_as(known) for known in self.processes):
            self.processes.append(process)

    def _add_progress(self, when: float, event: dict[str, Any]) -> None:
        done, total = float(event["done"]), float(event["total"])
        values = {str(name): float(value) for name, value in event["values"].items()}
        self.done, self.total, self.message_key = done, total, str(event["message_key"])
        self.values.update(values)
        if not self.samples or when - self.samples[-1][0] >= SECONDS_BETWEEN_SAMPLES:
            self.samples.append((when, done))
        for name, value in values.items():
            curve = self.curves.setdefault(name, [])
            while curve and curve[-1][0] >= done:  # a resumed job repeats the step it died in
                curve.pop()
            curve.append((done, value))
            if len(curve) > MOST_POINTS:
                del curve[1:-1:2]


def append_event(folder: Path, event: dict[str, Any]) -> None:
    """Add one line, in one write, so that two writers never mix their lines.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    line = json.dumps({"time": time.time(), **event}, ensure_ascii=True, default=_plain) + "\n"
    try:
        descriptor = os.open(folder / EVENTS_NAME, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, (("\n" if torn else "") + line).encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise GlassboxError(
            "ui.error.disk", folder=str(folder), reason=os.strerror(error.errno or 5)
        ) from error


def _plain(value: Any) -> float | str:
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


@contextmanager
def history_of(folder: Path) -> Iterator[History]:
    """The history of the job in `folder` up to now; look at it inside the block only."""
    with _readers_lock:
        reader = _readers.pop(folder, None) or _EventReader(folder)
        _readers[folder] = reader
        while len(_readers) > _READERS_KEPT:
            _readers.popitem(last=False)
    with reader.lock:
        reader.read_new()
        yield reader.history


class _EventReader:
    """Follows one `events.jsonl`; serves every session of this process."""

    def __init__(self, folder: Path) -> None:
        self.lock = threading.RLock()
        self.history = History()
        self._path = folder / EVENTS_NAME
        self._place = 0
        self._file_number = 0

    def read_new(self) -> None:
        try:
            status = self._path.stat()
        except OSError:
            self._start_over(0)
            return
        if status.st_ino != self._file_number or status.st_size < self._place:
            self._start_over(status.st_ino)
        if status.st_size > self._place:
            with self._path.open("rb") as file:
                file.seek(self._place)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._place += len(whole)
            for line in whole.splitlines():
                self._take(line)

    def _start_over(self, file_number: int) -> None:
        self.history, self._place, self._file_number = History(), 0, file_number

    def _take(self, line: bytes) -> None:
        try:
            event = json.loads(line)
            if isinstance(event, dict):
                self.history.add(event)
        except (KeyError, TypeError, ValueError, AttributeError):
            return  # torn, or not ours; the module's docstring says why this is no error


_readers: OrderedDict[Path, _EventReader] = OrderedDict()
_readers_lock = threading.Lock()
