"""The engine by its name, loaded once for the whole process."""

import threading
from collections.abc import Callable
from pathlib import Path

from core.engines.requests import Engine
from core.errors import GlassboxError
from core.settings import settings

ENGINES = ("torch", "llama.cpp", "endpoint")

_loading = threading.Lock()
_loaded: dict[tuple[str, str, Path], Engine] = {}


def engine(name: str, model: str = "smollm2-135m") -> Engine:
    """The engine `name` for the shelf's `model`; the first call loads it, later ones share it.

    An endpoint has no model of the shelf: the operator's settings name its model, and are read anew
    each time.

    Raises:
        GlassboxError: no such engine or model, the weights are missing or altered, or no endpoint is set.
    """
    if name == "endpoint":
        from core.engines.endpoint_engine import endpoint_from

        return endpoint_from(settings())
    makers: dict[str, Callable[[str], Engine]] = {"torch": _torch, "llama.cpp": _llama}
    if name not in makers:
        raise GlassboxError("engines.error.unknown_engine", name=str(name)[:40], known=", ".join(ENGINES))
    kept_under = (name, model, settings().home)
    with _loading:
        if kept_under not in _loaded:
            _loaded[kept_under] = makers[name](model)
        return _loaded[kept_under]


# Heavy libraries are imported only by the engine that needs them.


def _torch(model: str) -> Engine:
    from core.engines.torch_engine import TorchEngine
    from core.shelf.load import load_language_model

    return TorchEngine(load_language_model(model))


def _llama(model: str) -> Engine:
    from core.engines.llama_engine import open_llama_engine

    return open_llama_engine(model)
