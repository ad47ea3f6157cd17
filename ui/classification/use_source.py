"""Which model is at work: one of the workspace's, one that was brought back, or TF-IDF fitted on the spot."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.classification.trained_models import trained_models
from core.classification.training_record import TrainingRecord, read_record
from core.classification.use.model_zip import brought_models
from core.errors import GlassboxError
from core.jobs.store import workspace_folder
from ui.classification.current_data import current_split
from ui.text import show_error, t
from ui.workspace import workspace_hash

if TYPE_CHECKING:
    from core.classification.classifier import Classifier
    from core.classification.labelled_texts import LabelledTexts

KEY = "classification.use.model"
KEPT = "classification.use.kept"
QUICK = "quick"


@dataclass(frozen=True)
class UsedModel:
    """The choice; the model itself is read when it is asked for."""

    name: str
    folder: Path | None
    """None for the method that is fitted on the spot."""
    record: TrainingRecord | None
    parameters: Mapping[str, str]
    """How a background job is told which model is meant."""

    def opened(self) -> "tuple[Classifier, float, float]":
        """The classifier, its threshold for out-of-scope texts, and the validation rows below that.

        Kept in the session until another one is chosen.

        Raises:
            GlassboxError: its folder is gone or was altered.
        """
        split = current_split() if self.folder is None else None
        kept = st.session_state.get(KEPT)
        if kept is None or kept[0] != self.name or kept[1] is not split:
            with st.spinner(t("classification.use.model.working")):
                kept = (self.name, split, self._read())
            st.session_state[KEPT] = kept
        opened: tuple[Classifier, float, float] = kept[2]
        return opened

    def training_rows(self) -> "LabelledTexts | None":
        """What it learned from; None where the workspace does not have it."""
        from core.classification.kept_split import kept_split

        if self.record is None:
            return current_split().training
        try:
            return kept_split(workspace_folder(workspace_hash()), self.record.split).training
        except GlassboxError:
            return None

    def _read(self) -> "tuple[Classifier, float, float]":
        from core.classification.classifier import predictions
        from core.classification.methods.table import method_named
        from core.classification.trained_models import load_classifier
        from core.classification.training import out_of_scope_threshold

        if self.folder is not None and self.record is not None:
            return load_classifier(self.folder), self.record.threshold, self.record.false_alarms
        split, method = current_split(), method_named("tfidf")
        classifier = method.fit(split, method.settings(), lambda told: None)
        return classifier, *out_of_scope_threshold(predictions(classifier, split.validation))


def show_model_choice() -> UsedModel:
    """The models that there are, the newest first, and the quick one."""
    found, names = _models()
    if st.session_state.get(KEY) not in found:
        st.session_state[KEY] = next(iter(found))
    chosen = st.selectbox(
        t("classification.use.model.label"),
        list(found),
        format_func=lambda name: names[name],
        key=KEY,
        help=t("classification.use.model.help"),
        persist_state="session",
    )
    return found[chosen]


def _models() -> tuple[dict[str, UsedModel], dict[str, str]]:
    """Every usable model, and what it is called."""
    found: dict[str, UsedModel] = {}
    names: dict[str, str] = {}
    for model in trained_models(workspace_hash()):
        named = {"job": model.job, "method": model.record.method}
        found[model.name] = UsedModel(model.name, model.folder, model.record, named)
        names[model.name] = _said("trained", model.record, model.job[-4:])
    for folder in brought_models(workspace_folder(workspace_hash())):
        try:
            record = read_record(folder)
        except GlassboxError as error:
            show_error(error)
            continue
        found[folder.name] = UsedModel(folder.name, folder, record, {"brought": folder.name})
        names[folder.name] = _said("brought", record, folder.name[:4])
    found[QUICK] = UsedModel(QUICK, None, None, {})
    names[QUICK] = t("classification.use.model.quick")
    return found, names


def _said(kind: str, record: TrainingRecord, end: str) -> str:
    return t(
        f"classification.use.model.{kind}",
        method=t(f"classification.train.method.{record.method}"),
        data=record.data,
        rows=record.training_rows,
        end=end,
    )
