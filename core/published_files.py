"""Fetching data from its publisher: where the operator allows it, and only what has the published hash."""

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from core.errors import GlassboxError
from core.files import whole_file
from core.settings import settings

LARGEST_FILE = 5_000_000
"""Bytes that are read of one file."""
SECONDS_WITHOUT_AN_ANSWER = 30


def fetch_published(
    folder: Path,
    publisher: str,
    hashes: Mapping[str, str],
    errors: str,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Fetch the files into `folder`; what is there with the right hash is kept.

    Args:
        folder: where to.
        publisher: the address below which the files lie.
        hashes: name of each file -> its SHA-256.
        errors: beginning of the wording keys `download_off`, `download_failed` and `download_hash`.
        progress: called after each file with the files done and all files.

    Raises:
        GlassboxError: the operator allows no downloads; the publisher cannot be reached; a file is not the
            published one; or the disk is full. Files that were complete before stay.
    """
    if not settings().allow_downloads:
        raise GlassboxError(f"{errors}.download_off", folder=folder)
    for done, (name, expected) in enumerate(hashes.items(), 1):
        if not _has_hash(folder / name, expected):
            content = _fetched(f"{publisher}/{name}", f"{errors}.download_failed", name)
            if hashlib.sha256(content).hexdigest() != expected:
                raise GlassboxError(f"{errors}.download_hash", file=name)
            with whole_file(folder / name) as path:
                path.write_bytes(content)
        if progress:
            progress(done, len(hashes))


def _has_hash(path: Path, expected: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == expected
    except OSError:
        return False


def _fetched(address: str, failed: str, name: str) -> bytes:
    """The content at `address`, at most one byte more than a file may have."""
    try:
        # The address is the publisher's, never a reader's.
        with urllib.request.urlopen(address, timeout=SECONDS_WITHOUT_AN_ANSWER) as answer:  # noqa: S310
            content: bytes = answer.read(LARGEST_FILE + 1)
    except (OSError, urllib.error.URLError, http.client.HTTPException) as error:
        raise GlassboxError(failed, file=name) from error
    return content
