"""The key/value cache: filling token by token, the multiplications it saves, and measured time."""

from typing import TYPE_CHECKING

import streamlit as st

from ui.attention import variants_inputs as inputs
from ui.models import ready_language_model
from ui.text import t

if TYPE_CHECKING:
    from core.attention.cache_cost import TokenTime

LENGTHS = (1, 16, 64, 128, 256)
DRAWN_LENGTHS = (1, 4, 16, 64, 256, 1024, 2048, 4096, 8192)


def show_cache() -> None:
    """The sentence's own cache, then the saving by length."""
    st.markdown(t("attention.variants.cache.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = inputs.show_text()
        found = inputs.sentence_ids(text)
        layer, head = inputs.show_place(30, 9)
        filled = _show_slider(len(found[0]) if found else 2)
        inputs.show_section_link("cache", text, layer=layer, head=head, variants_filled=filled)
    if found is not None:
        with right:
            _show_content(*found, layer, head, filled)
    st.divider()
    _show_saving()


def _show_slider(length: int) -> int:
    """How many tokens have been read."""
    kept = int(st.session_state.get("attention.variants_filled", max(length // 2, 1)))
    st.session_state["attention.variants_filled"] = min(max(kept, 1), length)
    return int(
        st.slider(
            t("attention.variants.cache.filled"),
            1,
            length,
            key="attention.variants_filled",
            help=t("attention.variants.cache.filled_help"),
            persist_state="session",
        )
    )


def _show_content(ids: list[int], tokens: list[str], layer: int, head: int, filled: int) -> None:
    from core.attention.cache_cost import cache_bytes, token_work
    from core.plots.attention_variants_cache import content_figure

    model = ready_language_model(inputs.MODEL)
    group = head * model.key_value_heads // model.query_heads
    keys = inputs.vectors_of(ids)[layer].keys[group]
    work = token_work(model, filled)
    size = cache_bytes(model, filled)
    inputs.show_metrics(
        "attention.variants.cache.metric",
        {
            "bytes": f"{size:,} B",
            "with": f"{work.with_cache:,.0f} M",
            "without": f"{work.without_cache:,.0f} M",
            "saved": f"{1 - work.with_cache / work.without_cache:.0%}",
        },
    )
    st.markdown(t("attention.variants.cache.formula", tokens=filled, bytes=size))
    st.plotly_chart(content_figure(keys, filled, tokens, t), key="attention.variants.cache.content")
    st.caption(t("attention.variants.cache.content.reading", layer=layer, head=head, group=group))


def _show_saving() -> None:
    from core.attention.cache_cost import token_work
    from core.plots.attention_variants_cache import time_figure, work_figure

    st.subheader(t("attention.variants.cache.saving"), anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        model = ready_language_model(inputs.MODEL)
        works = [token_work(model, length) for length in DRAWN_LENGTHS]
        st.plotly_chart(work_figure(works, t), key="attention.variants.cache.work")
        st.caption(t("attention.variants.cache.work.reading"))
    with right:
        times = inputs.run_for("cache.time", (), _measure)
        if times is not None:
            st.plotly_chart(time_figure(times, t), key="attention.variants.cache.time")
            last = times[-1]
            st.caption(
                t(
                    "attention.variants.cache.time.reading",
                    length=last.length,
                    times=last.without_cache / last.with_cache,
                )
            )


def _measure(progress: inputs.Progress) -> "tuple[TokenTime, ...]":
    from core.attention.cache_cost import time_per_token
    from core.attention.exchange import prose_ids

    model = ready_language_model(inputs.MODEL)
    return time_per_token(model, prose_ids(model, max(LENGTHS) + 1), LENGTHS, progress=progress)
