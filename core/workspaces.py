"""How long a reader's things are kept.

Everything that one reader brought or made lies in `home/workspaces/<owner>`, where the owner is a
hash of the workspace's private key. It is deleted GLASSBOX_KEEP_HOURS after its last use, unless the
reader keeps it or a job of theirs waits or runs; the end of a job counts as a use, so that what ran
over night is there in the morning.
"""

import time
from pathlib import Path

from core.errors import GlassboxError
from core.jobs.scheduler import end_all, remove_folder, scheduler_lock
from core.jobs.store import jobs_of, workspace_folder, workspace_folders, workspaces_folder
from core.settings import settings

LAST_USED_NAME = "last_used"
KEEP_NAME = "keep"

SECONDS_BETWEEN_TOUCHES = 60.0
SECONDS_BETWEEN_TIDIES = 600.0


def touch(owner: str) -> None:
    """Note that `owner` was here; a reader who has brought nothing leaves no folder."""
    marker = workspace_folder(owner) / LAST_USED_NAME
    if marker.parent.is_dir() and time.time() - _modified(marker) > SECONDS_BETWEEN_TOUCHES:
        try:
            marker.touch(mode=0o600)
        except OSError:
            return  # a full or read-only disk is reported where the reader wants to write


def is_kept(owner: str) -> bool:
    """Whether `owner` asked that nothing expires."""
    return (workspace_folder(owner) / KEEP_NAME).exists()


def keep(owner: str, kept: bool) -> None:
    """Keep `owner`'s things until they are deleted by hand, or let them expire again.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    folder = workspace_folder(owner)
    try:
        if kept:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / KEEP_NAME).touch(mode=0o600)
        else:
            (folder / KEEP_NAME).unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise GlassboxError("ui.error.disk", folder=str(folder), reason=reason) from error


def delete(owner: str) -> None:
    """Stop `owner`'s jobs and delete everything of theirs now.

    Raises:
        GlassboxError: the disk is read-only.
    """
    end_all(owner)
    with scheduler_lock():
        remove_folder(workspace_folder(owner))


def tidy(now: float | None = None) -> None:
    """`delete_expired`, at most once in ten minutes, whichever process asks.

    Raises:
        GlassboxError: the disk is read-only.
    """
    marker = workspaces_folder() / ".tidied"
    moment = time.time() if now is None else now
    if not workspaces_folder().is_dir() or moment - _modified(marker) < SECONDS_BETWEEN_TIDIES:
        return
    with scheduler_lock():
        marker.touch(mode=0o600)
    delete_expired(now)


def delete_expired(now: float | None = None) -> list[str]:
    """Delete what no one has used for GLASSBOX_KEEP_HOURS; returns the owners it belonged to.

    Args:
        now: seconds since 1970; the present moment if None.

    Raises:
        GlassboxError: the disk is read-only.
    """
    limit = (time.time() if now is None else now) - settings().keep_hours * 3600
    deleted = []
    for folder in workspace_folders():
        if last_use(folder.name) >= limit or is_kept(folder.name):
            continue
        with scheduler_lock():  # nothing can be submitted between the last look and the removal
            jobs = jobs_of(folder.name)
            if last_use(folder.name) < limit and all(job.state().ended for job in jobs):
                remove_folder(folder)
                deleted.append(folder.name)
    return deleted


def last_use(owner: str) -> float:
    """When `owner` was here or one of their jobs did something, in seconds since 1970."""
    folder = workspace_folder(owner)
    used = max(_modified(folder / LAST_USED_NAME), _modified(folder))
    return max([used, *(job.last_used() for job in jobs_of(owner))])


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
