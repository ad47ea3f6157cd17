import subprocess
import sys
import threading

import pytest

from core.engines import choose
from core.errors import GlassboxError


def test_an_unknown_engine_is_refused_with_the_known_ones() -> None:
    with pytest.raises(GlassboxError, match=r"no engine “gpu”; choose one of torch, llama\.cpp, endpoint"):
        choose.engine("gpu")


@pytest.mark.parametrize("name", ["torch", "llama.cpp"])
def test_an_unknown_model_is_refused(name: str, empty_home) -> None:
    with pytest.raises(GlassboxError):
        choose.engine(name, "no-such-model")


def test_many_first_callers_load_once(monkeypatch: pytest.MonkeyPatch, empty_home) -> None:
    made: list[object] = []
    gate = threading.Barrier(8)

    def make(model: str) -> object:
        made.append(model)
        return object()

    def ask(found: list[object]) -> None:
        gate.wait()
        found.append(choose.engine("torch", "m"))

    monkeypatch.setattr(choose, "_torch", make)
    found: list[object] = []
    threads = [threading.Thread(target=ask, args=(found,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert made == ["m"]
    assert len(set(map(id, found))) == 1


def test_choosing_imports_no_heavy_library() -> None:
    program = "import core.engines.choose, core.engines.fair_queue, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
