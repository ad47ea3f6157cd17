"""Writing files so that a reader of the folder never meets half of one."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import GlassboxError


def write_text_whole(path: Path, text: str) -> None:
    """Write `text` to `path` by way of a temporary file beside it that is renamed when on disk.

    Raises:
        GlassboxError: the folder is read-only or the disk is full; nothing half-written remains.
    """
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json_whole(path: Path, value: object) -> None:
    """`write_text_whole` of `value` as JSON."""
    write_text_whole(path, json.dumps(value, ensure_ascii=False, indent=1))


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path in `path`'s folder that becomes `path` when the block ends without an error."""
    with _explain_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(descriptor)
        temporary = Path(name)
        try:
            yield temporary
            _flush(temporary)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside `path` that takes its place when the block ends without an error."""
    with _explain_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        try:
            yield temporary
            for file in temporary.rglob("*"):
                if file.is_file():
                    _flush(file)
            if path.exists():
                discarded = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
                os.replace(path, discarded / "old")
                os.replace(temporary, path)
                shutil.rmtree(discarded, ignore_errors=True)
            else:
                os.replace(temporary, path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _explain_disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GlassboxError(
            "ui.error.disk", folder=str(path.parent), reason=os.strerror(error.errno or 5)
        ) from error
