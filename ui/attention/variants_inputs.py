"""What the sections of variants share: the sentence, the layer and head, results kept in the session."""

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from core.attention.sentences import sentences
from core.errors import GlassboxError
from ui.inputs import show_link
from ui.models import ready_language_model
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.exchange import HeadVectors
    from core.engines.language_model import LanguageModel

T = TypeVar("T")
Progress = Callable[[float], None]

MODEL = "smollm2-135m"
LONGEST = 32
"""Tokens of the sentence that are drawn."""
MOST_KEPT = 4
FIRST_LAYER, FIRST_HEAD = 10, 2


def show_text() -> str:
    """The sentence, the same as in the other views."""
    st.session_state.setdefault("attention.text", sentences()[0].text)
    return st.text_area(
        t("attention.variants.text.label"),
        key="attention.text",
        height=90,
        help=t("attention.variants.text.help", most=LONGEST),
        persist_state="session",
    )


def show_place(layers: int, heads: int) -> tuple[int, int]:
    """Which layer and which head are looked at."""
    left, right = st.columns(2)
    with left:
        layer = _show_number("layer", layers, FIRST_LAYER)
    with right:
        return layer, _show_number("head", heads, FIRST_HEAD)


def _show_number(name: str, count: int, first: int) -> int:
    key = f"attention.{name}"
    kept = st.session_state.get(key)
    st.session_state[key] = min(max(int(first if kept is None else kept), 0), count - 1)
    return int(
        st.number_input(
            t(f"attention.variants.{name}.label"),
            0,
            count - 1,
            key=key,
            help=t(f"attention.variants.{name}.help", last=count - 1),
            persist_state="session",
        )
    )


def sentence_ids(text: str) -> tuple[list[int], list[str]] | None:
    """Ids and texts of the sentence's tokens, at most `LONGEST`; None, with a word on screen, if too few."""
    try:
        model = ready_language_model(MODEL)
    except GlassboxError as error:
        show_error(error)
        return None
    ids = model.encode(text)
    if len(ids) < 2:
        st.info(t("attention.variants.text.empty"), icon=":material/edit:")
        return None
    if len(ids) > LONGEST:
        st.caption(t("attention.variants.text.cut", shown=LONGEST, tokens=len(ids)))
    ids = ids[:LONGEST]
    return ids, spelled(model, ids)


def spelled(model: "LanguageModel", ids: list[int]) -> list[str]:
    """The text of each token."""
    from core.attention.token_spelling import spell

    return list(spell(model.tokenizer, ids))


def kept_for(kind: str, place: tuple[object, ...], make: Callable[[], T]) -> T:
    """What `make` gives, computed in this reader's turn and kept in the session for the last few inputs.

    Raises:
        GlassboxError: what `make` raises.
    """
    kept: dict[str, T] = st.session_state.setdefault(f"attention.variants.kept.{kind}", {})
    name = hashlib.sha256(repr(place).encode("utf-8", "surrogatepass")).hexdigest()
    if name not in kept:
        with turn_in_queue(st.empty()), st.spinner(t("attention.variants.running")):
            kept[name] = make()
        for oldest in list(kept)[:-MOST_KEPT]:
            del kept[oldest]
    return kept[name]


def vectors_of(ids: list[int]) -> "list[HeadVectors]":
    """What every layer's attention works on, for this sentence."""
    from core.attention.exchange import layer_vectors

    return kept_for("vectors", (ids,), lambda: layer_vectors(ready_language_model(MODEL), ids))


def run_for(name: str, place: tuple[object, ...], measure: Callable[[Progress], T]) -> T | None:
    """A button that measures with a bar, and its last result while the inputs stay; None before the first.

    Args:
        name: of the experiment; wording under `attention.variants.<name>.run`.
        place: the inputs; another input asks for another run.
        measure: the experiment, which reports the share done.
    """
    key = f"attention.variants.{name}"
    kept: dict[str, T] = st.session_state.setdefault(f"{key}.kept", {})
    asked = repr(place)
    pressed = st.button(
        t(f"{key}.run"),
        key=f"{key}.run",
        type="primary",
        icon=":material/play_arrow:",
        help=t(f"{key}.run_help"),
    )
    if pressed:
        bar = st.empty()

        def show(share: float) -> None:
            bar.progress(min(share, 1.0), text=t("attention.variants.running"))

        try:
            with turn_in_queue(st.empty()):
                show(0.0)
                kept[asked] = measure(show)
        except GlassboxError as error:
            show_error(error)
        bar.empty()
        for oldest in list(kept)[:-MOST_KEPT]:
            del kept[oldest]
    if asked not in kept:
        st.info(t(f"{key}.empty"), icon=":material/play_circle:")
    return kept.get(asked)


def show_metrics(prefix: str, values: Mapping[str, str]) -> None:
    """Numbers in a row; wording and help under `<prefix>.<name>` and `<prefix>.<name>_help`."""
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(t(f"{prefix}.{name}"), value, help=t(f"{prefix}.{name}_help"), width="content")


def show_section_link(section: str, text: str | None, **values: object) -> None:
    """The link that opens this section with these settings."""
    own = {} if text is None else {"text": text}
    show_link("attention", {"view": "variants", "variants_section": section, **own, **values})
