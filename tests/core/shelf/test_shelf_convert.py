import multiprocessing
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import GlassboxError
from core.shelf import convert
from core.shelf.convert import NEEDED, conversion_state, converted_folder, folder_of


def leftovers(home: Path) -> list[str]:
    """What lies in the models folder besides locks and receipts of hashes."""
    return sorted(p.name for p in (home / "models").iterdir() if p.is_dir() and p.name != "receipts")


def test_a_conversion_yields_a_whole_folder_and_reports_its_stages(small_model, empty_home):
    small_model()
    stages: list[float] = []
    folder = converted_folder("small", stages.append)
    assert stages == [0.0, 0.5, 1.0]
    assert {path.name for path in folder.iterdir()} == {*NEEDED, "receipt.json"}
    assert leftovers(empty_home) == [folder.name]


def test_a_whole_copy_is_not_made_again(small_model, weights_path):
    small_model()
    assert converted_folder("small") == converted_folder("small")
    assert (weights_path.parent / "started").read_text() == "x"


def test_threads_convert_once(small_model, weights_path):
    small_model()
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(converted_folder, ["small"] * 4))
    assert folders == {folder_of("small")}
    assert (weights_path.parent / "started").read_text() == "x"


@pytest.mark.parametrize(
    ("task", "message"),
    [("crash weights", r"failed \(status 1\)"), ("full disk", "No space left"), ("lies now", "SHA-256")],
)
def test_a_failed_conversion_says_why_and_is_never_loaded(small_model, empty_home, task, message):
    small_model(task)
    with pytest.raises(GlassboxError, match=message):
        converted_folder("small")
    assert conversion_state("small") != "whole"
    if task != "lies now":
        assert leftovers(empty_home) == []


def test_what_progress_raises_stops_the_work_and_leaves_nothing(small_model, empty_home):
    class ClosedTab(BaseException):
        pass

    def close(fraction: float) -> None:
        if fraction:
            raise ClosedTab

    small_model()
    with pytest.raises(ClosedTab):
        converted_folder("small", close)
    assert leftovers(empty_home) == []
    assert converted_folder("small").is_dir()  # the lock was given back


@pytest.mark.parametrize("damage", ["truncated", "altered", "removed", "receipt"])
def test_a_damaged_copy_is_made_anew_and_said_so(small_model, caplog, damage):
    small_model()
    folder = converted_folder("small")
    weights = folder / "model.safetensors"
    if damage == "truncated":
        weights.write_text("content")
    elif damage == "altered":
        weights.write_text("CONTENT OF model.safetensors")
    elif damage == "removed":
        weights.unlink()
    else:
        (folder / "receipt.json").write_text("[]")
    assert conversion_state("small") == "damaged"
    assert converted_folder("small") == folder
    assert weights.read_text() == "content of model.safetensors"
    assert "incomplete or was changed" in caplog.text


def test_what_a_killed_process_left_is_removed(small_model, empty_home):
    small_model()
    abandoned = empty_home / "models" / f".{folder_of('small').name}.abc"
    abandoned.mkdir(parents=True)
    (abandoned / "model.safetensors").write_text("half")
    converted_folder("small")
    assert not abandoned.exists()


def test_too_little_space_is_refused_before_the_work(small_model, weights_path, monkeypatch):
    small_model()
    usage = shutil.disk_usage("/")._replace(free=1_000)
    monkeypatch.setattr(convert.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(GlassboxError, match=r"needs 0.01 GB in .*, where 0.00 GB are free"):
        converted_folder("small")
    assert not (weights_path.parent / "started").exists()


def test_a_home_that_cannot_be_written_is_refused_with_what_to_do(small_model, tmp_path, monkeypatch):
    small_model()
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path / "file"))
    with pytest.raises(GlassboxError, match=r"Nothing could be written.*GLASSBOX_HOME"):
        converted_folder("small")


def test_a_disk_that_refuses_the_weights_is_an_os_error(tmp_path):
    """The system's own limit on the size of a file stands for a full disk: no privileges are needed."""
    code = f"""
import resource
from transformers import LlamaConfig, LlamaForCausalLM
from core.shelf.read_gguf import _save
sizes = dict(vocab_size=64, hidden_size=16, num_hidden_layers=1, num_attention_heads=2)
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
try:
    _save(LlamaForCausalLM(LlamaConfig(**sizes)), None, {str(tmp_path)!r})
except OSError as error:
    print(error.errno)
"""
    output = subprocess.check_output([sys.executable, "-c", code], cwd=convert.PROJECT_FOLDER, text=True)
    assert output.strip() == "27"


def convert_in_process(home: str, results: "multiprocessing.Queue[tuple[str, list[float]]]") -> None:
    """Body of one of the processes that ask for the same model at the same time."""
    import os

    os.environ["GLASSBOX_HOME"] = home
    stages: list[float] = []
    results.put((str(converted_folder("smollm2-135m", stages.append)), stages))


@pytest.mark.real_model
@pytest.mark.timeout(600)
def test_two_processes_convert_the_real_model_once(tmp_path):
    import numpy as np
    from gguf import GGUFReader, dequantize
    from safetensors.numpy import load_file

    from core.shelf.weights import verified_file

    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [context.Process(target=convert_in_process, args=(str(tmp_path), results)) for _ in range(2)]
    for worker in workers:
        worker.start()
    (first, first_stages), (second, second_stages) = results.get(timeout=500), results.get(timeout=500)
    for worker in workers:
        worker.join()
    assert first == second
    assert sorted((first_stages, second_stages)) == [[], [0.0, 0.1, 0.3, 0.5, 0.9, 0.97, 1.0]]
    assert leftovers(tmp_path) == [Path(first).name]

    converted = load_file(Path(first) / "model.safetensors")
    tensors = {tensor.name: tensor for tensor in GGUFReader(verified_file("smollm2-135m")).tensors}
    for name, gguf_name in (
        ("model.embed_tokens.weight", "token_embd.weight"),
        ("model.layers.7.mlp.down_proj.weight", "blk.7.ffn_down.weight"),
        ("model.layers.29.self_attn.v_proj.weight", "blk.29.attn_v.weight"),
    ):
        expected = dequantize(tensors[gguf_name].data, tensors[gguf_name].tensor_type)
        np.testing.assert_array_equal(converted[name], expected)
