"""From a name to a loaded model: each read once a process, however many readers ask for it.

Nothing is unpickled and no code from a model's folder runs: safetensors and tokenizer.json only,
without remote code. A Hub id or a local folder may stand in where the operator's settings allow it
(core/shelf/stand_in.py).
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import GlassboxError
from core.shelf.catalogue import CATALOGUE, entry
from core.shelf.convert import converted_folder
from core.shelf.offline import prepare_libraries
from core.shelf.stand_in import stand_in_folder
from core.shelf.weights import verified_file

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from core.engines.language_model import LanguageModel

Progress = Callable[[float], None]
MOST_KEPT = 3
"""Loaded models in memory at a time; the one that waited longest for a reader goes first."""

log = logging.getLogger(__name__)

_kept: OrderedDict[tuple[str, str], Any] = OrderedDict()
_loading = threading.Lock()


def load_language_model(name: str, progress: Progress | None = None) -> "LanguageModel":
    """The language model of that name, in evaluation mode and shared by everyone.

    Args:
        name: a name of the shelf; where allowed, a Hub id or a local folder.
        progress: fraction done, 0 to 1; only a first use, which converts the weights, takes long.

    Raises:
        GlassboxError: there is no such model, it may not be used, or its files are not in order.
    """
    if name in CATALOGUE:
        _check_kind(name, "language_model")
        folder = converted_folder(name, progress)
    else:
        folder = stand_in_folder(name)
    return _once(
        ("language_model", str(folder)), lambda: _explained(name, lambda: _read_language_model(name, folder))
    )


def load_encoder(name: str = "minilm-l6") -> "tuple[Any, Tokenizer]":
    """A BERT encoder as transformers' `BertModel` in evaluation mode, with its tokenizer.

    The tokenizer neither truncates nor pads; whoever wants that does it on the ids.

    Raises:
        GlassboxError: there is no such encoder on the shelf, or its files are not in order.
    """
    _check_kind(name, "encoder")
    folder = verified_file(name).parent
    return _once(("encoder", str(folder)), lambda: _read_encoder(folder))


def _check_kind(name: str, kind: str) -> None:
    if entry(name).kind != kind:
        known = ", ".join(model.name for model in CATALOGUE.values() if model.kind == kind)
        raise GlassboxError("shelf.error.kind", name=name, known=known)


def _once(key: tuple[str, str], read: Callable[[], Any]) -> Any:
    """What `read` returned for this key before, or returns now; a second thread waits for the first."""
    with _loading:
        if key not in _kept:
            _kept[key] = read()
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
        return _kept[key]


def _explained(name: str, read: Callable[[], Any]) -> Any:
    """What `read` returns, its failures turned into a sentence: a reader's own folder may hold anything."""
    try:
        return read()
    except GlassboxError:
        raise
    except Exception as error:
        log.warning("%s cannot be read", name, exc_info=error)
        raise GlassboxError("shelf.error.unreadable", name=name) from error


def _read_language_model(name: str, folder: Path) -> "LanguageModel":
    prepare_libraries()
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.utils.logging import disable_progress_bar

    from core.engines.language_model import LanguageModel

    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if config.model_type != "llama":
        raise GlassboxError("engines.error.architecture", model=name, architecture=config.model_type)
    disable_progress_bar()
    module = AutoModelForCausalLM.from_pretrained(
        folder,
        config=config,
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=True,
    )
    for parameter in module.parameters():
        # Out of the mapped file: joining copies half of the weights, the other half would keep all mapped.
        parameter.data = parameter.data.clone()
    template = folder / "chat_template.jinja"
    chat_template = template.read_text(encoding="utf-8") if template.is_file() else ""
    return LanguageModel(name, module, Tokenizer.from_file(str(folder / "tokenizer.json")), chat_template)


def _read_encoder(folder: Path) -> "tuple[Any, Tokenizer]":
    prepare_libraries()
    import torch
    from tokenizers import Tokenizer
    from transformers import BertModel
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    module = BertModel.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True, local_files_only=True, trust_remote_code=False
    )
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return module.eval().requires_grad_(False), tokenizer
