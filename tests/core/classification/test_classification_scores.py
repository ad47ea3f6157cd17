"""Confusion matrix, precision, recall, F1 and their averages: as scikit-learn has them."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from core.classification.metrics.confusion import (
    confusion,
    largest_confusions,
    places_of_cell,
    reordered,
    shares,
)
from core.classification.metrics.errors import worst_errors
from core.classification.metrics.intervals import bootstrap_estimates
from core.classification.metrics.known_rows import learned_rows, taken
from core.classification.metrics.scores import scores
from core.classification.predictions import Predictions
from core.errors import GlassboxError
from tests.core.classification.drawn_predictions import drawn_predictions

CASES = [
    drawn_predictions(0),
    drawn_predictions(1, texts=40, classes=20, sharpness=0.0),
    drawn_predictions(2, classes=2, ties=True),
    drawn_predictions(3, texts=900, classes=77),
]
NOTHING = Predictions(("a", "b"), (), (), (), np.zeros((0, 2)))


@pytest.mark.parametrize("predictions", CASES)
def test_every_figure_is_scikit_learn_s(predictions: Predictions) -> None:
    found = confusion(predictions)
    labels = list(found.classes)
    assert np.array_equal(
        found.counts, confusion_matrix(predictions.wanted, predictions.predicted, labels=labels)
    )
    figures = scores(found)
    assert figures.accuracy == pytest.approx(accuracy_score(predictions.wanted, predictions.predicted))
    library = precision_recall_fscore_support(
        predictions.wanted, predictions.predicted, labels=labels, zero_division=0
    )
    own = [(score.precision, score.recall, score.f1, score.support) for score in figures.by_class]
    assert np.allclose(np.array(own).T, np.array(library))
    for average in figures.averages:
        wanted = precision_recall_fscore_support(
            predictions.wanted, predictions.predicted, average=average.name, zero_division=0
        )
        assert (average.precision, average.recall, average.f1) == pytest.approx(wanted[:3])
    assert figures.micro.f1 == pytest.approx(figures.accuracy)


def test_a_label_that_was_never_learned_has_a_row_and_nothing_right() -> None:
    predictions = drawn_predictions(4, classes=3)
    strange = replace(predictions, wanted=("new one", *predictions.wanted[1:]))
    found = confusion(strange)
    assert found.classes == (*predictions.classes, "new one")
    assert scores(found).of("new one").recall == 0
    assert found.counts[:, 3].sum() == 0
    library = precision_recall_fscore_support(
        strange.wanted, strange.predicted, average="macro", zero_division=0
    )
    assert scores(found).macro.f1 == pytest.approx(library[2])
    assert len(learned_rows(strange).texts) == len(strange.texts) - 1


def test_a_class_that_does_not_occur_is_no_part_of_the_macro_mean() -> None:
    few = taken(drawn_predictions(5, classes=4, sharpness=9.0), [0, 1])
    assert len(scores(confusion(few)).by_class) == 4
    library = precision_recall_fscore_support(few.wanted, few.predicted, average="macro", zero_division=0)
    assert scores(confusion(few)).macro.f1 == pytest.approx(library[2])


@pytest.mark.parametrize("share", ["wanted", "predicted"])
def test_shares_are_scikit_learn_s_normalised_matrix(share: str) -> None:
    predictions = CASES[1]
    normalise = {"wanted": "true", "predicted": "pred"}[share]
    wanted = confusion_matrix(predictions.wanted, predictions.predicted, normalize=normalise)
    assert np.allclose(shares(confusion(predictions), share), wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("order", ["name", "size", "confused"])
def test_another_order_keeps_every_cell(order: str) -> None:
    found = confusion(CASES[3])
    other = reordered(found, order)  # type: ignore[arg-type]
    assert sorted(other.classes) == list(found.classes)
    back = [other.classes.index(label) for label in found.classes]
    assert np.array_equal(other.counts[np.ix_(back, back)], found.counts)
    assert scores(other).macro.f1 == pytest.approx(scores(found).macro.f1)


def test_confused_classes_come_to_stand_side_by_side() -> None:
    predictions = drawn_predictions(6, classes=6, sharpness=8.0)
    swapped = [0, 1, 2, 3, 4, 5]
    swapped[0], swapped[4] = 4, 0
    mixed = np.where(
        np.arange(200)[:, None] % 2, predictions.probabilities, predictions.probabilities[:, swapped]
    )
    places = reordered(confusion(replace(predictions, probabilities=mixed)), "confused").classes
    assert abs(places.index("class 000") - places.index("class 004")) == 1


def test_the_fullest_cells_lead_to_their_texts() -> None:
    predictions = CASES[3]
    found = confusion(predictions)
    pairs = largest_confusions(found, 20)
    counts = [pair.count for pair in pairs]
    assert counts == sorted(counts, reverse=True)
    away = found.counts.copy()
    np.fill_diagonal(away, 0)
    assert counts[0] == away.max()
    for pair in pairs:
        places = places_of_cell(predictions, pair.wanted, pair.predicted)
        assert len(places) == pair.count
        assert all(predictions.wanted[place] == pair.wanted for place in places)
        assert all(predictions.predicted[place] == pair.predicted for place in places)
    assert len(largest_confusions(found, 10_000)) == np.count_nonzero(away)


def test_the_worst_errors_are_all_errors_the_surest_first() -> None:
    predictions = CASES[0]
    worst = worst_errors(predictions)
    found = confusion(predictions)
    assert len(worst) == found.total - found.right
    gaps = [
        predictions.confidence[place]
        - predictions.probabilities[place, predictions.classes.index(predictions.wanted[place])]
        for place in worst
    ]
    assert gaps == sorted(gaps, reverse=True)


def test_intervals_hold_the_figure_and_narrow_as_texts_are_added() -> None:
    few, many = (bootstrap_estimates(drawn_predictions(7, texts=count), 300) for count in (100, 1600))
    for name in ("accuracy", "macro_f1", "weighted_f1", "log_loss"):
        assert few[name].low <= few[name].value <= few[name].high
        width = [each[name].high - each[name].low for each in (few, many)]
        assert 2.5 < width[0] / width[1] < 6.5  # the square root of 16, give or take chance
    whole = scores(confusion(drawn_predictions(7, texts=100)))
    assert few["macro_f1"].value == pytest.approx(whole.macro.f1)
    assert few["weighted_f1"].value == pytest.approx(whole.weighted.f1)
    # An accuracy of p over n texts has the standard error sqrt(p (1 - p) / n).
    p = few["accuracy"].value
    assert (few["accuracy"].high - few["accuracy"].low) / 3.92 == pytest.approx(
        (p * (1 - p) / 100) ** 0.5, rel=0.2
    )


def test_nothing_to_score_is_refused() -> None:
    for measure in (confusion, learned_rows, bootstrap_estimates):
        with pytest.raises(GlassboxError, match="no row"):
            measure(NOTHING)
