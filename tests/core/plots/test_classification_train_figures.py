"""The figures of the view "train" show the numbers that they were given, and markup as text."""

from typing import Any

import numpy as np
import pytest

from core.classification.curves import CurvePoint
from core.classification.scores import Scores
from core.classification.settings import TrainSettings
from core.classification.training_record import TrainingRecord
from core.plots.classification_train_compare import accuracy_figure, cost_figure
from core.plots.classification_train_curves import MOST_POINTS, curve_figure
from core.plots.classification_train_try import MOST_CLASSES, answers_figure
from core.wording import LANGUAGES, words_in


def record(accuracy: float, seconds: float) -> TrainingRecord:
    found = Scores(100, accuracy, accuracy - 0.1, accuracy + 0.05, 0.5, 1.0, None, 0.1)
    return TrainingRecord(
        "tfidf", TrainSettings(), "d", "0" * 64, 0, 9, 9, 100, 3, 5, seconds, 1.0, 0.2, 0.05, found
    )


POINTS = [("<b>Probe</b>", record(0.8, 2.0)), ("Majority", record(0.2, 0.0))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_accuracies_and_their_intervals(language: Any) -> None:
    drawn = accuracy_figure(POINTS, words_in(language))
    (trace,) = drawn.data
    assert list(trace.x) == pytest.approx([80, 20])
    assert list(trace.error_x.array) == pytest.approx([5, 5])
    assert list(trace.error_x.arrayminus) == pytest.approx([10, 10])
    assert trace.y[0] == "&lt;b&gt;Probe&lt;/b&gt;"
    assert drawn.layout.title.text


def test_costs_lie_on_a_logarithmic_axis_even_where_there_are_none() -> None:
    drawn = cost_figure(POINTS, words_in("en"))
    assert [trace.x[0] for trace in drawn.data] == [2.0, 0.001]
    assert [trace.y[0] for trace in drawn.data] == pytest.approx([80, 20])
    assert drawn.layout.xaxis.type == "log"


def test_curves_mark_the_least_validation_loss_and_stay_few() -> None:
    points = [
        CurvePoint(
            step, {"training_loss": 1 / step, "validation_loss": abs(step - 700) / 700, "step_loss": 2.0}
        )
        for step in range(1, 2001)
    ]
    drawn = curve_figure(points, "Probe", False, words_in("en"))
    star = drawn.data[-1]
    assert (star.x[0], star.y[0]) == (700, 0)
    assert all(len(trace.x) <= MOST_POINTS + 1 for trace in drawn.data)
    assert drawn.data[1].x[-1] == 2000
    only = curve_figure([CurvePoint(1, {"training_loss": 0.5})], "Probe", True, words_in("zh"))
    assert len(only.data) == 1


def test_answers_are_a_heat_map_of_the_likeliest_classes() -> None:
    classes = tuple(f"c{place:02d}" for place in range(30))
    even = np.full(30, 1 / 30)
    sure = np.full(30, 0.1 / 29)
    sure[17] = 0.9
    drawn = answers_figure(
        [("a", classes, even), ("b", classes, sure), ("c", ("other",), np.ones(1))], words_in("en")
    )
    (heat,) = drawn.data
    assert len(heat.y) == MOST_CLASSES
    assert list(heat.y[:2]) == ["other", "c17"]
    assert list(heat.z[1]) == pytest.approx([100 / 30, 90, 0])
