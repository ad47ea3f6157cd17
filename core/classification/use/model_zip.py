"""A trained model as one file: to take along, and to bring back.

What it said about validation and test rows stays behind: those are the reader's texts, and no model needs
them.
A zip that comes back is a stranger's: entries are counted and measured before anything is unpacked, only
names that a model has are taken, and the model's own checksums are compared when it is read.
"""

import hashlib
import io
import re
import zipfile
import zlib
from pathlib import Path

from core.classification.model_folder import MODEL_FILE, read_sealed
from core.classification.trained_models import load_classifier
from core.classification.training import CARD_FILE
from core.classification.training_record import RECORD_FILE, read_record
from core.errors import GlassboxError
from core.files import whole_folder

FOLDER = "classification-models"
LARGEST_ZIP = 200_000_000
"""Bytes."""
LARGEST_UNPACKED = 600_000_000
MOST_ENTRIES = 40
LARGEST_RATIO = 200
"""Declared bytes for one packed one; weights hardly shrink, and tables of JSON about tenfold."""
_NAME = re.compile(r"[a-z][a-z_]{0,40}\.(json|safetensors)")


def zipped_model(folder: Path) -> bytes:
    """The model's files as a zip; weights are stored as they are, for they do not shrink.

    Raises:
        GlassboxError: the folder is not there any more, or was altered.
    """
    content = io.BytesIO()
    names = [MODEL_FILE, RECORD_FILE, CARD_FILE, *read_sealed(folder / MODEL_FILE)["files"]]
    try:
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in names:
                stored = name.endswith(".safetensors")
                packed.write(folder / name, name, zipfile.ZIP_STORED if stored else None)
    except OSError as error:
        raise GlassboxError("classification.train.error.no_model", folder=folder.name) from error
    return content.getvalue()


def unpacked_model(workspace: Path, content: bytes) -> Path:
    """Put the model in a zip into the workspace, under its hash, and try it on one text.

    Raises:
        GlassboxError: no zip, too large, more in it than a model has, altered, or of another version.
    """
    if len(content) > LARGEST_ZIP:
        raise GlassboxError("classification.use.error.zip_large", most=LARGEST_ZIP / 1e6)
    folder = workspace / FOLDER / hashlib.sha256(content).hexdigest()
    if not folder.is_dir():
        files = _unpacked(content)
        with whole_folder(folder) as temporary:
            for name, part in files.items():
                (temporary / name).write_bytes(part)
            _try_out(temporary)
    return folder


def brought_models(workspace: Path) -> list[Path]:
    """Folders of the models that were brought back, in the order of their names."""
    return sorted(path for path in (workspace / FOLDER).glob("[0-9a-f]*") if path.is_dir())


def _unpacked(content: bytes) -> dict[str, bytes]:
    """Name -> content of each file of the zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_entries(packed.infolist(), len(content))
            return {entry.filename: packed.read(entry) for entry in packed.infolist()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise GlassboxError("classification.use.error.zip") from error


def _try_out(folder: Path) -> None:
    """Read the record and the model, and classify one text."""
    try:
        read_record(folder)
        load_classifier(folder).probabilities(["a"])
    except GlassboxError as error:
        if error.key == "classification.train.error.version":
            raise
        raise GlassboxError("classification.use.error.zip") from error


def _check_entries(entries: list[zipfile.ZipInfo], packed: int) -> None:
    """Refuse what no model of ours would be, by what the zip declares; reading stops at what is declared."""
    names = [entry.filename for entry in entries]
    size = sum(entry.file_size for entry in entries)
    if not names or len(names) > MOST_ENTRIES or len(set(names)) != len(names):
        raise GlassboxError("classification.use.error.zip")
    if not all(map(_is_part, names)):
        raise GlassboxError("classification.use.error.zip")
    if size > LARGEST_UNPACKED or size > packed * LARGEST_RATIO:
        raise GlassboxError("classification.use.error.zip_large", most=LARGEST_UNPACKED / 1e6)


def _is_part(name: str) -> bool:
    return name == CARD_FILE or bool(_NAME.fullmatch(name))
