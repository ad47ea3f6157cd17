"""A reader's division of their data, kept in their workspace under its hash, for jobs to read."""

import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path

from core.classification.labelled_texts import LabelledTexts, Split
from core.errors import GlassboxError
from core.files import write_text_whole

FOLDER = "classification"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def keep_split(workspace: Path, split: Split) -> str:
    """Write `split` into the workspace; returns the SHA-256 under which it is found again."""
    text = _as_json(split)
    digest = hashlib.sha256(text.encode()).hexdigest()
    path = _path(workspace, digest)
    if not path.is_file():
        write_text_whole(path, text)
    return digest


def split_digest(split: Split) -> str:
    """The SHA-256 of a split: equal digests, the same rows in the same parts."""
    return hashlib.sha256(_as_json(split).encode()).hexdigest()


def kept_split(workspace: Path, digest: str) -> Split:
    """The division kept under `digest`.

    Raises:
        GlassboxError: it is not there any more, or not what was written.
    """
    if not _DIGEST.fullmatch(digest):
        raise GlassboxError("classification.error.kept_missing")
    try:
        text = _path(workspace, digest).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise GlassboxError("classification.error.kept_missing") from error
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise GlassboxError("classification.error.kept_missing")
    values = json.loads(text)
    parts = {
        name: LabelledTexts(**{column: tuple(cells) for column, cells in values[name].items()})
        for name in ("training", "validation", "test")
    }
    return Split(name=values["name"], seed=values["seed"], **parts)


def _as_json(split: Split) -> str:
    return json.dumps(asdict(split), ensure_ascii=False, separators=(",", ":"))


def _path(workspace: Path, digest: str) -> Path:
    return workspace / FOLDER / f"{digest}.json"
