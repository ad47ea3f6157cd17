"""Out-of-scope input: can the method tell what belongs to none of its classes?"""

from typing import TYPE_CHECKING

import streamlit as st

from core.classification.labelled_texts import Split
from core.csv_export import csv_text
from core.plots.classification_scope import scope_roc_figure, scope_spread_figure
from ui.classification.report_link import SCOPE_SCORES, STAND_INS
from ui.classification.report_source import Shown
from ui.inputs import show_csv, show_segments
from ui.queue import turn_in_queue
from ui.text import t

if TYPE_CHECKING:
    from core.classification.metrics.out_of_scope import ScopeScore
    from core.classification.scope_check import ScopeCheck

KEY = "classification.report.scope"
KEPT = "classification.report.scope.kept"
FAST = ("majority", "tfidf", "knn", "probe")
"""Methods that are trained anew without some classes while one waits; for others TF-IDF stands in."""
KEPT_SHARE = 95


def show_scope(shown: Shown) -> None:
    """What stands in for out-of-scope texts, the ROC of each score, one threshold, and the texts."""
    st.markdown(t("classification.report.scope.lead"))
    stand_in = show_segments("classification", "report_stand_in", STAND_INS)
    st.caption(t(f"classification.report.scope.about_{stand_in}"))
    method = shown.report.method
    if stand_in == "held_out" and method not in FAST:
        st.caption(t("classification.report.scope.other_method"))
    distance = st.toggle(
        t("classification.report.scope.distance"),
        key=f"{KEY}.distance",
        help=t("classification.report.scope.distance_help"),
        persist_state="session",
    )
    check = _check(shown, stand_in, distance)
    if check.held_out:
        st.text(t("classification.report.scope.held_out", names=", ".join(check.held_out)))
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(scope_roc_figure(check.scores, t), key=f"{KEY}.roc")
        st.caption(t("classification.report.scope.caption"))
    with right:
        score, threshold = _show_threshold(check)
    _show_texts(check, score, threshold)


def _check(shown: Shown, stand_in: str, distance: bool) -> "ScopeCheck":
    """Computed once for a model, what stands in, and whether texts are embedded."""
    signature = (id(shown), stand_in, distance)
    kept = st.session_state.get(KEPT)
    if kept is not None and kept[0] == signature:
        found: ScopeCheck = kept[1]
        return found
    from core.classification.scope_check import held_out_check, off_topic_check

    with turn_in_queue(st.empty()), st.spinner(t("classification.report.scope.working")):
        split = shown.rows_learned()
        if stand_in == "off_topic":
            check = off_topic_check(shown.classifier(), split, _off_topic(split), distance)
        else:
            method = shown.report.method if shown.report.method in FAST else "tfidf"
            check = held_out_check(split, method, distance=distance)
    # The model is kept beside it, so that no other can come to have the same id.
    st.session_state[KEPT] = (signature, check, shown)
    return check


def _off_topic(split: Split) -> tuple[str, ...]:
    """The project's off-topic texts in the language of the data."""
    from core.classification.metrics.scope_texts import off_topic_texts
    from core.embedding.language import ENGLISH, choose_embedder

    return off_topic_texts("en" if choose_embedder(split.training.texts) == ENGLISH else "zh")


def _show_threshold(check: "ScopeCheck") -> tuple["ScopeScore", float]:
    """One score, a share of in-scope texts to keep, and what gets through at that threshold."""
    names = [name for name in SCOPE_SCORES if name in {score.name for score in check.scores}]
    if st.session_state.get("classification.report_scope_score") not in names:
        st.session_state["classification.report_scope_score"] = names[0]
    name = show_segments("classification", "report_scope_score", names)
    share = st.slider(
        t("classification.report.scope.keep"),
        50,
        100,
        KEPT_SHARE,
        key=f"{KEY}.share",
        help=t("classification.report.scope.keep_help"),
    )
    score = check.named(name)
    threshold = score.threshold_keeping(share / 100)
    st.plotly_chart(scope_spread_figure(score, threshold, t), key=f"{KEY}.spread")
    st.markdown(
        t(
            "classification.report.scope.said",
            threshold=threshold,
            share=share,
            passed=score.passed(threshold),
            count=int((score.outside >= threshold).sum()),
            all=len(score.outside),
        )
    )
    return score, threshold


def _show_texts(check: "ScopeCheck", score: "ScopeScore", threshold: float) -> None:
    """What should be refused, and what the method would have called it."""
    rows = _rows(check, score, threshold)
    st.dataframe(rows, hide_index=True, key=f"{KEY}.rows")
    show_csv(lambda: csv_text(rows), "out-of-scope.csv", f"{KEY}.csv")


def _rows(check: "ScopeCheck", score: "ScopeScore", threshold: float) -> list[dict[str, object]]:
    """The out-of-scope texts, those first that would be taken most readily."""
    order = sorted(range(len(check.outside)), key=lambda place: -score.outside[place])
    own = any(check.labels_outside)
    return [
        {
            t("classification.report.column.text"): check.outside[place],
            **({t("classification.report.column.wanted"): check.labels_outside[place]} if own else {}),
            t("classification.report.column.predicted"): check.called[place],
            t("classification.report.column.score"): round(float(score.outside[place]), 4),
            t("classification.report.column.passed"): bool(score.outside[place] >= threshold),
        }
        for place in order
    ]
