"""Which models can be used, for Home and the command line; without torch and, mostly, without reading.

A file that has not changed since it was hashed is not hashed again (core/shelf/receipts.py).
"""

from dataclasses import dataclass, field
from pathlib import Path

from core.errors import GlassboxError
from core.shelf.catalogue import CATALOGUE, ModelEntry, entry
from core.shelf.convert import Conversion, conversion_state, folder_of
from core.shelf.receipts import known_sha256
from core.shelf.weights import package_folder, verified_file


@dataclass(frozen=True)
class ModelStatus:
    """The state of one model of the shelf."""

    entry: ModelEntry
    installed: bool
    """The package is there, with its weights file, whether in order or not."""
    hash_ok: bool | None
    """Whether the files are the published ones; None where there is none, or it was not to be checked."""
    ready: bool
    """It can be used now; a language model's first use may still convert it."""
    reason_key: str
    """The sentence that says so, or what is wrong and what to do."""
    reason_values: dict[str, object] = field(default_factory=dict)
    """What `reason_key` wants filled in."""
    conversion: Conversion | None = None
    """State of the float32 copy; None for a model that needs none."""
    bytes_on_disk: int = 0
    """What its weights occupy now, the converted copy included."""


def model_status(name: str, check: bool = True) -> ModelStatus:
    """The state of a model; with `check` false, a file without a receipt is left unread.

    Raises:
        GlassboxError: the shelf has no such model.
    """
    model = entry(name)
    try:
        weights = package_folder(model) / model.file
        checked = check or _has_receipt(weights)
        if checked:
            verified_file(name)
    except GlassboxError as problem:
        return _refused(model, problem)
    conversion = conversion_state(name) if model.kind == "language_model" else None
    key = "shelf.status.ready" if checked else "shelf.status.unchecked"
    if checked and conversion in ("missing", "damaged"):
        key = "shelf.status.convert_first" if conversion == "missing" else "shelf.status.damaged"
    return ModelStatus(
        entry=model,
        installed=True,
        hash_ok=True if checked else None,
        ready=checked,
        reason_key=key,
        reason_values={"title": model.title},
        conversion=conversion,
        bytes_on_disk=_bytes(weights) + (_bytes(folder_of(name)) if conversion else 0),
    )


def all_statuses(check: bool = True) -> list[ModelStatus]:
    """`model_status` of every model, in the shelf's order."""
    return [model_status(name, check) for name in CATALOGUE]


def _refused(model: ModelEntry, problem: GlassboxError) -> ModelStatus:
    differs = problem.key in ("shelf.error.altered", "shelf.error.truncated")
    return ModelStatus(
        entry=model,
        installed=differs,
        hash_ok=False if differs else None,
        ready=False,
        reason_key=problem.key,
        reason_values=problem.values,
    )


def _has_receipt(weights: Path) -> bool:
    try:
        return known_sha256(weights) is not None
    except OSError:
        return True  # nothing to read, so the check costs nothing and says what is wrong


def _bytes(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir() if file.is_file())
    return path.stat().st_size if path.is_file() else 0
