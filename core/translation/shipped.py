"""The translators that come with the project, trained by its own command; each folder has its model card."""

import threading
from pathlib import Path

from core.errors import GlassboxError
from core.translation.model_folder import Translator, load_translator

SHIPPED = ("lstm", "gru", "transformer")
"""In the order in which they were invented."""
FOLDER = Path(__file__).parents[2] / "assets" / "checkpoints" / "translation"

_loaded: dict[str, Translator] = {}
_loading = threading.Lock()


def shipped_translator(name: str) -> Translator:
    """The shipped translator of that name, loaded once and shared: read-only, in evaluation mode.

    Raises:
        GlassboxError: no such model, or its folder is damaged.
    """
    if name not in SHIPPED:
        raise GlassboxError("translation.data.error.no_model", name=name[:60], known=", ".join(SHIPPED))
    with _loading:
        if name not in _loaded:
            _loaded[name] = load_translator(FOLDER / name)
        return _loaded[name]


def translator(name_or_folder: str) -> Translator:
    """A shipped translator by its name, or one that `translate train` wrote, by its folder.

    Raises:
        GlassboxError: neither, or the folder is damaged.
    """
    if name_or_folder in SHIPPED:
        return shipped_translator(name_or_folder)
    folder = Path(name_or_folder)
    if not folder.is_dir():
        raise GlassboxError(
            "translation.data.error.no_model", name=name_or_folder[:60], known=", ".join(SHIPPED)
        )
    return load_translator(folder)
