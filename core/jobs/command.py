"""`python -m core job`: the same background job as a page starts, waited for in a terminal."""

import hashlib
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.jobs import cancel, poll, submit
from core.jobs.store import JobState

OWNER = hashlib.sha256(b"command line").hexdigest()[:32]
"""The workspace of everything that is started from a terminal."""
SECONDS_BETWEEN_LOOKS = 0.5


def run_to_end(kind: str, parameters: Mapping[str, Any], report: bool = True) -> tuple[Path, JobState]:
    """Submit the job and wait until it has ended; Ctrl-C cancels it.

    Args:
        kind: an entry of `core.jobs.kinds.KINDS`.
        parameters: what the job is given.
        report: write the progress to standard error.

    Returns:
        The job's folder and its last state.

    Raises:
        GlassboxError: there is no such kind, or its parameters cannot be kept.
    """
    started = submit(OWNER, kind, parameters)
    try:
        while not (state := poll(started)).ended:
            if report and state.total:
                sys.stderr.write(f"\r{state.done:.0f}/{state.total:.0f} ")
            time.sleep(SECONDS_BETWEEN_LOOKS)
    except KeyboardInterrupt:
        cancel(started)
        while not (state := poll(started)).ended:
            time.sleep(SECONDS_BETWEEN_LOOKS)
    if report:
        sys.stderr.write("\n")
    return started.folder, state
