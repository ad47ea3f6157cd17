"""A training as it goes: what is finished, and the losses of one method step by step."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.classification.curves import CurvePoint, read_curve
from core.classification.labelled_texts import Split
from core.classification.methods.table import METHODS
from core.classification.train_job import CURVE_FOLDER
from core.classification.trained_models import model_folder
from core.classification.training_record import RECORD_FILE, TrainingRecord, read_record
from core.csv_export import csv_text
from core.jobs import Job
from ui.classification.train_models import baselines
from ui.inputs import show_csv
from ui.text import naming, t

METHOD = "classification.train.live.method"


def show_live(split: Split, job: Job | None) -> None:
    """Finished methods in figures, and the curves; without a job those of the baselines.

    Raises:
        GlassboxError: the rows leave nothing to learn, or a record was altered.
    """
    if job is None:
        spot = baselines(split)
        records = {name: one.record for name, one in spot.items()}
        curves: dict[str, Sequence[CurvePoint]] = {name: one.curve for name, one in spot.items() if one.curve}
    else:
        records = _records(job)
        curves = _curves(job)
    _show_figures(records)
    if curves:
        _show_curves(curves, job)
    elif records:
        st.caption(t("classification.train.live.no_curves"))


def _records(job: Job) -> dict[str, TrainingRecord]:
    folders = {name: model_folder(job, name) for name in METHODS}
    return {name: read_record(folder) for name, folder in folders.items() if (folder / RECORD_FILE).is_file()}


def _curves(job: Job) -> dict[str, Sequence[CurvePoint]]:
    paths = {name: job.result_folder / CURVE_FOLDER / f"{name}.jsonl" for name in METHODS}
    return {name: points for name, path in paths.items() if (points := read_curve(path))}


def _show_figures(records: Mapping[str, TrainingRecord]) -> None:
    """The accuracy of each finished method, with its interval."""
    measured = [record for record in records.values() if record.scores]
    with st.container(horizontal=True, gap="large"):
        for record in measured:
            found = record.scores
            if found is None:
                continue
            st.metric(
                t(f"classification.train.method.{record.method}"),
                f"{found.accuracy:.1%}",
                help=t(
                    "classification.train.live.metric_help",
                    low=found.accuracy_low,
                    high=found.accuracy_high,
                    rows=found.rows,
                    seconds=record.seconds,
                ),
                width="content",
            )
    if measured:
        st.caption(t("classification.train.live.metric_caption"))


def _show_curves(curves: Mapping[str, Sequence[CurvePoint]], job: Job | None) -> None:
    from core.plots.classification_train_curves import curve_figure

    names = list(curves)
    if st.session_state.get(METHOD) not in names or (
        job is not None and not job.state().ended and len(names) == 1
    ):
        st.session_state[METHOD] = names[-1]
    chosen = names[-1]
    if len(names) > 1:
        chosen = (
            st.segmented_control(
                t("classification.train.live.method"),
                names,
                format_func=naming("classification.train.method.*"),
                key=METHOD,
                required=True,
                wrap=True,
                help=t("classification.train.live.method_help"),
            )
            or chosen
        )
    epochs = METHODS[chosen].module.startswith("tuning")
    name = t(f"classification.train.method.{chosen}")
    st.plotly_chart(curve_figure(curves[chosen], name, epochs, t), key="classification.train.live.figure")
    st.caption(t(f"classification.train.live.{'epochs' if epochs else 'solver'}_caption"))
    rows = [{"step": point.step, **_all_values(point)} for point in curves[chosen]]
    show_csv(lambda: csv_text(rows), f"{chosen}-curve.csv", "classification.train.live.csv")


def _all_values(point: CurvePoint) -> dict[str, object]:
    from core.classification.curves import VALUES

    return {name: point.values.get(name, "") for name in VALUES}
