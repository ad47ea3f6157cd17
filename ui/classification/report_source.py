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
from ui.text import show_error, t
from ui.workspace import workspace_hash

if TYPE_CHECKING:
    from core.classification.classifier import Classifier

QUICK = "quick"
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
    models = tested_models()
    options = [*models, QUICK]
    if st.session_state.get(KEY) not in options:
        st.session_state[KEY] = options[0]
    names = {
        QUICK: t("classification.report.model.quick"),
        **{name: _name(model) for name, model in models.items()},
    }
    chosen = st.selectbox(
        t("classification.report.model.label"),
        options,
        format_func=lambda name: names[name],
        key=KEY,
        help=t("classification.report.model.help"),
        persist_state="session",
    )
    if not models:
        st.caption(t("classification.report.model.none"))
    try:
        with st.spinner(t("classification.report.model.working")):
            return _shown(chosen, models.get(chosen))
    except GlassboxError as error:
        show_error(error)
        return None


def tested_models() -> dict[str, TrainedModel]:
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


def _shown(name: str, model: TrainedModel | None) -> Shown:
    """The report, computed once for a model, or for the data where it is fitted on the spot."""
    split = current_split()
    kept: tuple[str, Split, Shown] | None = st.session_state.get(KEPT)
    if kept is not None and kept[0] == name and (model is not None or kept[1] is split):
        return kept[2]
    found = _of_model(name, model) if model is not None else _fitted_now(split)
    st.session_state[KEPT] = (name, split, found)
    return found


def _of_model(name: str, model: TrainedModel) -> Shown:
    from core.classification.kept_split import kept_split
    from core.classification.report import report_of
    from core.classification.trained_models import load_classifier, test_predictions, validation_predictions
    from core.jobs.store import workspace_folder

    validation = validation_predictions(model)
    report = report_of(model.record.data, model.record.method, test_predictions(model), validation)
    folder = workspace_folder(workspace_hash())
    return Shown(
        name,
        report,
        validation,
        classifier=lambda: load_classifier(model.folder),
        rows_learned=lambda: kept_split(folder, model.record.split),
    )


def _fitted_now(split: Split) -> Shown:
    from core.classification.classifier import predictions
    from core.classification.methods.table import method_named
    from core.classification.report import report_of

    method = method_named("tfidf")
    classifier = method.fit(split, method.settings(), _nobody_watches)
    test, validation = (predictions(classifier, part) for part in (split.test, split.validation))
    report = report_of(split.name, method.name, test, validation)
    return Shown(QUICK, report, validation, classifier=lambda: classifier, rows_learned=lambda: split)


def _nobody_watches(_: dict[str, object]) -> None:
    """It takes a second: a spinner says enough."""
