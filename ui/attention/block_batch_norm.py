"""Batch norm against layer norm: one sentence in two batches, and statistics at test time."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from ui.attention.block_controls import kept_or_made, run_or_kept
from ui.inputs import show_csv, show_link
from ui.text import naming, t

if TYPE_CHECKING:
    from core.attention.block.batch_norm import Company, RunningError

LOOKS = ("batch", "padding", "layer")
SIZES = (1, 2, 4, 8)
SENTENCES = 48


def show_batch_norm() -> None:
    """The sentence and its company, then the running statistics."""
    st.markdown(t("attention.block.batch.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        sentence, first, second = _show_sentences()
        layer = _show_number("layer", 0, 6, 3)
        position = _show_number("position", 0, 30, 2)
    place = (sentence, first, second, layer, position)

    def measure() -> "Company":
        from core.attention.block.batch_norm import in_two_batches
        from core.shelf.load import load_encoder

        return in_two_batches(load_encoder(), *place)

    with right:
        company = kept_or_made("company", place, measure)
        if company is not None:
            _show_company(company)
    st.divider()
    _show_running()


def _show_sentences() -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    from core.attention.block.samples import batches

    sample = batches()
    sentence = st.text_input(
        t("attention.block.batch.sentence"),
        sample.sentence,
        key="attention.block.batch.sentence",
        help=t("attention.block.batch.sentence_help"),
        persist_state="session",
    )
    others = [
        st.text_area(
            t(f"attention.block.batch.{name}"),
            "\n".join(given),
            key=f"attention.block.batch.{name}",
            height=110,
            help=t("attention.block.batch.company_help"),
            persist_state="session",
        )
        for name, given in (("first", sample.first), ("second", sample.second))
    ]
    first, second = (tuple(line for line in text.splitlines() if line.strip()) for text in others)
    return sentence, first, second


def _show_number(name: str, low: int, high: int, first: int) -> int:
    label = "attention.block.layer.label" if name == "layer" else f"attention.block.batch.{name}"
    return st.slider(
        t(label),
        low,
        high,
        first,
        key=f"attention.block.batch.{name}",
        help=t(f"attention.block.batch.{name}_help"),
        persist_state="session",
    )


def _show_company(company: "Company") -> None:
    from core.plots.attention_block_batch_norm import company_figure

    with st.container(horizontal=True, gap="medium"):
        for name in ("batch_change", "padding_change", "layer_change"):
            st.metric(
                t(f"attention.block.company.{name}"),
                f"{abs(getattr(company, name)):.3f}",
                help=t("attention.block.company.change_help"),
                width="content",
            )
    st.session_state.setdefault("attention.block_look", LOOKS[0])
    look = st.segmented_control(
        t("attention.block.batch.look.label"),
        LOOKS,
        format_func=naming("attention.block.batch.look.*"),
        key="attention.block_look",
        required=True,
        wrap=True,
        help=t("attention.block.batch.look.help"),
        persist_state="session",
    )
    st.plotly_chart(company_figure(company, look or LOOKS[0], t), key="attention.block.company.chart")
    first, second = company.tokens
    st.caption(t("attention.block.company.reading", first=first, second=second, padding=company.padding))
    st.latex(company.formula)
    with st.container(horizontal=True):
        show_link("attention", {"view": "block", "block_part": "batch_norm", "block_look": look})
        show_csv(lambda: csv_text(_rows(company)), "batch_norm.csv", "attention.block.company.csv")


def _rows(company: "Company") -> list[dict[str, object]]:
    names = ("batch_first", "batch_second", "batch_padded", "layer_first", "layer_second")
    return [
        {"place": place + 1, **{name: getattr(company, name)[place] for name in names}}
        for place in company.features
    ]


def _show_running() -> None:
    st.subheader(t("attention.block.running.title"), anchor=False)
    st.markdown(t("attention.block.running.lead"))

    def measure() -> "tuple[RunningError, ...]":
        from core.attention.block.batch_norm import running_error
        from core.attention.block.samples import prose_and_code
        from core.shelf.load import load_encoder

        prose, code = prose_and_code(SENTENCES)
        return tuple(running_error(load_encoder(), prose, code[: SENTENCES // 2], 3, size) for size in SIZES)

    found = run_or_kept("running", SIZES, measure)
    if found is None:
        return
    from core.plots.attention_block_batch_norm import running_figure

    st.plotly_chart(running_figure(found, t), key="attention.block.running.chart")
    st.caption(
        t(
            "attention.block.running.reading",
            small=found[0].mean("alike"),
            size=found[-1].size,
            large=found[-1].mean("alike"),
            unlike=found[-1].mean("unlike"),
        )
    )
