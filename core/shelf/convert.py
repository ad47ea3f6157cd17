"""The quantised language model, kept once as float32 safetensors under the home folder.

Reading the GGUF takes about 25 s, reading the result half a second. One process converts while the
others wait at a lock; the work goes to a temporary folder that is renamed when whole. A copy whose
files no longer have the hashes on its receipt is never loaded: it is made anew.
"""

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from filelock import FileLock

from core.errors import GlassboxError
from core.files import whole_folder
from core.settings import PROJECT_FOLDER, settings
from core.shelf.catalogue import entry
from core.shelf.receipts import sha256_of
from core.shelf.weights import verified_file
from core.wording import wording

Conversion = Literal["missing", "damaged", "whole"]
RECEIPT = "receipt.json"
NEEDED = ("model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja")
BYTES_PER_PARAMETER = 4

log = logging.getLogger(__name__)


def converted_folder(name: str, progress: Callable[[float], None] | None = None) -> Path:
    """The folder with the model's safetensors, tokenizer and chat template, made where it is missing.

    Args:
        name: a language model of the shelf.
        progress: called with the fraction of the work done, 0 to 1, at the end of each stage. What it
            raises stops the work and leaves nothing behind.

    Raises:
        GlassboxError: the shelf's file is not in order, or the home folder cannot take the result.
    """
    if conversion_state(name) == "whole":
        return folder_of(name)
    source = verified_file(name)
    folder = folder_of(name)
    with _only_one(folder):
        state = conversion_state(name)
        if state == "damaged":
            log.warning(wording("shelf.status.damaged", title=entry(name).title))
        if state != "whole":
            _convert(name, source, folder, progress or (lambda fraction: None))
        if conversion_state(name) != "whole":
            raise GlassboxError("shelf.error.conversion", title=entry(name).title, status="SHA-256")
    return folder


def folder_of(name: str) -> Path:
    """Where the converted model lies, made or not; another source file means another folder."""
    return settings().home / "models" / f"{name}-{entry(name).sha256[:12]}"


def conversion_state(name: str) -> Conversion:
    """Whether the converted copy is there and has the hashes that its receipt names."""
    folder = folder_of(name)
    if not folder.is_dir():
        return "missing"
    try:
        receipt = json.loads((folder / RECEIPT).read_text(encoding="utf-8"))
        hashes = receipt["files"]
        in_order = receipt["source"] == entry(name).sha256 and set(NEEDED) <= set(hashes)
        in_order = in_order and all(sha256_of(folder / file) == sha256 for file, sha256 in hashes.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "damaged"
    return "whole" if in_order else "damaged"


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the lock that all processes of this home take before they convert into `folder`."""
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise _disk_error(folder, error.errno) from error
    try:
        yield
    finally:
        lock.release()


def _convert(name: str, source: Path, folder: Path, progress: Callable[[float], None]) -> None:
    needed = entry(name).parameters * BYTES_PER_PARAMETER + 10_000_000
    _remove_abandoned(folder)
    free = shutil.disk_usage(folder.parent).free
    if free < needed:
        raise GlassboxError(
            "shelf.error.space",
            title=entry(name).title,
            folder=folder.parent,
            needed=needed / 1e9,
            free=free / 1e9,
        )
    progress(0.0)
    with whole_folder(folder) as temporary:
        _run_reader(name, source, temporary, progress)
    progress(1.0)


def _remove_abandoned(folder: Path) -> None:
    """Temporary folders of a conversion that was killed; we hold the lock, so nobody is at work there."""
    for abandoned in folder.parent.glob(f".{folder.name}.*"):
        if abandoned.is_dir():
            shutil.rmtree(abandoned, ignore_errors=True)


def _run_reader(name: str, source: Path, folder: Path, progress: Callable[[float], None]) -> None:
    """Run `core.shelf.read_gguf` in a process of its own and pass its progress on."""
    command = [sys.executable, "-m", "core.shelf.read_gguf", str(source.resolve()), str(folder.resolve())]
    pipe = subprocess.PIPE
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        reader = subprocess.Popen(
            command, cwd=PROJECT_FOLDER, stdin=pipe, stdout=pipe, stderr=errors, text=True
        )
        refused_with = None
        try:
            for line in reader.stdout or ():
                message = json.loads(line)
                refused_with = message.get("errno", refused_with)
                if "progress" in message:
                    progress(message["progress"])
        except BaseException:
            reader.kill()
            raise
        finally:
            reader.communicate()
        if refused_with is not None:
            raise _disk_error(folder, refused_with)
        if reader.returncode:
            errors.seek(0)
            log.error("core.shelf.read_gguf ended with %s: %s", reader.returncode, errors.read())
            raise GlassboxError("shelf.error.conversion", title=entry(name).title, status=reader.returncode)


def _disk_error(folder: Path, number: int | None) -> GlassboxError:
    return GlassboxError("ui.error.disk", folder=str(folder.parent), reason=os.strerror(number or 5))
