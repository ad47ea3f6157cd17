"""Two trained methods on the same texts, and one method on more and more rows."""

import time
from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from ui.classification.report_link import COMPARISONS
from ui.classification.report_row_list import show_rows
from ui.classification.report_source import Shown, is_known, model_names, shown_model
from ui.inputs import show_csv, show_segments
from ui.queue import turn_in_queue
from ui.text import naming, t

if TYPE_CHECKING:
    from core.classification.metrics.learning_curve import LearningPoint

KEY = "classification.report.compare"
POINTS, UNFINISHED = "classification.report.compare.points", "classification.report.compare.unfinished"
FAST = ("majority", "tfidf", "knn", "probe")
MEASURES = ("accuracy", "macro_f1")
MOST_SEEDS = 5
MOST_SECONDS = 60
"""After which no further training is begun: what is longer does not belong into the page."""
CELLS = ("second_only", "first_only", "both_wrong")


def show_comparison(shown: Shown) -> None:
    """McNemar's test or the learning curve."""
    if show_segments("classification", "report_comparison", COMPARISONS) == "methods":
        _show_methods(shown)
    else:
        _show_learning(shown)


def _show_methods(shown: Shown) -> None:
    st.markdown(t("classification.report.mcnemar.lead"))
    names = {name: said for name, said in model_names().items() if name != shown.name}
    other = st.selectbox(
        t("classification.report.mcnemar.other"),
        list(names),
        format_func=lambda name: names[name],
        key=f"{KEY}.other",
        help=t("classification.report.mcnemar.other_help"),
    )
    # One that is to be fitted first waits for the reader; what is known is compared at once.
    if is_known(other) or st.button(
        t("classification.report.mcnemar.run"),
        key=f"{KEY}.fit",
        type="primary",
        icon=":material/play_arrow:",
        help=t("classification.report.mcnemar.run_help"),
    ):
        _show_test(shown, shown_model(other))


def _show_test(shown: Shown, other: Shown) -> None:
    import numpy as np

    from core.classification.metrics.mcnemar import mcnemar

    first, second = shown.report.predictions, other.report.predictions
    found = mcnemar(first, second)
    names = {
        "first": t(f"classification.train.method.{shown.report.method}"),
        "second": t(f"classification.train.method.{other.report.method}"),
    }
    st.dataframe(
        [
            {
                "": t("classification.report.mcnemar.right", name=names["first"]),
                t("classification.report.mcnemar.right", name=names["second"]): found.both_right,
                t("classification.report.mcnemar.wrong", name=names["second"]): found.first_only,
            },
            {
                "": t("classification.report.mcnemar.wrong", name=names["first"]),
                t("classification.report.mcnemar.right", name=names["second"]): found.second_only,
                t("classification.report.mcnemar.wrong", name=names["second"]): found.both_wrong,
            },
        ],
        hide_index=True,
        key=f"{KEY}.table",
    )
    b, c = found.first_only, found.second_only
    st.latex(
        rf"p = 2\sum_{{k=0}}^{{{min(b, c)}}}\binom{{{b + c}}}{{k}} 2^{{-{b + c}}}"
        rf" = \text{{{found.p_exact:.3g}}}"
        rf"\qquad \chi^2 = \frac{{(|{b}-{c}|-1)^2}}{{{b + c}}} = {found.statistic:.2f}"
        if b + c
        else "p = 1"
    )
    verdict = "certain" if found.certain else "open"
    st.markdown(
        t(
            f"classification.report.mcnemar.{verdict}",
            **names,
            difference=(c - b) / len(first.texts),
            differing=found.differing,
            p=found.p_exact,
        )
    )
    st.caption(t("classification.report.mcnemar.caption"))
    cell = show_segments("classification.report.mcnemar", "cell", CELLS)
    wanted = np.array(first.wanted)
    rights = [np.array(each.predicted) == wanted for each in (first, second)]
    sides = {"second_only": ~rights[0] & rights[1], "first_only": rights[0] & ~rights[1]}
    places = np.flatnonzero(sides.get(cell, ~rights[0] & ~rights[1]))
    show_rows(first, places.tolist(), f"{KEY}.{cell}", f"{cell.replace('_', '-')}.csv")


def _show_learning(shown: Shown) -> None:
    st.markdown(t("classification.report.learning.lead"))
    methods = st.pills(
        t("classification.report.learning.methods"),
        FAST,
        selection_mode="multi",
        default=("majority", "tfidf"),
        format_func=naming("classification.train.method.*"),
        key=f"{KEY}.methods",
        help=t("classification.report.learning.methods_help"),
    )
    seeds = st.number_input(
        t("classification.report.learning.seeds"),
        1,
        MOST_SEEDS,
        3,
        key=f"{KEY}.seeds",
        help=t("classification.report.learning.seeds_help"),
        width=200,
    )
    if st.button(
        t("classification.report.learning.run"),
        key=f"{KEY}.run",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not methods,
    ):
        _measure(shown, tuple(methods), int(seeds))
    kept = st.session_state.get(POINTS)
    if kept is None or kept[0] is not shown:
        st.info(t("classification.report.learning.empty"), icon=":material/show_chart:")
        return
    _show_points(kept[1])
    if st.session_state.get(UNFINISHED):
        left = st.session_state[UNFINISHED]
        st.caption(t("classification.report.learning.unfinished", count=left, seconds=MOST_SECONDS))


def _measure(shown: Shown, methods: tuple[str, ...], seeds: int) -> None:
    """Point by point; what was measured stays when the reader goes on to something else."""
    from core.classification.metrics.learning_curve import curve_sizes, learning_points

    place = st.empty()
    with turn_in_queue(st.empty()):
        started = time.monotonic()
        split = shown.rows_learned()
        total = len(curve_sizes(len(split.training), len(split.classes))) * len(methods) * seeds
        points: list[LearningPoint] = []
        st.session_state[POINTS] = (shown, points)
        for point in learning_points(split, methods, seeds):
            points.append(point)
            text = t("classification.report.learning.progress", done=len(points), total=total)
            place.progress(len(points) / total, text=text)
            if time.monotonic() - started > MOST_SECONDS:
                break
    place.empty()
    st.session_state[UNFINISHED] = total - len(points)


def _show_points(points: "list[LearningPoint]") -> None:
    from core.plots.classification_learning import learning_figure

    if not points:
        return
    measure = show_segments("classification.report.learning", "measure", MEASURES)
    st.plotly_chart(
        learning_figure(points, "accuracy" if measure == "accuracy" else "macro_f1", t), key=f"{KEY}.curve"
    )
    st.caption(t("classification.report.learning.caption"))
    rows = [
        {
            t("classification.report.column.method"): t(f"classification.train.method.{point.method}"),
            t("classification.report.column.rows"): point.rows,
            t("classification.report.column.seed"): point.seed,
            t("classification.report.figure.accuracy"): round(point.accuracy, 4),
            t("classification.report.figure.macro_f1"): round(point.macro_f1, 4),
        }
        for point in points
    ]
    show_csv(lambda: csv_text(rows), "learning-curve.csv", f"{KEY}.learning.csv")
