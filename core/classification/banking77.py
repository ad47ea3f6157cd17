"""BANKING77 on this machine: where it lies, and fetching it from its publisher.

13,083 questions to a bank under 77 intents, divided by its authors into 10,003 to learn from and 3,080 to be
tested on. Published under CC BY 4.0; not shipped with this project. The files are those of the data set's own
repository, checked against the hashes below before anything reads them.

Source: Casanueva, Temcinas, Gerz, Henderson and Vulic 2020, "Efficient Intent Detection with Dual Sentence
Encoders".
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.preparing import split_with_test
from core.classification.tables.parse import parse_table
from core.errors import GlassboxError
from core.published_files import fetch_published
from core.settings import settings

PUBLISHER = "https://raw.githubusercontent.com/PolyAI-LDN/task-specific-datasets/master/banking_data"
SHA256 = {
    "train.csv": "b06e26ac675513959a63135f11b94ea7786ed02da65db93a5650d8838cbc664b",
    "test.csv": "d12d6e3bc4c3103966ae786dc435913c0c563dfa328f5a3646d0e62cfeeb474d",
}
NAME = "BANKING77"
_ERRORS = "classification.data.error"


def home_folder() -> Path:
    """Where a download goes, and where a copy of one's own can be put."""
    return settings().home / "data" / "banking77"


def banking77_folder() -> Path | None:
    """The folder with both files: the home's, or the one with public data; None without."""
    for folder in (home_folder(), settings().data / "banking77"):
        if all((folder / name).is_file() for name in SHA256):
            return folder
    return None


def banking77(folder: Path | None = None) -> tuple[LabelledTexts, LabelledTexts]:
    """What is learned from and what is tested on; the rows of the test are numbered after the others.

    Raises:
        GlassboxError: the files are not there, or not the published ones.
    """
    place = folder or banking77_folder()
    if place is None:
        raise GlassboxError(f"{_ERRORS}.no_banking77", folder=home_folder())
    parts, before = [], 0
    for name, expected in SHA256.items():
        content = (place / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != expected:
            raise GlassboxError(f"{_ERRORS}.download_hash", file=name)
        table = parse_table(content)
        rows = tuple(range(before, before + len(table)))
        parts.append(LabelledTexts(table.column("text"), table.column("category"), rows))
        before += len(table)
    return parts[0], parts[1]


def banking77_split(seed: int = 0, folder: Path | None = None) -> Split:
    """BANKING77 with its own test part; validation is taken from what is learned from.

    Raises:
        GlassboxError: as `banking77`.
    """
    training, test = banking77(folder)
    return split_with_test(training, test, NAME, seed)


def download_banking77(
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    publisher: str = PUBLISHER,
) -> Path:
    """Fetch the two files, 1.1 MB in all; what is there with the right hash is kept.

    Args:
        folder: where to; the home's folder if None.
        progress: called after each file with the files done and all files.
        publisher: the address below which the files lie.

    Returns:
        the folder.

    Raises:
        GlassboxError: the operator allows no downloads; the publisher cannot be reached; a file is not the
            published one; or the disk is full. A file that was complete before stays.
    """
    into = folder or home_folder()
    fetch_published(into, publisher, SHA256, _ERRORS, progress)
    return into
