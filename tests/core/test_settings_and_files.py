"""Settings come from the environment; files appear whole or not at all."""

import os
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from core.errors import GlassboxError
from core.files import whole_file, whole_folder, write_json_whole, write_text_whole
from core.settings import Settings, settings


def test_defaults_keep_the_network_off_and_one_job():
    values = settings({})
    assert (values.max_jobs, values.keep_hours, values.allow_hub, values.allow_local) == (
        1,
        24.0,
        False,
        False,
    )


def test_each_kind_is_read():
    values = settings({"GLASSBOX_HOME": "/tmp/x", "GLASSBOX_KEEP_HOURS": "0.5", "GLASSBOX_ALLOW_HUB": "yes"})
    assert (values.home, values.keep_hours, values.allow_hub) == (Path("/tmp/x"), 0.5, True)


@pytest.mark.parametrize(
    "variables",
    [{"GLASSBOX_MAX_JOBS": "many"}, {"GLASSBOX_ALLOW_HUB": "perhaps"}, {"GLASSBOX_KEEP_HOURS": "nan"}],
)
def test_a_value_of_another_kind_is_refused_by_name(variables: dict[str, str]):
    with pytest.raises(GlassboxError, match=next(iter(variables))):
        settings(variables)


def test_the_endpoint_key_is_never_printed():
    assert "canary" not in repr(Settings(endpoint_key="canary"))


def test_a_file_is_replaced_whole(tmp_path: Path):
    path = tmp_path / "deep" / "a.json"
    write_json_whole(path, {"a": "ä"})
    write_text_whole(path, "b")
    assert path.read_text() == "b"
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]


def interrupt(writing: AbstractContextManager[Path], name: str) -> None:
    """Write half a file and fail."""
    with writing as temporary:
        (temporary / name if name else temporary).write_text("half")
        raise RuntimeError


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    path = tmp_path / "a.txt"
    write_text_whole(path, "old")
    with pytest.raises(RuntimeError):
        interrupt(whole_file(path), "")
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_an_interrupted_folder_leaves_the_old_one(tmp_path: Path):
    with whole_folder(tmp_path / "model") as temporary:
        (temporary / "weights").write_text("old")
    with pytest.raises(RuntimeError):
        interrupt(whole_folder(tmp_path / "model"), "weights")
    assert (tmp_path / "model" / "weights").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(GlassboxError, match="GLASSBOX_HOME"):
        write_text_whole(tmp_path / "file" / "a.txt", "x")


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("core.files.os.fsync", full)
    with pytest.raises(GlassboxError, match="No space left"):
        write_text_whole(tmp_path / "a.txt", "x")
    assert not list(tmp_path.iterdir())
