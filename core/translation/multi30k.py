"""Multi30k on this machine: where it lies, and fetching it from its publisher.

30,000 captions of photographs in English with German translations. It is not shipped with this project:
its captions stem from Flickr30k, whose terms ask for non-commercial research and education. The files are
those of the data set's own repository, checked against the hashes below before anything reads them.

Source: Elliott, Frank, Sima'an and Specia 2016, "Multi30K: Multilingual English-German Image Descriptions".
"""

from collections.abc import Callable
from pathlib import Path

from core.published_files import fetch_published
from core.settings import settings
from core.translation.pairs import MULTI30K_FILES

PUBLISHER = "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw"
SHA256 = {
    "train.de.gz": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "train.en.gz": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "val.de.gz": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "val.en.gz": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "test_2016_flickr.de.gz": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    "test_2016_flickr.en.gz": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
}


def home_folder() -> Path:
    """Where a download goes, and where a copy of one's own can be put."""
    return settings().home / "data" / "multi30k"


def multi30k_folder() -> Path | None:
    """The folder with the whole of Multi30k: the home's, or the one with public data; None without."""
    for folder in (home_folder(), settings().data / "multi30k"):
        if is_whole(folder):
            return folder
    return None


def is_whole(folder: Path) -> bool:
    """Whether both sides of every part are there, packed or not; contents are checked when read."""
    wanted = [f"{name}.{language}" for name in MULTI30K_FILES.values() for language in ("de", "en")]
    return all((folder / name).is_file() or (folder / f"{name}.gz").is_file() for name in wanted)


def download_multi30k(
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    publisher: str = PUBLISHER,
) -> Path:
    """Fetch the six files, 1.3 MB in all; what is there with the right hash is kept.

    Args:
        folder: where to; the home's folder if None.
        progress: called after each file with the files done and all files.
        publisher: the address below which the files lie.

    Returns:
        the folder.

    Raises:
        GlassboxError: the operator allows no downloads; the publisher cannot be reached; a file is not
            the published one; or the disk is full. Files that were complete before stay.
    """
    into = folder or home_folder()
    fetch_published(into, publisher, SHA256, "translation.train.error", progress)
    return into
