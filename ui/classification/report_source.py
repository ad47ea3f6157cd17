"""Which trained method the report is about; while nothing is trained, TF-IDF is fitted on the spot."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.classification.labelled_texts import Split
from core.classification.predictions import Predictions
from core.classification.report import Report
from core.classification.trained_models import TrainedModel, trained_models
from core.errors import GlassboxError
from ui.classification.current_data import current_split
from ui.queue import turn_in_queue
from ui.text import show_error, t
from ui.workspace import workspace_hash

if TYPE_CHECKING:
    from core.classification.classifier import Classifier

QUICK = {"tfidf": 30_000, "probe": 3_000}
"""Methods fitted on the spot, and up to how many training rows."""
MOST_KEPT = 3
"""Reports kept in the session."""
KEY = "classification.report.model"
KEPT = "classification.report.kept"


@dataclass(frozen=True)
class Shown:
    """What the view works on, kept in the session until another model or other data are chosen."""

    name: str
    report: Report
    validation: Predictions
    classifier: "Callable[[], Classifier]"
    """The trained method itself; raises a GlassboxError where its folder is gone or was altered."""
    rows_learned: Callable[[], Split]
    """The division that it was trained and tested on; raises one where the workspace no longer holds it."""


def show_source() -> Shown | None:
    """The choice of a model and its report; None, with a sentence, where there can be none."""
    names = model_names()
    if st.session_state.get(KEY) not in names:
        st.session_state[KEY] = next(iter(names))
    chosen = st.selectbox(
        t("classification.report.model.label"),
        list(names),
        format_func=lambda name: names[name],
        key=KEY,
        help=t("classification.report.model.help"),
        persist_state="session",
    )
    if len(names) == len(QUICK):
        st.caption(t("classification.report.model.none"))
    try:
        return shown_model(chosen)
    except GlassboxError as error:
        show_error(error)
        return None


def model_names() -> dict[str, str]:
    """What can be reported on and how it is called: the trained methods, then those fitted on the spot."""
    trained = {name: _name(model) for name, model in _tested().items()}
    return {**trained, **{method: t(f"classification.report.model.quick.{method}") for method in QUICK}}


def is_known(name: str) -> bool:
    """Whether that model's predictions are there already, so that nothing has to be fitted."""
    kept: dict[str, tuple[Split, Shown]] = st.session_state.get(KEPT, {})
    return name not in QUICK or (name in kept and kept[name][0] is current_split())


def shown_model(name: str) -> Shown:
    """The report of a model, computed once; of one fitted on the spot, once for the current data.

    Raises:
        GlassboxError: its predictions are gone, or it cannot learn from these data here.
    """
    kept: dict[str, tuple[Split, Shown]] = st.session_state.setdefault(KEPT, {})
    split = current_split()
    if name in kept and (name not in QUICK or kept[name][0] is split):
        return kept[name][1]
    with st.spinner(t("classification.report.model.working")):
        if name in QUICK:
            with turn_in_queue(st.empty()):
                found = _fitted_now(name, split)
        else:
            found = _of_model(name, _tested()[name])
    kept.pop(name, None)
    kept[name] = (split, found)
    for oldest in list(kept)[:-MOST_KEPT]:
        del kept[oldest]
    return found


def _tested() -> dict[str, TrainedModel]:
    """Every trained method of the workspace that was tested, by name."""
    return {model.name: model for model in trained_models(workspace_hash()) if model.record.test_rows}


def _name(model: TrainedModel) -> str:
    return t(
        "classification.report.model.name",
        method=t(f"classification.train.method.{model.record.method}"),
        data=model.record.data,
        rows=model.record.training_rows,
        end=model.job[-4:],
    )


def _of_model(name: str, model: TrainedModel) -> Shown:
    from core.classification.kept_split import kept_split
    from core.classification.report import report_of
    from core.classification.trained_models import (
        load_classifier,
        predictions_on_test,
        validation_predictions,
    )
    from core.jobs.store import workspace_folder

    validation = validation_predictions(model)
    report = report_of(model.record.data, model.record.method, predictions_on_test(model), validation)
    folder = workspace_folder(workspace_hash())
    return Shown(
        name,
        report,
        validation,
        classifier=lambda: load_classifier(model.folder),
        rows_learned=lambda: kept_split(folder, model.record.split),
    )


def _fitted_now(name: str, split: Split) -> Shown:
    from core.classification.classifier import predictions
    from core.classification.methods.table import method_named
    from core.classification.report import report_of

    if len(split.training) > QUICK[name]:
        raise GlassboxError("classification.report.error.many_rows", rows=len(split.training))
    method = method_named(name)
    classifier = method.fit(split, method.settings(), _nobody_watches)
    test, validation = (predictions(classifier, part) for part in (split.test, split.validation))
    report = report_of(split.name, method.name, test, validation)
    return Shown(name, report, validation, classifier=lambda: classifier, rows_learned=lambda: split)


def _nobody_watches(_: dict[str, object]) -> None:
    """It takes a second or some: a spinner says enough."""
