"""Which vocabularies can be used, without loading a library or, mostly, reading a file."""

from dataclasses import dataclass, field

from core.errors import GlassboxError
from core.shelf.receipts import known_sha256
from core.shelf.weights import verified_file
from core.tokenizer.vocabularies.catalogue import VOCABULARIES, VocabularyEntry, vocabulary_entry
from core.tokenizer.vocabularies.file import package_folder, vocabulary_file


@dataclass(frozen=True)
class VocabularyStatus:
    """The state of one vocabulary."""

    entry: VocabularyEntry
    installed: bool
    """The file is there, in order or not."""
    hash_ok: bool | None
    """Whether it is the published one; None where there is none, or it was not to be checked."""
    ready: bool
    """It can be used now."""
    reason_key: str
    """The sentence that says so, or what is wrong and what to do."""
    reason_values: dict[str, object] = field(default_factory=dict)
    """What `reason_key` wants filled in."""


def vocabulary_status(name: str, check: bool = True) -> VocabularyStatus:
    """The state of a vocabulary; with `check` false, a file without a receipt is left unread.

    Raises:
        GlassboxError: there is no vocabulary of that name.
    """
    entry = vocabulary_entry(name)
    try:
        path = package_folder(entry) / entry.file
        checked = check or not path.is_file() or known_sha256(path) is not None
        if checked:
            _check(entry)
    except GlassboxError as problem:
        differs = problem.key.rpartition(".")[2] in ("altered", "truncated")
        return VocabularyStatus(
            entry, differs, False if differs else None, False, problem.key, problem.values
        )
    key = f"tokenizer.vocabularies.status.{'ready' if checked else 'unchecked'}"
    return VocabularyStatus(entry, True, True if checked else None, checked, key)


def all_vocabulary_statuses(check: bool = True) -> list[VocabularyStatus]:
    """`vocabulary_status` of each, in the catalogue's order."""
    return [vocabulary_status(name, check) for name in VOCABULARIES]


def _check(entry: VocabularyEntry) -> None:
    """The file is the published one; nothing is written down for it."""
    if entry.shelf is not None:
        verified_file(entry.shelf)
    else:
        vocabulary_file(entry.name)
