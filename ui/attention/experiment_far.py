"""One passage with its first half put far back: distances that were never trained, live."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.attention.experiment_link import ROTATIONS
from ui.inputs import show_csv, show_link
from ui.models import ready_language_model
from ui.queue import turn_in_queue
from ui.text import naming, show_error, t

if TYPE_CHECKING:
    from core.attention.far_context import FarContext

MODEL = "smollm2-135m"
KEPT = "attention.experiment.far.results"
FIRST_FACTOR = 4


def show_far() -> None:
    """The rotation to compare with, and the curve of loss against gap."""
    st.markdown(t("attention.experiment.far.asked"))
    left, right = st.columns([1, 2], gap="large")
    with left:
        rotation, factor, pressed = _show_inputs()
        show_link(
            "attention",
            {
                "view": "experiment",
                "experiment_part": "far",
                "experiment_rotation": rotation,
                "experiment_factor": factor,
            },
        )
    with right:
        if pressed:
            _measure(rotation, factor)
        results: list[FarContext] = st.session_state.get(KEPT, [])
        if results:
            _show_results(results)
        else:
            st.info(t("attention.experiment.far.empty"), icon=":material/play_circle:")


def _show_inputs() -> tuple[str, int, bool]:
    st.session_state.setdefault("attention.experiment_rotation", ROTATIONS[-1])
    rotation = st.selectbox(
        t("attention.experiment.far.rotation"),
        ROTATIONS,
        format_func=naming("attention.experiment.rotation.*"),
        key="attention.experiment_rotation",
        help=t("attention.experiment.far.rotation_help"),
        persist_state="session",
    )
    st.session_state.setdefault("attention.experiment_factor", FIRST_FACTOR)
    factor = st.slider(
        t("attention.experiment.far.factor"),
        1,
        16,
        key="attention.experiment_factor",
        help=t("attention.experiment.far.factor_help"),
        disabled=rotation == "dynamic",
        persist_state="session",
    )
    pressed = st.button(
        t("attention.experiment.far.run"),
        key="attention.experiment.far.run",
        type="primary",
        icon=":material/play_arrow:",
        help=t("attention.experiment.far.run_help"),
    )
    return rotation, int(factor), pressed


def _measure(rotation: str, factor: int) -> None:
    """Both curves; the one as trained is measured once a session."""
    try:
        model = ready_language_model(MODEL)
        place = st.empty()
        with turn_in_queue(place), st.spinner(t("attention.experiment.far.running"), show_time=True):
            from core.attention.far_context import losses_behind_gaps

            kept: list[FarContext] = st.session_state.get(KEPT, [])
            as_trained = kept[0] if kept else losses_behind_gaps(model)
            stretched = losses_behind_gaps(model, scheme=rotation, factor=float(factor))
            st.session_state[KEPT] = [as_trained, stretched]
    except GlassboxError as error:
        show_error(error)


def _show_results(results: "list[FarContext]") -> None:
    from core.plots.attention_experiment_long import far_figure

    st.plotly_chart(far_figure(results, t), key="attention.experiment.far.chart")
    st.caption(
        t(
            "attention.experiment.far.caption",
            passages=results[0].passages,
            factor=results[-1].factor,
            alone=results[0].alone,
        )
    )
    gap = t("attention.experiment.column.gap")
    rows: list[dict[str, object]] = [
        {gap: free}
        | {
            t(f"attention.experiment.rotation.{result.scheme}"): round(result.losses[place], 4)
            for result in results
        }
        for place, free in enumerate(results[0].gaps)
    ]
    show_csv(lambda: csv_text(rows), "far_context.csv", "attention.experiment.far.csv")
