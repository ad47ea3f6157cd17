"""Figures of the report: they draw the numbers they are given, named harmlessly, at every size."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.classification.metrics.confusion import confusion, shares
from core.classification.metrics.coverage import coverage_curve, selection
from core.classification.metrics.learning_curve import LearningPoint
from core.classification.metrics.out_of_scope import scope_scores
from core.classification.report import report_of
from core.plots.classification_calibration import cost_figure, reliability_figure
from core.plots.classification_confusion import MOST_MARKS, confusion_figure
from core.plots.classification_coverage import coverage_figure
from core.plots.classification_curves import precision_recall_figure, roc_figure
from core.plots.classification_label import class_label
from core.plots.classification_learning import learning_figure
from core.plots.classification_scope import scope_roc_figure, scope_spread_figure
from core.wording import LANGUAGES, words_in
from tests.core.classification.drawn_predictions import drawn_predictions

EN = words_in("en")
REPORT = report_of("drawn", "probe", drawn_predictions(0), drawn_predictions(1))


def traces(drawn: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in drawn.data}


@pytest.mark.parametrize("classes", [2, 22, 77, 500])
def test_the_matrix_is_one_heat_map_with_every_cell_where_it_belongs(classes: int) -> None:
    found = confusion(drawn_predictions(2, texts=5 * classes + 50, classes=classes, sharpness=1.0))
    chosen = (found.classes[1], found.classes[0])
    drawn = confusion_figure(found, "counts", chosen, EN)
    heat, marks = drawn.data
    table = np.nan_to_num(np.array(heat.z, float)) ** 2
    assert np.allclose(table, found.counts, rtol=1e-5)
    assert len(marks.x) == min(MOST_MARKS, np.count_nonzero(found.counts))
    for x, y, told in list(zip(marks.x, marks.y, marks.customdata, strict=True))[:50]:
        assert told[2] == found.counts[y, x]
        assert (told[-2], told[-1]) == (y, x)
    frame = drawn.layout.shapes[0]
    assert (frame.x0, frame.y0) == (-0.5, 0.5)
    assert drawn.layout.height <= 1250


def test_shares_are_drawn_as_percent() -> None:
    found = confusion(drawn_predictions(2, classes=4))
    drawn = confusion_figure(found, "wanted", None, EN)
    assert drawn.data[0].text[0][0] == f"{shares(found, 'wanted')[0, 0]:.0%}"
    assert not drawn.layout.shapes


def test_curves_of_chosen_classes_carry_their_areas() -> None:
    chosen = ("class 000", "class 003", "not there")
    drawn = traces(roc_figure(REPORT.roc, chosen, EN))
    first = REPORT.roc.curves[0]
    line = drawn[EN("classification.report.roc.line", label="class 000", area=first.area)]
    assert (line.x[0], line.y[0], line.x[-1], line.y[-1]) == (0, 0, 1, 1)
    assert len(drawn) == 4  # two classes, micro, chance
    curves = traces(precision_recall_figure(REPORT.precision_recall, chosen, EN))
    assert len(curves) == 2
    assert next(iter(curves.values())).x[0] == 0


def test_reliability_marks_are_the_filled_bins() -> None:
    assert REPORT.scaled is not None
    drawn = reliability_figure(REPORT.calibration, REPORT.scaled.calibration, EN)
    before = drawn.data[1]
    full = [each for each in REPORT.calibration.bins if each.count]
    assert list(before.x) == [each.confidence for each in full]
    assert list(before.y) == [each.accuracy for each in full]
    assert len(reliability_figure(REPORT.calibration, None, EN).data) == 2


def test_costs_add_up_to_the_whole_loss() -> None:
    line = cost_figure(REPORT.log_loss, EN).data[0]
    assert (line.x[0], line.y[0]) == (0, 0)
    assert (line.x[-1], line.y[-1]) == pytest.approx((1, 1))
    assert line.y[20] == pytest.approx(REPORT.log_loss.share_of_costliest(int(line.customdata[20])))


def test_the_chosen_threshold_is_a_mark_on_the_coverage_curve() -> None:
    curve = coverage_curve(REPORT.predictions)
    chosen = selection(REPORT.predictions, 0.6)
    line, mark = coverage_figure(curve, chosen, EN).data
    assert (mark.x[0], mark.y[0]) == (chosen.coverage, chosen.accuracy)
    assert line.x[-1] == 1
    assert len(coverage_figure(curve, selection(REPORT.predictions, 2.0), EN).data) == 1


def test_scope_figures_show_both_kinds() -> None:
    scores = scope_scores(
        drawn_predictions(3, sharpness=5.0).probabilities, drawn_predictions(4).probabilities
    )
    assert len(scope_roc_figure(scores, EN).data) == len(scores) + 1
    spread = scope_spread_figure(scores[0], 0.5, EN)
    assert [sum(bar.customdata) for bar in spread.data] == [200, 200]
    assert sum(spread.data[0].y) == pytest.approx(1)


def test_learning_points_become_a_line_a_method_with_its_range() -> None:
    points = [
        LearningPoint(method, rows, seed, rows / 100 + seed / 100, 0.1)
        for method in ("tfidf", "probe")
        for rows in (20, 40)
        for seed in (0, 1)
    ]
    drawn = learning_figure(points, "accuracy", EN)
    assert [list(trace.x) for trace in drawn.data] == [[20, 40], [20, 40]]
    assert list(drawn.data[0].y) == pytest.approx([0.205, 0.405])
    assert list(drawn.data[0].error_y.array) == pytest.approx([0.005, 0.005])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_speaks_both_languages_and_names_are_no_markup(language: str) -> None:
    words = words_in(language)  # type: ignore[arg-type]
    for drawn in (
        confusion_figure(REPORT.confusion, "counts", None, words),
        roc_figure(REPORT.roc, ("class 000",), words),
        coverage_figure(coverage_curve(REPORT.predictions), selection(REPORT.predictions, 0.5), words),
        reliability_figure(REPORT.calibration, None, words),
    ):
        assert drawn.layout.title.text
        assert drawn.layout.xaxis.title.text
        assert drawn.layout.yaxis.title.text
        assert drawn.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert class_label("<b>x</b>\n y") == "&lt;b&gt;x&lt;/b&gt; y"
