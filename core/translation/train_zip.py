"""A trained model as one file to download."""

import io
import zipfile
from pathlib import Path

FILES = ("model.json", "vocabulary.json", "model.safetensors")


def zipped_model(folder: Path) -> bytes:
    """The folder's three files as a zip; unpacked, `translate run --model FOLDER` takes them.

    Raises:
        OSError: a file is missing.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in FILES:
            packed.write(folder / name, name)
    return content.getvalue()
