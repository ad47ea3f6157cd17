"""Multi30k: found where it lies, fetched only where allowed, and every failure one sentence."""

import gzip
import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.errors import GlassboxError
from core.translation import multi30k
from core.translation.multi30k import PUBLISHER, SHA256, download_multi30k, home_folder, multi30k_folder
from core.translation.pairs import read_multi30k


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """A publisher on this machine with small files of the right names, and its folder."""
    folder = tmp_path / "published"
    folder.mkdir()
    for name in SHA256:
        (folder / name).write_bytes(gzip.compress(f"Ein Satz in {name}.\n".encode()))
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SHA256}
    monkeypatch.setattr(multi30k, "SHA256", hashes)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _own_home(empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_DATA", str(tmp_path / "no-data"))


@pytest.fixture
def _allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_ALLOW_DOWNLOADS", "1")


def test_without_the_operators_leave_nothing_is_fetched(publisher):
    with pytest.raises(GlassboxError, match="GLASSBOX_ALLOW_DOWNLOADS=1"):
        download_multi30k(publisher=publisher[0])
    assert not home_folder().exists()


@pytest.mark.usefixtures("_allowed")
def test_what_was_fetched_is_found_and_read(publisher):
    assert multi30k_folder() is None
    seen: list[tuple[int, int]] = []
    folder = download_multi30k(
        progress=lambda done, all_files: seen.append((done, all_files)), publisher=publisher[0]
    )
    assert folder == home_folder() == multi30k_folder()
    assert seen[-1] == (6, 6)
    assert read_multi30k(folder, "validation").source == ("Ein Satz in val.de.gz.",)


@pytest.mark.usefixtures("_allowed")
def test_an_altered_file_is_refused_and_the_good_ones_stay(publisher):
    address, folder = publisher
    (folder / "val.de.gz").write_bytes(b"something else")
    with pytest.raises(GlassboxError, match=r"val\.de\.gz.*SHA-256"):
        download_multi30k(publisher=address)
    assert sorted(path.name for path in home_folder().iterdir()) == ["train.de.gz", "train.en.gz"]
    assert multi30k_folder() is None


@pytest.mark.usefixtures("_allowed")
def test_a_missing_file_and_a_silent_publisher_are_one_sentence(publisher):
    address, folder = publisher
    (folder / "train.en.gz").unlink()
    with pytest.raises(GlassboxError, match=r"train\.en\.gz could not be fetched"):
        download_multi30k(publisher=address)
    with pytest.raises(GlassboxError, match=r"train\.en\.gz could not be fetched"):
        download_multi30k(publisher="http://127.0.0.1:9")


@pytest.mark.usefixtures("_allowed")
def test_a_second_call_fetches_only_what_is_missing(publisher):
    address, _ = publisher
    folder = download_multi30k(publisher=address)
    (folder / "val.en.gz").unlink()
    before = (folder / "train.de.gz").stat().st_mtime_ns
    download_multi30k(publisher=address)
    assert (folder / "train.de.gz").stat().st_mtime_ns == before
    assert (folder / "val.en.gz").exists()


@pytest.mark.usefixtures("_allowed")
def test_a_home_that_cannot_be_written_is_said(publisher, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GLASSBOX_HOME", "/proc/nowhere")
    with pytest.raises(GlassboxError, match="proc"):
        download_multi30k(publisher=publisher[0])


def test_the_address_is_the_publishers_own():
    assert PUBLISHER.startswith("https://raw.githubusercontent.com/multi30k/dataset/")
    assert set(SHA256) == {f"{n}.{x}.gz" for n in ("train", "val", "test_2016_flickr") for x in ("de", "en")}
