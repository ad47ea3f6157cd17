import os
import subprocess
import sys

from core.shelf.convert import converted_folder
from core.shelf.status import all_statuses, model_status
from core.wording import wording


def test_a_converted_model_is_ready_and_its_size_counts_both_copies(small_model, weights_path):
    small_model("good weights")
    before = model_status("small")
    assert (before.installed, before.hash_ok, before.ready, before.conversion) == (
        True,
        True,
        True,
        "missing",
    )
    assert before.bytes_on_disk == 12
    assert "half a minute" in wording(before.reason_key, "en", **before.reason_values)
    folder = converted_folder("small")
    after = model_status("small")
    assert after.reason_key == "shelf.status.ready"
    assert after.bytes_on_disk == 12 + sum(path.stat().st_size for path in folder.iterdir())
    (folder / "config.json").write_text("changed")
    assert model_status("small").reason_key == "shelf.status.damaged"


def test_altered_and_missing_are_told_apart(small_model, weights_path):
    small_model("good weights")
    weights_path.write_text("evil weights")
    altered = model_status("small")
    assert (altered.installed, altered.hash_ok, altered.ready) == (True, False, False)
    assert "SHA-256" in wording(altered.reason_key, "zh", **altered.reason_values)
    weights_path.unlink()
    missing = model_status("small")
    assert (missing.installed, missing.hash_ok, missing.ready) == (False, None, False)


def test_an_unread_file_is_not_read_when_nobody_asks_for_a_check(small_model, weights_path):
    small_model("good weights")
    status = model_status("small", check=False)
    assert (status.hash_ok, status.ready, status.reason_key) == (None, False, "shelf.status.unchecked")
    model_status("small")
    assert model_status("small", check=False).hash_ok is True


def test_the_shelf_s_own_models_are_in_order():
    assert {status.entry.name: status.hash_ok for status in all_statuses()} == {
        "smollm2-135m": True,
        "minilm-l6": True,
        "e5-multilingual": True,
    }


def test_no_status_needs_torch(tmp_path):
    code = (
        "import sys; from core.shelf.status import all_statuses; import core.shelf.load; all_statuses();"
        "print(sorted({'torch', 'transformers', 'tokenizers', 'numpy'} & set(sys.modules)))"
    )
    environment = os.environ | {"GLASSBOX_HOME": str(tmp_path)}
    assert subprocess.check_output([sys.executable, "-c", code], env=environment, text=True).strip() == "[]"
