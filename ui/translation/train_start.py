"""Data and settings on the left; the training with its curves, and the model of one's own on the right."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import GlassboxError
from core.jobs import Job
from core.translation.own_models import KIND, training_jobs
from core.translation.train_record import RunRecord, read_record
from core.translation.train_settings import run_settings
from ui.inputs import show_command, show_link
from ui.job_panel import SECONDS_BETWEEN_POLLS, show_job_panel
from ui.text import show_error, t
from ui.translation.train_data import show_data
from ui.translation.train_estimate import show_estimate
from ui.translation.train_live import show_progress
from ui.translation.train_own import show_own_model
from ui.translation.train_settings import show_settings
from ui.workspace import workspace_hash

COMMAND = "python -m core job translation.train --settings settings.json"


def show_start() -> None:
    """From the pairs to the model."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        data = show_data()
        chosen = show_settings()
        parameters = None if data is None else {**data, **chosen}
        if parameters is not None and not show_estimate(parameters):
            parameters = None
        with st.container(horizontal=True):
            show_link("translation", _link_values(data, chosen))
            if parameters is not None:
                show_command(COMMAND, parameters)
    with right:
        _show_training(parameters)


def _link_values(data: Mapping[str, Any] | None, chosen: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "view": "train",
        "train_data": st.session_state["translation.train_data"],
        **{f"train_{name}": value for table in chosen.values() for name, value in table.items()},
    }
    return values if data is None else values | {"train_pairs": data["pairs"]}


def _show_training(parameters: Mapping[str, Any] | None) -> None:
    """The panel; the curves of the newest training; and, when it is done, its model."""
    finished = show_job_panel(KIND, parameters, "translation.train.job", "translation.train.start")
    own = training_jobs(workspace_hash())
    if not own:
        st.info(t("translation.train.empty"), icon=":material/school:")
        return
    job = finished or own[-1]
    if finished is not None:
        show_own_model(job)
    running = not job.state().ended
    st.fragment(_draw, run_every=2 * SECONDS_BETWEEN_POLLS if running else None)(job)


def _draw(job: Job) -> None:
    """The part that is drawn anew while the training runs."""
    try:
        record: RunRecord | None = read_record(job.result_folder)
        epochs = run_settings(job.parameters).training.epochs
    except GlassboxError as error:
        show_error(error)
        return
    show_progress(job, record, epochs)
