"""A shelf of one small model in a package of its own, with a reader process that does as it is told."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.shelf import convert
from core.shelf.catalogue import CATALOGUE, ModelEntry

READER = """
import hashlib, json, pathlib, sys, time
source, folder = (pathlib.Path(argument) for argument in sys.argv[1:])
task = source.read_text().split()[0]
with source.with_name("started").open("a") as file:
    file.write("x")
print(json.dumps({"progress": 0.5}), flush=True)
(folder / "model.safetensors").write_text("half")
if task == "crash":
    sys.exit("out of memory")
if task == "full":
    print(json.dumps({"errno": 28}), flush=True)
    sys.exit(1)
time.sleep(1)
hashes = {}
for name in ("model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja"):
    (folder / name).write_text("content of " + name)
    hashes[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
if task == "lies":
    hashes["config.json"] = "0" * 64
receipt = {"source": hashlib.sha256(source.read_bytes()).hexdigest(), "files": hashes}
(folder / "receipt.json").write_text(json.dumps(receipt))
"""


@pytest.fixture
def small_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_home: Path
) -> Callable[..., ModelEntry]:
    """Puts a model "small" on the shelf whose weights are the given text, and returns its entry."""
    package = tmp_path / "packages" / "small_weights"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('the shelf imported a weights package')")
    monkeypatch.syspath_prepend(package.parent)
    project = tmp_path / "project" / "core" / "shelf"
    project.mkdir(parents=True)
    (project / "read_gguf.py").write_text(READER)
    monkeypatch.setattr(convert, "PROJECT_FOLDER", tmp_path / "project")

    def put(content: str = "good weights", **changes: object) -> ModelEntry:
        data = content.encode()
        (package / "weights.bin").write_bytes(data)
        model = replace(
            CATALOGUE["smollm2-135m"],
            name="small",
            title="Small",
            package="small_weights",
            file="weights.bin",
            bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            parameters=10,
        )
        model = replace(model, **changes)
        monkeypatch.setitem(CATALOGUE, "small", model)
        return model

    return put


@pytest.fixture
def weights_path(tmp_path: Path) -> Path:
    """Where `small_model` keeps its weights."""
    return tmp_path / "packages" / "small_weights" / "weights.bin"
