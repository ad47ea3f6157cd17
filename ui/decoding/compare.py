"""The second view: several settings on the same prompts and seeds, as a background job."""

from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from core.decoding.compare_job import CSV_FILE, MOST_PROMPTS, RESULT_FILE
from core.decoding.comparison import Comparison, read_comparison
from core.decoding.prompts import openings
from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError
from core.plots.comparison import comparison_figure
from core.plots.estimates import UNITS
from ui.decoding.controls import settings_in_use
from ui.inputs import show_csv
from ui.job_panel import show_job_panel
from ui.text import naming, show_error, t

RECIPES: dict[str, DecodingSettings] = {
    "greedy": DecodingSettings(),
    "penalty": DecodingSettings(repetition_penalty=1.2),
    "ngram": DecodingSettings(no_repeat_ngram_size=3),
    "dry": DecodingSettings(dry_multiplier=0.8),
    "beam": DecodingSettings(strategy="beam", num_beams=4),
    "contrastive": DecodingSettings(strategy="contrastive", penalty_alpha=0.6, contrastive_k=4),
    "pure": DecodingSettings(strategy="sample"),
    "temperature": DecodingSettings(strategy="sample", temperature=0.7),
    "top_k": DecodingSettings(strategy="sample", top_k=40),
    "top_p": DecodingSettings(strategy="sample", top_p=0.95),
}
DEFAULT_RECIPES = ("greedy", "penalty", "top_p")
DEFAULT_PROMPTS = 3
MOST_LINES = 50


def show_compare() -> None:
    """Inputs, the job, and its result."""
    st.markdown(t("decoding.compare.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        parameters = _show_inputs()
    with right:
        job = show_job_panel(
            "decoding.compare",
            parameters,
            "decoding.compare.job",
            "decoding.compare.start",
            {"rep_4": "decoding.metric.rep_4"},
        )
        if job is not None:
            try:
                comparison = read_comparison(job.result_folder / RESULT_FILE)
                show_comparison(comparison, (job.result_folder / CSV_FILE).read_text(encoding="utf-8"))
            except GlassboxError as error:
                show_error(error)


def _show_inputs() -> dict[str, Any] | None:
    """The parameters of the job, or None while something is missing."""
    chosen = st.pills(
        t("decoding.compare.settings"),
        [*RECIPES, "yours"],
        selection_mode="multi",
        default=None if "decoding.compare.settings" in st.session_state else DEFAULT_RECIPES,
        format_func=naming("decoding.recipe.*"),
        key="decoding.compare.settings",
        help=t("decoding.compare.settings_help"),
        persist_state="session",
        wrap=True,
    )
    st.session_state.setdefault(
        "decoding.compare.prompts",
        "\n".join(
            opening.text for opening in openings()[:: len(openings()) // DEFAULT_PROMPTS][:DEFAULT_PROMPTS]
        ),
    )
    text = st.text_area(
        t("decoding.compare.prompts"),
        key="decoding.compare.prompts",
        height=160,
        help=t("decoding.compare.prompts_help"),
        persist_state="session",
    )
    seeds = st.slider(
        t("decoding.compare.seeds"),
        1,
        16,
        4,
        key="decoding.compare.seeds",
        help=t("decoding.compare.seeds_help"),
    )
    tokens = st.slider(
        t("decoding.compare.tokens"),
        20,
        200,
        80,
        10,
        key="decoding.compare.tokens",
        help=t("decoding.compare.tokens_help"),
    )
    prompts = [line.strip() for line in text.splitlines() if line.strip()][: min(MOST_LINES, MOST_PROMPTS)]
    if not chosen or not prompts:
        st.info(t("decoding.compare.none"), icon=":material/info:")
        return None
    ways = [settings_in_use() if name == "yours" else RECIPES[name] for name in chosen]
    return {
        "prompts": prompts,
        "settings": [asdict(replace(way, max_new_tokens=tokens)) for way in ways],
        "seeds": list(range(seeds)),
    }


def show_measure_choice(key: str) -> str:
    """Which measurement a chart shows."""
    return st.selectbox(
        t("decoding.compare.measure"),
        list(UNITS),
        format_func=naming("decoding.measures.name.*"),
        key=key,
        help=t("decoding.compare.measure_help"),
    )


def show_comparison(comparison: Comparison, csv: str) -> None:
    """The chart of one measure, the table of all, every text, and the download."""
    measure = show_measure_choice("decoding.compare.measure")
    st.plotly_chart(comparison_figure(comparison, measure, t), key="decoding.compare.chart")
    st.dataframe(comparison.table(t), hide_index=True, key="decoding.compare.table")
    show_csv(csv, "comparison.csv", "decoding.compare.csv")
    with st.expander(t("decoding.compare.texts"), icon=":material/notes:"):
        st.dataframe(comparison.text_table(t), hide_index=True, key="decoding.compare.rows")
