"""What there is to compare and to try: the models of the workspace, and baselines that learn on the spot."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.classification.curves import VALUES, CurvePoint
from core.classification.kept_split import keep_split
from core.classification.labelled_texts import Split
from core.classification.trained_models import trained_models
from core.classification.training_record import TrainingRecord
from core.jobs.store import workspace_folder
from ui.queue import turn_in_queue
from ui.text import t
from ui.workspace import workspace_hash

if TYPE_CHECKING:
    from core.classification.classifier import Classifier

BASELINES = ("majority", "tfidf")
_KEPT, _DIGEST, _LOADED = (
    "classification.train.baselines",
    "classification.train.digest",
    "classification.train.loaded",
)
MOST_ROWS_ON_THE_SPOT = 3_000
"""More training rows than that are left to a job."""


@dataclass(frozen=True)
class OnTheSpot:
    """A baseline that learned just now, in this session."""

    classifier: "Classifier"
    record: TrainingRecord
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class Candidate:
    """Something that was trained on the present rows."""

    name: str
    record: TrainingRecord
    folder: Path | None
    """None for what learned on the spot."""


def kept_digest(split: Split) -> str:
    """The hash under which the workspace keeps these rows, for a job to read; written once a session.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    owner = workspace_hash()
    kept: tuple[str, Split, str] | None = st.session_state.get(_DIGEST)
    if kept is None or kept[0] != owner or kept[1] is not split:
        kept = (owner, split, keep_split(workspace_folder(owner), split))
        st.session_state[_DIGEST] = kept
    return kept[2]


def baselines(split: Split) -> dict[str, OnTheSpot]:
    """Majority and TF-IDF on these rows, learned once a session in about a second; too many rows: none.

    Raises:
        GlassboxError: the rows leave nothing to learn.
    """
    if len(split.training) > MOST_ROWS_ON_THE_SPOT:
        return {}
    kept: tuple[Split, dict[str, OnTheSpot]] | None = st.session_state.get(_KEPT)
    if kept is None or kept[0] is not split:
        with st.spinner(t("classification.train.spot.working")), turn_in_queue(st.empty()):
            kept = (split, {name: _learned(split, name) for name in BASELINES})
        st.session_state[_KEPT] = kept
    return kept[1]


def candidates(split: Split) -> list[Candidate]:
    """Everything trained on exactly these rows: the newest of each method first, then on the spot.

    Raises:
        GlassboxError: the rows leave nothing to learn.
    """
    digest = kept_digest(split)
    found = [
        Candidate(model.name, model.record, model.folder)
        for model in trained_models(workspace_hash())
        if model.record.split == digest
    ]
    trained = {one.record.method for one in found}
    spot = baselines(split)
    return found + [
        Candidate(
            t("classification.train.spot.name", method=t(f"classification.train.method.{name}")),
            one.record,
            None,
        )
        for name, one in spot.items()
        if name not in trained
    ]


def label_of(candidate: Candidate, others: Sequence[Candidate]) -> str:
    """The method's name; the end of the job's where a method comes twice, or that it learned just now."""
    if candidate.folder is None:
        return candidate.name
    method = t(f"classification.train.method.{candidate.record.method}")
    alike = [one for one in others if one.record.method == candidate.record.method]
    return method if len(alike) == 1 else f"{method} {candidate.name[-4:]}"


def classifier_of(candidate: Candidate, split: Split) -> "Classifier":
    """The candidate, loaded once a session.

    Raises:
        GlassboxError: its folder was altered or is gone.
    """
    from core.classification.trained_models import load_classifier

    if candidate.folder is None:
        return baselines(split)[candidate.record.method].classifier
    loaded: dict[str, Classifier] = st.session_state.setdefault(_LOADED, {})
    key = str(candidate.folder)
    if key not in loaded:
        if len(loaded) >= 12:
            loaded.pop(next(iter(loaded)))
        loaded[key] = load_classifier(candidate.folder)
    return loaded[key]


def _learned(split: Split, name: str) -> OnTheSpot:
    from core.classification.methods.table import method_named
    from core.classification.training import learn

    points: list[CurvePoint] = []

    def report(told: dict[str, float]) -> None:
        values = {value: float(told[value]) for value in VALUES if value in told}
        if "step" in told and values:
            points.append(CurvePoint(float(told["step"]), values))

    method = method_named(name)
    found = learn(split, method, method.settings(), report)
    return OnTheSpot(found.classifier, found.record, tuple(points))
