"""What the commands of all topics share: the `--json` option and settings read from a file."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import GlassboxError
from core.wording import wording

LARGEST_SETTINGS_FILE = 1_000_000

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def read_settings(path: Path) -> dict[str, Any]:
    """The JSON object in the settings file at `path`.

    Raises:
        GlassboxError: no such file, too large, or not one JSON object.
    """
    reason = ""
    try:
        if path.stat().st_size > LARGEST_SETTINGS_FILE:
            reason = "large"
        else:
            value = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(value, dict):
                return value
            reason = "json"
    except OSError:
        reason = "missing"
    except ValueError:
        reason = "json"
    raise GlassboxError(
        "ui.error.settings_file", file=path.name, reason=wording(f"ui.error.settings_file_{reason}")
    )
