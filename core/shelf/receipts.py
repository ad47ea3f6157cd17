"""The hash of a file, computed once for each state of the file.

Hashing 100 MB takes up to half a second, too long for each start of Home. A receipt under the home
folder remembers path, size and times of change together with the hash they had; when any differs
the file is read again. Receipts only save time: without a writable home they live in this process.
"""

import hashlib
import json
from pathlib import Path

from core.errors import GlassboxError
from core.files import write_json_whole
from core.settings import settings

_in_this_process: dict[Path, tuple[dict[str, int], str]] = {}


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of the file, from its receipt where the file has not changed since.

    Raises:
        OSError: the file cannot be read.
    """
    known = known_sha256(path)
    if known is not None:
        return known
    state = _state(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if _state(path) == state:
        _remember(path, state, digest)
    return digest


def known_sha256(path: Path) -> str | None:
    """The hash on the file's receipt, or None where there is none for its present state.

    Raises:
        OSError: there is no such file.
    """
    state = _state(path)
    for look_up in (_in_this_process.get, _read_receipt):
        known = look_up(path)
        if known is not None and known[0] == state:
            _in_this_process[path] = known
            return known[1]
    return None


def _state(path: Path) -> dict[str, int]:
    """Size and times; the change time (ctime) also tells of an edit that set the old mtime back."""
    status = path.stat()
    return {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns, "ctime_ns": status.st_ctime_ns}


def _receipt_path(path: Path) -> Path:
    key = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return settings().home / "models" / "receipts" / f"{key}.json"


def _read_receipt(path: Path) -> tuple[dict[str, int], str] | None:
    try:
        receipt = json.loads(_receipt_path(path).read_text(encoding="utf-8"))
        return receipt["state"], receipt["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None  # unreadable, so the file is hashed again


def _remember(path: Path, state: dict[str, int], digest: str) -> None:
    _in_this_process[path] = (state, digest)
    receipt = {"file": str(path.resolve()), "state": state, "sha256": digest}
    try:
        write_json_whole(_receipt_path(path), receipt)
    except GlassboxError:
        return  # a home that cannot be written costs time here, not correctness
