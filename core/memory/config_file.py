"""A config.json on the command line."""

import os
import stat
from pathlib import Path
from typing import Any

from core.command_line import LARGEST_SETTINGS_FILE
from core.errors import GlassboxError
from core.memory.config_json import decoded_config


def read_config_file(path: Path) -> dict[str, Any]:
    """The object in the file.

    Raises:
        GlassboxError: no such file, too large, no text, or no JSON object.
    """
    try:
        with path.open("rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise OSError
            data = opened.read(LARGEST_SETTINGS_FILE + 1)
    except OSError as error:
        raise GlassboxError("memory.predict.error.no_file", file=path.name) from error
    try:
        return decoded_config(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise GlassboxError("memory.predict.error.not_json") from error
