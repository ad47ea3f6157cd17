"""Texts that come with the view of families, written for this project."""

import tomllib
from functools import cache
from typing import Any

from core.settings import PROJECT_FOLDER

FILE = PROJECT_FOLDER / "assets" / "samples" / "attention" / "families_texts.toml"


@cache
def family_texts() -> dict[str, Any]:
    """`sentence`, `second` and `more` to start with; `whole` and `followed` for the questions.

    >>> family_texts()["second"]
    'The ferry was full.'
    """
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
