"""The third view: one knob over a grid, as a background job."""

from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from core.decoding.prompts import openings
from core.decoding.settings import DecodingSettings
from core.decoding.sweep import GRIDS, Sweep, read_sweep, strategy_of
from core.decoding.sweep_job import CSV_FILE, RESULT_FILE
from core.errors import GlassboxError
from core.plots.sweep import sweep_figure
from ui.decoding.compare import DEFAULT_PROMPTS, show_measure_choice
from ui.decoding.controls import settings_in_use
from ui.inputs import show_csv
from ui.job_panel import show_job_panel
from ui.text import naming, show_error, t

FIRST_KNOB = "repetition_penalty"


def show_sweep() -> None:
    """Inputs, the job, and its result."""
    st.markdown(t("decoding.sweep.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        parameters = _show_inputs()
    with right:
        job = show_job_panel(
            "decoding.sweep",
            parameters,
            "decoding.sweep.job",
            "decoding.sweep.start",
            {"rep_4": "decoding.metric.rep_4"},
        )
        if job is not None:
            try:
                _show_result(
                    read_sweep(job.result_folder / RESULT_FILE),
                    (job.result_folder / CSV_FILE).read_text(encoding="utf-8"),
                )
            except GlassboxError as error:
                show_error(error)


def _show_inputs() -> dict[str, Any] | None:
    knob = st.selectbox(
        t("decoding.sweep.knob"),
        list(GRIDS),
        index=None if "decoding.sweep.knob" in st.session_state else list(GRIDS).index(FIRST_KNOB),
        format_func=naming("decoding.*.label"),
        key="decoding.sweep.knob",
        help=t("decoding.sweep.knob_help"),
        persist_state="session",
    )
    if knob is None:
        return None
    st.caption(t(f"decoding.{knob}.help"))
    values = st.multiselect(
        t("decoding.sweep.values"),
        GRIDS[knob],
        default=GRIDS[knob],
        key=f"decoding.sweep.values.{knob}",
        help=t("decoding.sweep.values_help"),
        accept_new_options=False,
    )
    tokens = st.slider(
        t("decoding.compare.tokens"),
        20,
        200,
        80,
        10,
        key="decoding.sweep.tokens",
        help=t("decoding.compare.tokens_help"),
    )
    prompts = st.slider(
        t("decoding.sweep.prompts"),
        1,
        40,
        DEFAULT_PROMPTS,
        key="decoding.sweep.prompts",
        help=t("decoding.sweep.prompts_help"),
    )
    if len(values) < 2:
        st.info(t("decoding.sweep.few"), icon=":material/info:")
        return None
    try:
        base = replace(base_settings(knob), max_new_tokens=tokens)
    except GlassboxError as error:
        show_error(error)
        return None
    return {
        "knob": knob,
        "values": sorted(values),
        "settings": asdict(base),
        "prompts": [opening.text for opening in openings()[:: len(openings()) // prompts][:prompts]],
        "seeds": [0, 1],
    }


def base_settings(knob: str) -> DecodingSettings:
    """The settings of the first view, with the strategy that uses `knob` where theirs does not."""
    settings = settings_in_use()
    needed = strategy_of(knob)
    if needed in (None, settings.strategy):
        return settings
    return DecodingSettings(strategy=needed)


def _show_result(sweep: Sweep, csv: str) -> None:
    measure = show_measure_choice("decoding.sweep.measure")
    st.plotly_chart(sweep_figure(sweep, measure, t), key="decoding.sweep.chart")
    st.dataframe(sweep.comparison.table(t), hide_index=True, key="decoding.sweep.table")
    show_csv(csv, "sweep.csv", "decoding.sweep.csv")
