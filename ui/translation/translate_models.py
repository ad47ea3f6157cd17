"""The models of this view, shipped and the reader's own, and what each made of the sentence.

Results are kept in the session: a control that changes only what is shown computes nothing anew.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from core.errors import GlassboxError
from core.translation.own_models import own_models
from ui.queue import turn_in_queue
from ui.text import t
from ui.workspace import workspace_hash

if TYPE_CHECKING:
    from core.translation.explain import Explained, WidthFound
    from core.translation.follow import Opened
    from core.translation.model_folder import Translator

SHIPPED = ("lstm", "gru", "transformer")
MOST_KEPT = 60
"""Results of this view that a session keeps."""
Result = TypeVar("Result")
_KEPT = "translation.translate.kept"


def model_names() -> list[str]:
    """Shipped models, then the reader's own by the names of their trainings."""
    return [*SHIPPED, *own_models(workspace_hash())]


def chosen_model() -> str:
    """The model that the reader looks into; the Transformer unless another is chosen that is still there."""
    if st.session_state.get("translation.model") not in model_names():
        st.session_state["translation.model"] = SHIPPED[-1]
    return str(st.session_state["translation.model"])


def naming_models() -> Callable[[str], str]:
    """How a model is called; the wording is looked up now, in the reader's language."""
    known = {name: t(f"translation.translate.model.{name}") for name in SHIPPED}
    return lambda name: known.get(name, name)


def explained(model: str, text: str, width: int) -> "Explained":
    """What `model` makes of `text`; computed once.

    Raises:
        GlassboxError: the text cannot be translated, or the model's folder is damaged.
    """
    from core.translation.explain import explain

    return _kept(("explain", model, text, width), lambda: explain(_translator(model), text, width))


def opened(model: str, text: str, source: tuple[int, ...], written: tuple[int, ...]) -> "Opened":
    """One translation with what the model held likely at each token and where it looked."""
    from core.translation.follow import open_translation

    return _kept(
        ("open", model, text, written), lambda: open_translation(_translator(model), source, written)
    )


def by_width(model: str, text: str, widths: tuple[int, ...]) -> "list[WidthFound]":
    """What searches of several widths find."""
    from core.translation.explain import found_by_width

    return _kept(("width", model, text, widths), lambda: found_by_width(_translator(model), text, widths))


def token_texts(model: str, ids: set[int]) -> dict[int, str]:
    """How the model's vocabulary spells these tokens."""
    vocabulary = _kept(("vocabulary", model), lambda: _translator(model).vocabulary)
    return {number: vocabulary.token(number) for number in ids}


def written_text(model: str, ids: tuple[int, ...]) -> str:
    """The text of these tokens."""
    vocabulary = _kept(("vocabulary", model), lambda: _translator(model).vocabulary)
    return str(vocabulary.decode(ids))


def _kept(key: tuple[object, ...], compute: Callable[[], Result]) -> Result:
    """The result of that key, computed in turn with other readers where it is not there yet."""
    kept = st.session_state.setdefault(_KEPT, {})
    if key not in kept:
        with turn_in_queue(st.empty()), st.spinner(t("translation.translate.computing")):
            kept[key] = compute()
        for oldest in list(kept)[:-MOST_KEPT]:
            del kept[oldest]
    result: Result = kept[key]
    return result


def _translator(model: str) -> "Translator":
    from core.translation.shipped import translator

    if model in SHIPPED:
        return translator(model)
    folder = own_models(workspace_hash()).get(model)
    if folder is None:
        raise GlassboxError("translation.translate.error.own_gone")
    return translator(str(folder))
