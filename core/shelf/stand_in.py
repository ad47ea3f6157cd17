"""A reader's own model in place of a shelf model: a local folder, or an id on the Hugging Face Hub.

Both are off until the operator's settings allow them. Either way only safetensors, config.json and
tokenizer.json are taken: formats that cannot carry code.
"""

import re
from pathlib import Path

from core.errors import GlassboxError
from core.settings import settings
from core.shelf.catalogue import CATALOGUE
from core.shelf.offline import prepare_libraries

NEEDED = ("config.json", "tokenizer.json")
WANTED_FROM_HUB = ("*.safetensors", "model.safetensors.index.json", "chat_template.jinja", *NEEDED)
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


def stand_in_folder(name: str) -> Path:
    """The folder of a model that is not on the shelf.

    Args:
        name: a path with a separator at its start ("/models/mine", "./mine", "~/mine"), or "owner/name".

    Raises:
        GlassboxError: neither, not allowed here, not there, or lacking one of the files.
    """
    if name.startswith(("/", "./", "../", "~", "\\")) or Path(name).is_absolute():
        return _local_folder(name)
    if _HUB_ID.fullmatch(name):
        return _hub_folder(name)
    raise GlassboxError("shelf.error.unknown", name=name, known=", ".join(CATALOGUE))


def _local_folder(name: str) -> Path:
    if not settings().allow_local:
        raise GlassboxError("shelf.error.local_off", known=", ".join(CATALOGUE))
    if "\0" in name:
        raise GlassboxError("shelf.error.no_folder", folder=name.replace("\0", "?"))
    folder = Path(name).expanduser().resolve()
    if not folder.is_dir():
        raise GlassboxError("shelf.error.no_folder", folder=name)
    return _complete(folder, name)


def _hub_folder(name: str) -> Path:
    if not settings().allow_hub:
        raise GlassboxError("shelf.error.hub_off", name=name, known=", ".join(CATALOGUE))
    prepare_libraries()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(name, allow_patterns=list(WANTED_FROM_HUB))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise GlassboxError("shelf.error.hub_failed", name=name) from error
    return _complete(Path(folder), name)


def _complete(folder: Path, name: str) -> Path:
    missing = [file for file in NEEDED if not (folder / file).is_file()]
    if not any(folder.glob("*.safetensors")):
        missing.append("model.safetensors")
    if missing:
        raise GlassboxError("shelf.error.incomplete", folder=name, files=", ".join(missing))
    return folder
