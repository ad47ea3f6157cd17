"""FlashAttention on one head of the sentence: tile by tile, the proof, the overflow, the traffic."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.attention import variants_inputs as inputs
from ui.inputs import show_csv
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.exchange import HeadVectors
    from core.attention.flash import FlashRun

LENGTHS = (128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768)
BYTES = 2


def show_flash() -> None:
    """The stepper, then overflow, then why it is faster."""
    st.markdown(t("attention.variants.flash.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = inputs.show_text()
        found = inputs.sentence_ids(text)
        layer, head = inputs.show_place(30, 9)
        rows, columns = _show_tile("rows", 4), _show_tile("columns", 4)
        link = {"variants_tile_rows": rows, "variants_tile_columns": columns}
        link["variants_tile_step"] = int(st.session_state.get("attention.variants_tile_step", 1))
        inputs.show_section_link("flash", text, layer=layer, head=head, **link)
        st.markdown(t("attention.variants.flash.formula"))
    if found is not None:
        ids, tokens = found
        with right:
            try:
                _show_run(inputs.vectors_of(ids)[layer], head, rows, columns, tokens)
            except GlassboxError as error:
                show_error(error)
        st.divider()
        _show_overflow(ids, tokens)
    st.divider()
    _show_traffic()


def _show_tile(name: str, first: int) -> int:
    st.session_state.setdefault(f"attention.variants_tile_{name}", first)
    return int(
        st.slider(
            t(f"attention.variants.flash.{name}"),
            1,
            16,
            key=f"attention.variants_tile_{name}",
            help=t(f"attention.variants.flash.{name}_help"),
            persist_state="session",
        )
    )


def _show_run(vectors: "HeadVectors", head: int, rows: int, columns: int, tokens: list[str]) -> None:
    from core.attention.flash import difference_from_torch, flash_attention
    from core.attention.shared_heads import repeat_heads

    heads = vectors.queries.shape[0]
    keys, values = repeat_heads(vectors.keys, heads)[head], repeat_heads(vectors.values, heads)[head]
    queries = vectors.queries[head]
    run = flash_attention(queries, keys, values, rows, columns)
    inputs.show_metrics(
        "attention.variants.flash.metric",
        {
            "difference": f"{difference_from_torch(run, queries, keys, values):.1e}",
            "tiles": f"{len(run.steps)}",
            "skipped": f"{len(run.skipped)}",
            "held": f"{rows * columns} / {run.length**2}",
        },
    )
    _show_step(run, tokens)


@st.fragment
def _show_step(run: "FlashRun", tokens: list[str]) -> None:
    """One tile and its rows; a fragment, so that stepping repaints nothing else."""
    from core.plots.attention_variants_flash import statistics_rows, tile_figure

    number = _show_stepper(len(run.steps))
    step = run.steps[number - 1]
    st.plotly_chart(tile_figure(run, number, tokens, t), key="attention.variants.flash.tiles")
    st.caption(t("attention.variants.flash.tiles.reading"))
    first = step.rows[0]
    st.markdown(
        t(
            "attention.variants.flash.said",
            number=number,
            rows=f"{first + 1}-{step.rows[1]}",
            columns=f"{step.columns[0] + 1}-{step.columns[1]}",
            token=tokens[first].replace("`", "ˋ"),
            rescale=float(step.rescale[0]),
            old=float(step.old_sum[0]),
            new=float(step.new_sum[0]),
        )
    )
    rows = statistics_rows(step, tokens, t)
    st.dataframe(rows, hide_index=True, key="attention.variants.flash.statistics")
    st.caption(t("attention.variants.flash.statistics.reading"))
    show_csv(lambda: csv_text(rows), "tile.csv", "attention.variants.flash.csv")


def _show_stepper(last: int) -> int:
    key = "attention.variants_tile_step"
    kept = int(st.session_state.get(key, min(9, last)))
    st.session_state[key] = min(max(kept, 1), last)
    if last == 1:
        return 1
    return int(
        st.slider(
            t("attention.variants.flash.step"),
            1,
            last,
            key=key,
            help=t("attention.variants.flash.step_help"),
            persist_state="session",
        )
    )


def _show_overflow(ids: list[int], tokens: list[str]) -> None:
    from core.attention.flash import largest_score, overflow
    from core.plots.attention_variants_flash import overflow_rows

    st.subheader(t("attention.variants.flash.overflow.title"), anchor=False)
    largest = inputs.kept_for("largest", (ids,), lambda: largest_score(inputs.vectors_of(ids)))
    found = overflow(largest.scores)
    st.markdown(
        t(
            "attention.variants.flash.overflow.lead",
            layer=largest.layer,
            head=largest.head,
            score=float(largest.scores.max()),
            token=tokens[largest.row].replace("`", "ˋ"),
        )
    )
    outcome = "broken" if found.broken else "intact"
    st.markdown(t(f"attention.variants.flash.overflow.{outcome}"))
    rows = overflow_rows(found, tokens[: largest.row + 1], t)
    st.dataframe(rows, hide_index=True, key="attention.variants.flash.overflow.rows", height=250)


def _show_traffic() -> None:
    from core.attention.flash_traffic import A100_FAST_MEMORY, compare_traffic
    from core.plots.attention_variants_flash import traffic_figure

    st.subheader(t("attention.variants.flash.traffic.subtitle"), anchor=False)
    st.markdown(t("attention.variants.flash.traffic.lead"))
    st.session_state.setdefault("attention.variants.flash.length", 4096)
    length = st.select_slider(
        t("attention.variants.flash.length"),
        LENGTHS,
        key="attention.variants.flash.length",
        help=t("attention.variants.flash.length_help"),
        persist_state="session",
    )
    compared = {each: compare_traffic(each, 64, A100_FAST_MEMORY, BYTES) for each in LENGTHS}
    found = compared[int(length)]
    moving, tiled = found.moving_seconds
    inputs.show_metrics(
        "attention.variants.flash.traffic.metric",
        {
            "written": f"{found.written_out.total * BYTES / 1e6:,.1f} MB",
            "tiled": f"{found.in_tiles.total * BYTES / 1e6:,.1f} MB",
            "saving": f"{found.saving:.1f} ×",
            "moving": f"{1e6 * moving:,.1f} / {1e6 * tiled:,.1f} µs",
            "multiplying": f"{1e6 * found.multiplying_seconds:,.1f} µs",
        },
    )
    st.plotly_chart(
        traffic_figure(list(compared.values()), int(length), BYTES, t),
        key="attention.variants.flash.traffic",
    )
    st.caption(t("attention.variants.flash.traffic.reading", columns=found.tile_columns))
