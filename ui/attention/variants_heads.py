"""Shared heads: who reads whose keys, what it costs in published models, what merging costs the real one."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.attention import variants_inputs as inputs
from ui.attention.variants_links import KINDS
from ui.inputs import show_csv, show_segments
from ui.models import ready_language_model
from ui.text import naming, show_error, t

if TYPE_CHECKING:
    from core.attention.head_merging import MergeCurve, SqueezedLoss

FORMATS = {"float32": 4.0, "bfloat16": 2.0, "int8": 1.0}
COUNTS = (0, 1, 2, 4, 8, 15, 30)
RANKS = (256, 128)
LOSS_TOKENS = 64


def show_heads() -> None:
    """One layer four ways; the bill of published models; the loss of the real one."""
    st.markdown(t("attention.variants.heads.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = inputs.show_text()
        found = inputs.sentence_ids(text)
        kind = show_segments("attention", "variants_kind", KINDS)
        rank = _show_rank(kind)
        layer, _ = inputs.show_place(30, 9)
        inputs.show_section_link("heads", text, layer=layer, variants_kind=kind, variants_rank=rank)
    if found is not None:
        with right:
            try:
                _show_layer(found[0], kind, rank, layer)
            except GlassboxError as error:
                show_error(error)
    st.divider()
    _show_bill()
    st.divider()
    _show_quality()


def _show_rank(kind: str) -> int:
    st.session_state.setdefault("attention.variants_rank", 128)
    if kind != "latent":
        return int(st.session_state["attention.variants_rank"])
    return int(
        st.slider(
            t("attention.variants.heads.rank"),
            8,
            384,
            step=8,
            key="attention.variants_rank",
            help=t("attention.variants.heads.rank_help"),
            persist_state="session",
        )
    )


def _show_layer(ids: list[int], kind: str, rank: int, layer: int) -> None:
    from core.attention.head_kinds_compared import one_layer_as
    from core.plots.attention_variants_heads import output_figure, sharing_figure

    vectors = inputs.vectors_of(ids)[layer]
    found = one_layer_as(ready_language_model(inputs.MODEL), layer, vectors, kind, rank)
    st.markdown(t(f"attention.variants.heads.said.{kind}"))
    st.plotly_chart(sharing_figure(9, found.groups, kind, t), key="attention.variants.heads.sharing")
    inputs.show_metrics(
        "attention.variants.heads.metric",
        {
            "numbers": f"{found.cached_numbers}",
            "bytes": f"{found.cached_numbers * 30 * 2:,} B",
            "difference": f"{found.difference:.1e}" if found.difference else "0",
        },
    )
    shapes = {"queries": found.queries_shape, "stored": found.stored_shape, "output": found.output_shape}
    st.caption(
        t("attention.variants.heads.shapes", **{name: " × ".join(map(str, s)) for name, s in shapes.items()})
    )
    st.plotly_chart(output_figure(found.similarities, t), key="attention.variants.heads.output")
    st.caption(t("attention.variants.heads.output.reading", layer=layer))


def _show_bill() -> None:
    from core.attention.cache_cost import PUBLISHED
    from core.plots.attention_variants_heads import bytes_figure, bytes_rows

    st.subheader(t("attention.variants.heads.bytes.subtitle"), anchor=False)
    left, right = st.columns(2)
    with left:
        form = st.selectbox(
            t("attention.variants.heads.format"),
            list(FORMATS),
            index=1,
            format_func=naming("attention.variants.format.*"),
            key="attention.variants.heads.format",
            help=t("attention.variants.heads.format_help"),
            persist_state="session",
        )
    with right:
        context = st.select_slider(
            t("attention.variants.heads.context"),
            [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072],
            8192,
            key="attention.variants.heads.context",
            help=t("attention.variants.heads.context_help"),
            persist_state="session",
        )
    st.plotly_chart(bytes_figure(PUBLISHED, FORMATS[form], t), key="attention.variants.heads.bytes")
    st.caption(t("attention.variants.heads.bytes.reading"))
    rows = bytes_rows(PUBLISHED, int(context), FORMATS[form], t)
    st.dataframe(rows, hide_index=True, key="attention.variants.heads.table")
    show_csv(lambda: csv_text(rows), "cache.csv", "attention.variants.heads.csv")


def _show_quality() -> None:
    from core.plots.attention_variants_heads import merge_figure, squeeze_figure

    st.subheader(t("attention.variants.merge.subtitle"), anchor=False)
    st.markdown(t("attention.variants.merge.lead", tokens=LOSS_TOKENS))
    found = inputs.run_for("merge", (), _measure)
    if found is None:
        return
    curve, squeezed = found
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(merge_figure(curve, t), key="attention.variants.merge.chart")
        st.caption(t("attention.variants.merge.reading"))
    with right:
        st.plotly_chart(squeeze_figure(squeezed, t), key="attention.variants.merge.squeeze")
        st.caption(t("attention.variants.merge.squeeze_reading"))


def _measure(progress: inputs.Progress) -> "tuple[MergeCurve, tuple[SqueezedLoss, ...]]":
    from core.attention.exchange import prose_ids
    from core.attention.head_merging import merge_curve, squeeze_every_layer

    model = ready_language_model(inputs.MODEL)
    ids = prose_ids(model, LOSS_TOKENS)
    curve = merge_curve(model, ids, COUNTS, progress=lambda share: progress(share / 2))
    return curve, squeeze_every_layer(model, ids, RANKS, lambda share: progress(0.5 + share / 2))
