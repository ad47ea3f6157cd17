"""Every method on the same test rows: accuracy with its interval, what it cost, and the other figures."""

from collections.abc import Sequence

import streamlit as st

from core.classification.labelled_texts import Split
from core.classification.scores import Scores
from core.classification.training_record import TrainingRecord
from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.classification.train_models import Candidate, candidates, label_of
from ui.inputs import show_csv, show_link
from ui.text import show_error, t


def show_compare(split: Split) -> None:
    """Two figures and a table of everything trained on these rows."""
    from core.plots.classification_train_compare import accuracy_figure, cost_figure

    try:
        found = [one for one in candidates(split) if one.record.scores]
    except GlassboxError as error:
        show_error(error)
        return
    if not found:
        st.info(t("classification.train.compare.empty"), icon=":material/leaderboard:")
        return
    ranked = sorted(found, key=_accuracy, reverse=True)
    points = [(label_of(one, ranked), one.record) for one in ranked]
    st.plotly_chart(accuracy_figure(points, t), key="classification.train.compare.accuracy")
    st.caption(t("classification.train.compare.accuracy_caption", rows=len(split.test)))
    _show_table(points)
    st.plotly_chart(cost_figure(points, t), key="classification.train.compare.cost")
    st.caption(t("classification.train.compare.cost_caption"))
    if any(one.folder is None for one in found):
        st.caption(t("classification.train.spot.caption"))
    show_link("classification", {"view": "train", "train_part": "compare"})


def _accuracy(candidate: Candidate) -> float:
    found = candidate.record.scores
    return found.accuracy if found else 0.0


def _show_table(points: Sequence[tuple[str, TrainingRecord]]) -> None:
    rows = [_row(label, record, record.scores) for label, record in points if record.scores]
    st.dataframe(rows, hide_index=True, key="classification.train.compare.table")
    show_csv(lambda: csv_text(rows), "methods.csv", "classification.train.compare.csv")


def _row(label: str, record: TrainingRecord, found: Scores) -> dict[str, object]:
    """One method in figures."""
    each = 1000 * record.prediction_seconds / max(1, record.test_rows)
    area = found.roc_auc_macro
    values: dict[str, object] = {
        "method": label,
        "accuracy": f"{found.accuracy:.1%}",
        "interval": f"{found.accuracy_low:.1%}–{found.accuracy_high:.1%}",
        "macro_f1": f"{found.macro_f1:.3f}",
        "log_loss": f"{found.log_loss:.3f}",
        "roc_auc": "–" if area is None else f"{area:.3f}",
        "ece": f"{found.ece:.3f}",
        "seconds": f"{record.seconds:,.1f}",
        "milliseconds": f"{each:,.2f}",
        "parameters": f"{record.parameters_trained:,}",
    }
    return {t(f"classification.train.column.{name}"): value for name, value in values.items()}
