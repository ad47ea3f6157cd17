"""Methods and settings on the left; the training as it goes, and its results, on the right."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.classification.labelled_texts import Split
from core.classification.train_job import refusals
from core.classification.trained_models import KIND, training_jobs
from core.errors import GlassboxError
from core.jobs import Job
from ui.classification.train_choose import show_methods
from ui.classification.train_live import show_live
from ui.classification.train_models import kept_digest
from ui.inputs import show_command, show_link
from ui.job_panel import SECONDS_BETWEEN_POLLS, show_job_panel
from ui.text import show_error, t
from ui.workspace import workspace_hash

COMMAND = (
    "python -m core classify train --csv rows.csv --text text --label label --method {method} "
    "--settings settings.json --out runs/{method}"
)


def show_start(split: Split) -> None:
    """From the rows to trained models."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        chosen = show_methods(split)
        with st.container(horizontal=True):
            show_link("classification", _link_values(chosen))
            if chosen:
                method = list(chosen)[-1]
                show_command(COMMAND.format(method=method), chosen[method])
    with right:
        _show_training(split, chosen)


def _link_values(chosen: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    from core.classification.methods.table import METHODS

    switches = {f"train_use_{name}": name in chosen for name in METHODS}
    values = {
        f"train_{method}_{name}": value for method, table in chosen.items() for name, value in table.items()
    }
    return {"view": "train", "train_part": "start", **switches, **values}


def _show_training(split: Split, chosen: Mapping[str, Mapping[str, Any]]) -> None:
    parameters = None
    try:
        digest = kept_digest(split)
        if chosen:
            parameters = {
                "split": digest,
                "methods": list(chosen),
                "settings": {n: dict(s) for n, s in chosen.items()},
            }
        else:
            st.caption(t("classification.train.choose.none"))
    except GlassboxError as error:
        show_error(error)
    show_job_panel(KIND, parameters, "classification.train.job", "classification.train.start")
    jobs = training_jobs(workspace_hash())
    job = next((one for one in jobs if one.id == st.session_state.get("classification.train.job.job")), None)
    job = job or (jobs[-1] if jobs else None)
    if job is None:
        st.info(t("classification.train.empty"), icon=":material/model_training:")
    running = job is not None and not job.state().ended
    st.fragment(_draw, run_every=2 * SECONDS_BETWEEN_POLLS if running else None)(split, job)


def _draw(split: Split, job: Job | None) -> None:
    """The part that is drawn anew while the training runs."""
    if job is not None:
        for name, error in refusals(job.result_folder).items():
            st.warning(t("classification.train.refused", method=t(f"classification.train.method.{name}")))
            show_error(error)
    try:
        show_live(split, job)
    except GlassboxError as error:
        show_error(error)
