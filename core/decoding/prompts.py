"""Prompts that come with the lesson: presets that make a small model loop, and 240 openings to measure on."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.settings import PROJECT_FOLDER
from core.wording import Language

SAMPLES_FOLDER = PROJECT_FOLDER / "assets" / "samples" / "decoding"
OPENINGS_FILE = SAMPLES_FOLDER / "openings.toml"
PRESETS_FILE = SAMPLES_FOLDER / "presets.toml"


@dataclass(frozen=True)
class Opening:
    """The beginning of a text, written for this project; a decoder continues it."""

    id: str
    genre: str
    text: str


@dataclass(frozen=True)
class Preset:
    """A prompt to start from; `chat` says that it is a question to be put in the model's chat template."""

    id: str
    label: dict[Language, str]
    text: str
    chat: bool


@cache
def openings() -> tuple[Opening, ...]:
    """All openings, in the file's order."""
    return tuple(
        Opening(**entry) for entry in tomllib.loads(OPENINGS_FILE.read_text(encoding="utf-8"))["opening"]
    )


@cache
def presets() -> tuple[Preset, ...]:
    """All presets, in the file's order."""
    return tuple(
        Preset(**entry) for entry in tomllib.loads(PRESETS_FILE.read_text(encoding="utf-8"))["preset"]
    )


def file_hash(path: Path) -> str:
    """sha256 of a file, as lower-case hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
