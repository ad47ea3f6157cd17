"""A trained classifier on disk: numbers and names, nothing that runs.

model.json             format, method, classes, the method's own values, and the SHA-256 of every other file
*.safetensors          its arrays
*.json                 tables that are too long for model.json, such as a vocabulary

`model.json` holds a checksum of itself, so that a folder that was cut short, edited or mixed from two is
noticed. It is no signature: who rewrites a folder with all its checksums makes a model of their own.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from core.errors import GlassboxError
from core.files import whole_folder

FORMAT = 1
MODEL_FILE, TENSOR_FILE = "model.json", "weights.safetensors"
LARGEST_FILE = 500_000_000
"""Bytes of one file of a folder that are read."""
MOST_CLASSES = 2_000

_NAME = re.compile(r"[a-z][a-z_]{0,40}")


@dataclass(frozen=True)
class ModelParts:
    """What a classifier is made of, as it lies in its folder."""

    method: str
    classes: tuple[str, ...]
    values: Mapping[str, Any]
    """Small things, as JSON."""
    tensors: Mapping[str, np.ndarray] = field(default_factory=dict)
    tables: Mapping[str, Any] = field(default_factory=dict)
    """File name without its ending -> what it holds, as JSON."""


def write_model(folder: Path, parts: ModelParts) -> None:
    """Write the folder, whole or not at all.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    contents = {f"{name}.json": _json(table) for name, table in parts.tables.items()}
    if parts.tensors:
        contents[TENSOR_FILE] = save_tensors(
            {name: np.ascontiguousarray(value) for name, value in parts.tensors.items()}
        )
    about: dict[str, Any] = {
        "format": FORMAT,
        "method": parts.method,
        "classes": list(parts.classes),
        "values": dict(parts.values),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    }
    with whole_folder(folder) as temporary:
        for name, content in contents.items():
            (temporary / name).write_bytes(content)
        (temporary / MODEL_FILE).write_text(json.dumps(sealed(about), indent=1), "utf-8")


def read_model(folder: Path, method: str | None = None) -> ModelParts:
    """Read a folder that `write_model` wrote; every checksum is compared before anything is used.

    Args:
        folder: the model's folder.
        method: the one that it must be of; None takes any.

    Raises:
        GlassboxError: no such folder, another version, altered, incomplete, or of another method.
    """
    about = read_sealed(folder / MODEL_FILE)
    if about.get("format") != FORMAT:
        raise GlassboxError("classification.train.error.version", folder=folder.name)
    try:
        contents = {name: _checked(folder, name, digest) for name, digest in about["files"].items()}
        tensors = load_tensors(contents.pop(TENSOR_FILE)) if TENSOR_FILE in contents else {}
        tables = {name.removesuffix(".json"): json.loads(content) for name, content in contents.items()}
        classes = tuple(str(name) for name in about["classes"])
        parts = ModelParts(str(about["method"]), classes, dict(about["values"]), tensors, tables)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise GlassboxError("classification.train.error.altered", folder=folder.name) from error
    if not 0 < len(classes) <= MOST_CLASSES or (method is not None and parts.method != method):
        raise GlassboxError("classification.train.error.altered", folder=folder.name)
    return parts


def sealed(value: Mapping[str, Any]) -> dict[str, Any]:
    """`value` with a checksum of itself under `sha256`."""
    plain = {name: part for name, part in value.items() if name != "sha256"}
    return {**plain, "sha256": hashlib.sha256(_json(plain)).hexdigest()}


def read_sealed(path: Path) -> dict[str, Any]:
    """The JSON object at `path`, which `sealed` made.

    Raises:
        GlassboxError: it is missing, or not what was written.
    """
    folder = path.parent.name
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError(path.name)
        value = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise GlassboxError("classification.train.error.no_model", folder=folder) from error
    except (OSError, ValueError, RecursionError) as error:
        raise GlassboxError("classification.train.error.altered", folder=folder) from error
    if not isinstance(value, dict) or sealed(value) != value:
        raise GlassboxError("classification.train.error.altered", folder=folder)
    return value


def _checked(folder: Path, name: str, digest: str) -> bytes:
    """The content of a file of the folder, whose name is one that this project writes."""
    stem, _, ending = name.partition(".")
    if not _NAME.fullmatch(stem) or ending not in ("json", "safetensors"):
        raise ValueError(name)
    path = folder / name
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(name)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(name)
    return content


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
