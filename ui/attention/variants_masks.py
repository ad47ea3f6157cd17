"""Who may look at whom: four masks on the real decoder, and the filling of a batch."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.token_label import token_label
from ui.attention import variants_inputs as inputs
from ui.attention.variants_links import MASKS
from ui.inputs import show_csv, show_segments
from ui.models import ready_language_model
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.looking import MaskedReading, PaddingEffect


def show_masks() -> None:
    """The mask, the weights under it, what changed; then the filling."""
    st.markdown(t("attention.variants.masks.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = inputs.show_text()
        found = inputs.sentence_ids(text)
        st.session_state.setdefault("attention.variants_mask", "prefix")
        name = show_segments("attention", "variants_mask", MASKS)
        size = _show_size(name, len(found[0]) if found else 2)
        layer, head = inputs.show_place(30, 9)
        inputs.show_section_link(
            "masks", text, layer=layer, head=head, variants_mask=name, variants_size=size
        )
    if found is None:
        return
    ids, tokens = found
    try:
        with right:
            under, causal = _reading(ids, name, size), _reading(ids, "causal", 1)
            _show_pictures(under, tokens, name, layer, head)
        _show_changes(under, causal, tokens, name)
        st.divider()
        _show_filling(ids)
    except GlassboxError as error:
        show_error(error)


def _show_size(name: str, length: int) -> int:
    """How long the prefix or the window is."""
    kept = int(st.session_state.get("attention.variants_size", 4))
    st.session_state["attention.variants_size"] = min(max(kept, 1), max(length, 2))
    if name not in ("prefix", "window"):
        return int(st.session_state["attention.variants_size"])
    return int(
        st.slider(
            t(f"attention.variants.masks.size.{name}"),
            1,
            max(length, 2),
            key="attention.variants_size",
            help=t("attention.variants.masks.size_help"),
            persist_state="session",
        )
    )


def _reading(ids: list[int], name: str, size: int) -> "MaskedReading":
    from core.attention.looking import mask_named, read_under

    used = min(size, len(ids)) if name in ("prefix", "window") else 0

    def read() -> "MaskedReading":
        return read_under(ready_language_model(inputs.MODEL), ids, mask_named(name, len(ids), used))

    return inputs.kept_for("masks", (ids, name, used), read)


def _show_pictures(under: "MaskedReading", tokens: list[str], name: str, layer: int, head: int) -> None:
    from core.plots.attention_variants_looking import mask_figure, weights_figure

    st.markdown(t(f"attention.variants.masks.said.{name}"))
    st.plotly_chart(mask_figure(under.mask, tokens, t), key="attention.variants.masks.mask")
    title = t("attention.variants.masks.weights.title", layer=layer, head=head)
    st.plotly_chart(
        weights_figure(under.weights[layer, head], tokens, tokens, title, t),
        key="attention.variants.masks.weights",
    )
    st.caption(t("attention.variants.masks.reading"))


def _show_changes(under: "MaskedReading", causal: "MaskedReading", tokens: list[str], name: str) -> None:
    from core.attention.looking import similarity
    from core.plots.attention_variants_looking import changed_figure, next_rows

    st.subheader(t("attention.variants.masks.changed.subtitle"), anchor=False)
    if name == "causal":
        st.info(t("attention.variants.masks.changed.choose"), icon=":material/tune:")
        return
    same = similarity(under.hidden, causal.hidden)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(changed_figure(same, tokens, t), key="attention.variants.masks.changed")
        st.caption(t("attention.variants.masks.changed.reading"))
    with right:
        model = ready_language_model(inputs.MODEL)
        titles = [t("attention.variants_mask.causal"), t(f"attention.variants_mask.{name}")]
        readings = [causal, under]
        names = [inputs.spelled(model, list(reading.next_ids)) for reading in readings]
        rows = next_rows(list(zip(titles, readings, strict=True)), names, t)
        st.markdown(t("attention.variants.masks.next.lead"))
        st.dataframe(rows, hide_index=True, key="attention.variants.masks.next")
        st.caption(t(f"attention.variants.masks.next.{name}"))
        show_csv(lambda: csv_text(rows), "masks.csv", "attention.variants.masks.csv")


def _show_filling(ids: list[int]) -> None:
    from core.attention.looking import padding_effect

    st.subheader(t("attention.variants.filling.title"), anchor=False)
    st.markdown(t("attention.variants.filling.lead"))
    filling = st.slider(
        t("attention.variants.filling.label"),
        0,
        16,
        4,
        key="attention.variants.filling",
        help=t("attention.variants.filling.help"),
        persist_state="session",
    )

    def measure() -> "PaddingEffect":
        model = ready_language_model(inputs.MODEL)
        return padding_effect(model, ids, int(filling), model.end_ids[0])

    effect = inputs.kept_for("filling", (ids, filling), measure)
    spelled = inputs.spelled(ready_language_model(inputs.MODEL), list(effect.next_ids))
    names = [token_label(name) for name in spelled]
    inputs.show_metrics(
        "attention.variants.filling.metric",
        {"masked": f"{effect.masked:.1e}", "unmasked": f"{effect.unmasked:.1%}"},
    )
    st.caption(t("attention.variants.filling.reading", alone=names[0], masked=names[1], unmasked=names[2]))
