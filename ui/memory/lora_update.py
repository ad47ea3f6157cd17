"""The update of one real matrix: A, B, their product, and how much of it a rank can hold."""

import re

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.lora.picture import MATRICES, SOURCES, UpdatePicture, update_picture
from core.memory.lora.tuning_settings import RANKS, SCALE, SHARED_BLOCK
from core.memory.methods import Method
from core.memory.presets import preset
from core.memory.trained import trainable_parameters
from ui.inputs import show_csv, show_link, show_segments
from ui.memory.lora_link import SCALES
from ui.text import show_error, t


def show_update() -> None:
    """Controls and figures on top, the pictures below."""
    st.markdown(t("memory.lora.update.asked"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        matrix = show_segments("memory", "lora_matrix", MATRICES)
        source = show_segments("memory", "lora_source", SOURCES)
        rank = _show_rank()
        scale = _show_scale() if source == "lora" else SCALE
        show_link(
            "memory",
            {
                "view": "lora",
                "lora_part": "update",
                "lora_matrix": matrix,
                "lora_source": source,
                "lora_rank": rank,
                "lora_scale": scale,
            },
        )
    try:
        picture = update_picture(matrix, source, rank, scale * rank if source == "lora" else None)
    except GlassboxError as error:
        show_error(error)
        return
    with right:
        _show_numbers(picture)
    _show_figures(picture)


def _show_rank() -> int:
    st.session_state.setdefault("memory.lora_rank", 8)
    return int(
        st.select_slider(
            t("memory.lora.update.rank"),
            RANKS,
            key="memory.lora_rank",
            help=t("memory.lora.update.rank_help"),
            persist_state="session",
        )
    )


def _show_scale() -> float:
    st.session_state.setdefault("memory.lora_scale", float(SCALE))
    return float(
        st.slider(
            t("memory.lora.update.scale"),
            *SCALES,
            step=0.5,
            key="memory.lora_scale",
            help=t("memory.lora.update.scale_help"),
            persist_state="session",
        )
    )


def _show_numbers(picture: UpdatePicture) -> None:
    outputs, inputs = picture.product.shape
    rank, scale = picture.rank, picture.alpha / picture.rank
    if picture.source == "lora":
        st.latex(
            rf"W' = W + \frac{{\alpha}}{{r}}\,B A = W + \frac{{{picture.alpha:g}}}{{{rank}}}"
            rf"\;\underset{{{outputs}\times{rank}}}{{B}}\;\underset{{{rank}\times{inputs}}}{{A}}"
        )
    else:
        st.latex(
            rf"\Delta W \approx \sum_{{i=1}}^{{{rank}}} \sigma_i u_i v_i^\top"
            rf"= \underset{{{outputs}\times{rank}}}{{B}}\;\underset{{{rank}\times{inputs}}}{{A}}"
        )
    counts = (
        rf"{rank}\,({inputs} + {outputs}) = {picture.numbers:,}",
        rf"{outputs}\cdot{inputs} = {picture.whole:,}",
    )
    for count in counts:  # one line each: a phone has no room for both
        st.latex(re.sub(r"(?<=\d),(?=\d)", "{,}", count))
    values = {
        "numbers": f"{100 * picture.numbers / picture.whole:.2f} %",
        "strength": f"{100 * picture.strength:.2f} %",
        "full_strength": f"{100 * picture.full_strength:.2f} %",
        "held": f"{100 * picture.held:.0f} %",
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(
                t(f"memory.lora.metric.{name}", rank=rank),
                value,
                help=t(f"memory.lora.metric.{name}_help", rank=rank),
                width="content",
            )
    everywhere = trainable_parameters(preset("smollm2-135m"), Method("lora", rank=rank, targets=("q", "v")))
    st.markdown(
        t(
            f"memory.lora.update.said_{picture.source}",
            rank=rank,
            alpha=picture.alpha,
            scale=scale,
            all=everywhere,
            share=100 * everywhere / 134_515_008,
            held=100 * picture.held,
            times=picture.strength / picture.full_strength,
        )
    )


def _show_figures(picture: UpdatePicture) -> None:
    from core.plots.memory_lora_update import full_figure, product_figure, singular_figure

    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(product_figure(picture, t), key="memory.lora.product.chart")
        st.caption(t("memory.lora.product.caption", block=SHARED_BLOCK))
    with right:
        st.plotly_chart(full_figure(picture, t), key="memory.lora.full.chart")
        st.caption(t("memory.lora.full.caption"))
    st.plotly_chart(singular_figure(picture, t), key="memory.lora.singular.chart")
    st.caption(t("memory.lora.singular.caption", rank=picture.rank))
    show_csv(lambda: _singular_csv(picture), "singular_values.csv", "memory.lora.singular.csv")


def _singular_csv(picture: UpdatePicture) -> str:
    """Both curves, row by row; behind its rank the update has nothing."""
    place, whole = t("memory.lora.singular.x"), t("memory.lora.singular.all")
    update = t(f"memory.lora.singular.{picture.source}", rank=picture.rank)
    missing = [0.0] * (len(picture.full_singular) - len(picture.singular))
    pairs = zip(picture.full_singular, (*picture.singular, *missing), strict=True)
    return csv_text(
        {place: number, whole: value, update: own} for number, (value, own) in enumerate(pairs, 1)
    )
