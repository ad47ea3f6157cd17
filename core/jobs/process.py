"""Is the process that we started still the one that has this number?

The system hands a process number out again after its owner has ended, so a number alone proves
nothing; together with the moment at which the process started it does.
"""

import os
from dataclasses import dataclass

import psutil

SAME_START = 2.0
"""Seconds by which two readings of one start may differ: the kernel rounds the boot time."""


@dataclass(frozen=True)
class ProcessIdentity:
    """One process among all that ever had its number."""

    pid: int
    started: float
    """Seconds since 1970."""

    def same_as(self, other: "ProcessIdentity") -> bool:
        """Whether both describe one process.

        >>> ProcessIdentity(7, 100.0).same_as(ProcessIdentity(7, 100.4))
        True
        >>> ProcessIdentity(7, 100.0).same_as(ProcessIdentity(7, 900.0))
        False
        """
        return self.pid == other.pid and abs(self.started - other.started) <= SAME_START


def identity_of(pid: int) -> ProcessIdentity | None:
    """The process that has the number `pid` now, or None if there is none that still works."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return ProcessIdentity(pid, process.create_time())
    except psutil.Error:
        return None


def is_alive(identity: ProcessIdentity) -> bool:
    """Whether this very process still works; one that ended but was not collected does not."""
    present = identity_of(identity.pid)
    return present is not None and present.same_as(identity)


def kill(identity: ProcessIdentity) -> None:
    """End this very process and what it started, at once; nothing happens if it has ended."""
    if is_alive(identity):
        kill_children(identity.pid)
        try:
            psutil.Process(identity.pid).kill()
        except psutil.NoSuchProcess:
            return


def kill_children(pid: int | None = None) -> None:
    """End every process that `pid` (this process if None) started, and theirs."""
    try:
        children = psutil.Process(os.getpid() if pid is None else pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return
    for child in children:
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue
