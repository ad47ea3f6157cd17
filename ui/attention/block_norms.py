"""Norms on a vector the reader can change, the mean of real vectors, and what a norm costs."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.attention.block_controls import MODEL, run_or_kept, show_slider, show_text
from ui.inputs import show_csv, show_link
from ui.models import ready_language_model
from ui.text import naming, show_error, t

if TYPE_CHECKING:
    from core.attention.block.norm_cost import NormCost
    from core.attention.block.norm_example import NormExample

NUMBERS_KEY = "attention.block_numbers"


def show_norms() -> None:
    """The vector, then the two claims about RMSNorm, measured."""
    st.markdown(t("attention.block.norms.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        numbers, shift, scale, depth = _show_inputs()
    with right:
        example = _example(numbers, shift, scale, depth)
    if example is not None:
        with right:
            _show_bars(example)
        _show_arithmetic(example)
        with left, st.container(horizontal=True):
            show_link("attention", _link_values(numbers, shift, scale, depth))
    st.divider()
    _show_means()
    st.divider()
    _show_cost()


def _show_inputs() -> tuple[str, float, float, int]:
    from core.attention.block.samples import vector_samples

    samples = vector_samples()
    chosen = st.selectbox(
        t("attention.block.norms.source"),
        list(samples),
        format_func=naming("attention.block.model_title.*"),
        key="attention.block.norms.source",
        help=t("attention.block.norms.source_help"),
        on_change=_take_sample,
        persist_state="session",
    )
    sample = samples[chosen]
    st.caption(
        t(
            "attention.block.norms.source_note",
            model=sample.model,
            layer=sample.layer,
            token=sample.token.strip(),
            text=sample.text,
        )
    )
    st.session_state.setdefault(NUMBERS_KEY, _spelled(sample.residual))
    numbers = st.text_input(
        t("attention.block.norms.numbers"),
        key=NUMBERS_KEY,
        help=t("attention.block.norms.numbers_help"),
        persist_state="session",
    )
    shift = show_slider("shift", -5.0, 5.0, 0.0, 0.1, "attention.block.norms")
    scale = show_slider("scale", 0.1, 10.0, 1.0, 0.1, "attention.block.norms")
    depth = show_slider("depth", 6, 48, 24, 6, "attention.block.norms")
    return numbers, shift, scale, int(depth)


def _take_sample() -> None:
    from core.attention.block.samples import vector_samples

    sample = vector_samples()[st.session_state["attention.block.norms.source"]]
    st.session_state[NUMBERS_KEY] = _spelled(sample.residual)


def _spelled(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


def _example(numbers: str, shift: float, scale: float, depth: int) -> "NormExample | None":
    from core.attention.block.norm_example import norm_example

    try:
        return norm_example(numbers, shift, scale, depth)
    except GlassboxError as error:
        show_error(error)
        return None


def _show_bars(example: "NormExample") -> None:
    from core.plots.attention_block_norms import vector_figure

    st.plotly_chart(vector_figure(example.rows, t), key="attention.block.norms.chart")
    st.caption(t(f"attention.block.norms.{'reading' if example.has_sublayer else 'reading_own'}"))
    table = [
        {t(f"attention.block.norms.row.{name}"): values[place] for name, values in example.rows.items()}
        for place in range(len(example.rows["input"]))
    ]
    show_csv(lambda: csv_text(table), "norms.csv", "attention.block.norms.csv")


def _show_arithmetic(example: "NormExample") -> None:
    from core.attention.block.norms import parameter_count

    st.subheader(t("attention.block.norms.formulas"), anchor=False)
    for formula in (example.layer_formula, example.rms_formula, example.deep_formula):
        st.latex(formula)
    st.markdown(
        t("attention.block.norms.deep_note", depth=example.depth, alpha=example.alpha, beta=example.beta)
    )
    width, norms, total = 576, 61, 134_515_008
    counts = {kind: parameter_count(kind, width) for kind in ("layer", "deep", "rms")}
    both = norms * counts["rms"]
    st.markdown(
        t(
            "attention.block.norms.parameters",
            width=width,
            norms=norms,
            all=both,
            share=both / total,
            **counts,
        )
    )


def _link_values(numbers: str, shift: float, scale: float, depth: int) -> dict[str, object]:
    return {
        "view": "block",
        "block_part": "norms",
        "block_numbers": numbers,
        "block_shift": shift,
        "block_scale": scale,
        "block_depth": depth,
    }


def _show_means() -> None:
    st.subheader(t("attention.block.mean.title"), anchor=False)
    st.markdown(t("attention.block.mean.lead"))
    text = show_text()

    def measure() -> dict[str, tuple[float, ...]]:
        from core.attention.block.mean_shares import mean_shares
        from core.shelf.load import load_encoder

        found = mean_shares(ready_language_model(MODEL), load_encoder(), text)
        return {t(f"attention.block.model_title.{name}"): shares for name, shares in found.items()}

    shares = run_or_kept("mean", text, measure)
    if shares is not None:
        from core.plots.attention_block_norms import mean_share_figure

        st.plotly_chart(mean_share_figure(shares, t), key="attention.block.mean.chart")
        st.caption(t("attention.block.mean.reading"))


def _show_cost() -> None:
    st.subheader(t("attention.block.cost.title"), anchor=False)
    st.markdown(t("attention.block.cost.lead"))
    left, right = st.columns(2)
    rows = left.select_slider(
        t("attention.block.cost.rows"),
        (1, 8, 32, 128),
        value=32,
        key="attention.block.cost.rows",
        help=t("attention.block.cost.rows_help"),
        persist_state="session",
    )
    width = right.select_slider(
        t("attention.block.cost.width"),
        (384, 576, 1024, 2048),
        value=576,
        key="attention.block.cost.width",
        help=t("attention.block.cost.width_help"),
        persist_state="session",
    )

    def measure() -> "NormCost":
        from core.attention.block.norm_cost import measure_cost

        return measure_cost(rows, width)

    cost = run_or_kept("cost", (rows, width), measure)
    if cost is not None:
        from core.plots.attention_block_norms import cost_figure

        st.plotly_chart(cost_figure(cost, t), key="attention.block.cost.chart")
        st.caption(
            t(
                "attention.block.cost.reading",
                written=cost.written_ratio,
                kernel=cost.kernel_ratio,
                repetitions=cost.repetitions,
                threads=cost.threads,
            )
        )
