"""A vocabulary's file is used only if it is the published one, and its state can be told without loading."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import metadata, version
from pathlib import Path

import pytest

from core.errors import GlassboxError
from core.tokenizer.vocabularies.catalogue import VOCABULARIES, VocabularyEntry
from core.tokenizer.vocabularies.file import package_folder, vocabulary_file
from core.tokenizer.vocabularies.load import load_vocabulary
from core.tokenizer.vocabularies.rank_files import read_base64_ranks, read_packed_ranks
from core.tokenizer.vocabularies.status import vocabulary_status


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., VocabularyEntry]:
    """Put a changed entry under the name "llama3"."""

    def change(**values: object) -> VocabularyEntry:
        entry = replace(VOCABULARIES["llama3"], **values)
        monkeypatch.setitem(VOCABULARIES, "llama3", entry)
        return entry

    return change


@pytest.mark.parametrize("name", list(VOCABULARIES))
def test_entries_name_the_installed_package_and_its_file(name: str) -> None:
    entry = VOCABULARIES[name]
    assert version(entry.distribution) == entry.version
    data = (package_folder(entry) / entry.file).read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (entry.bytes, entry.sha256)


def test_licences_are_those_that_the_packages_state() -> None:
    quicktok = VOCABULARIES["cl100k"]
    site = package_folder(quicktok).parent
    (notice,) = site.glob("quicktok_v1-*.dist-info/licenses/NOTICE")
    text = notice.read_text(encoding="utf-8")
    derived = re.search(r"- cl100k\.vocab, o200k\.vocab.*?\n\n", text, re.DOTALL)
    assert derived is not None
    assert "MIT" in derived[0]
    qwen = re.search(r"- qwen3\.vocab.*?\n\n", text, re.DOTALL)
    assert qwen is not None
    assert VOCABULARIES["qwen3"].licence in qwen[0]
    llama = (package_folder(VOCABULARIES["llama3"]) / "llama3" / "tokenizer.py").read_text(encoding="utf-8")
    assert "Llama 3 Community License" in llama
    assert "Llama 3 Community License" in VOCABULARIES["llama3"].licence
    for name in ("deepseek", "mistral-v1", "tekken"):
        stated = metadata(VOCABULARIES[name].distribution)
        assert VOCABULARIES[name].licence in (stated["License"], stated["License-Expression"])


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"sha256": "0" * 64}, "not the published one"),
        ({"bytes": 5}, "not the published one"),
        ({"file": "llama3/nothing.model"}, "missing"),
        ({"package": "no_such_package"}, "not installed"),
    ],
)
def test_another_file_is_refused(
    changed: Callable[..., VocabularyEntry], values: dict[str, object], says: str
) -> None:
    changed(**values)
    with pytest.raises(GlassboxError, match=says):
        vocabulary_file("llama3")
    status = vocabulary_status("llama3")
    assert not status.ready
    assert status.hash_ok is (False if says == "not the published one" else None)
    assert status.installed is (says == "not the published one")
    assert says in str(GlassboxError(status.reason_key, **status.reason_values))


def test_a_file_in_order_is_ready() -> None:
    status = vocabulary_status("tekken")
    assert (status.installed, status.hash_ok, status.ready) == (True, True, True)
    assert status.reason_key == "tokenizer.vocabularies.status.ready"


def test_an_unknown_name_is_refused() -> None:
    for ask in (vocabulary_status, load_vocabulary, vocabulary_file):
        with pytest.raises(GlassboxError, match="There are: smollm2, bert"):
            ask("gpt9")


def test_a_vocabulary_is_loaded_once() -> None:
    assert load_vocabulary("bert") is load_vocabulary("bert")


def test_two_forms_of_one_vocabulary_hold_the_same_ranks() -> None:
    packed: Path = package_folder(VOCABULARIES["cl100k"]) / "data"
    llama = read_base64_ranks(vocabulary_file("llama3"))
    assert read_packed_ranks(packed / "llama3.vocab") == llama
    assert read_packed_ranks(packed / "qwen3.vocab") == read_base64_ranks(vocabulary_file("qwen3"))
