"""ROC, precision-recall, log loss, calibration, temperature, coverage, McNemar: against second libraries."""

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from scipy.stats import binomtest, chi2
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)
from sklearn.metrics import log_loss as library_log_loss

from core.classification.metrics.calibration import calibration
from core.classification.metrics.coverage import coverage_curve, selection, threshold_for
from core.classification.metrics.label_errors import confident_classes, label_errors
from core.classification.metrics.log_loss import log_loss
from core.classification.metrics.mcnemar import from_counts, mcnemar
from core.classification.metrics.out_of_scope import energy, nearest_cosine, scope_score, scope_scores
from core.classification.metrics.precision_recall import precision_recall
from core.classification.metrics.ranking import ranking, thinned
from core.classification.metrics.roc import pairs_won, roc
from core.classification.metrics.temperature import fitted_temperature, rescaled, with_temperature
from core.classification.predictions import Predictions
from core.errors import GlassboxError
from tests.core.classification.drawn_predictions import drawn_predictions

CASES = [drawn_predictions(0), drawn_predictions(1, texts=60, classes=9, ties=True)]


@pytest.mark.parametrize("predictions", CASES)
def test_roc_and_its_areas_are_scikit_learn_s(predictions: Predictions) -> None:
    found = roc(predictions)
    wanted = np.array(predictions.wanted)
    assert not found.without
    for place, curve in enumerate(found.curves):
        scored = predictions.probabilities[:, place]
        one = wanted == curve.label
        library = roc_curve(one, scored, drop_intermediate=False)
        own = (curve.false_positive_rate, curve.true_positive_rate, curve.thresholds)
        for mine, theirs in zip(own, library, strict=True):
            assert np.allclose(mine, theirs)
        assert curve.area == pytest.approx(roc_auc_score(one, scored))
        assert pairs_won(ranking(one, scored)) == pytest.approx(curve.area)
    arguments = (wanted, predictions.probabilities)
    assert found.macro_area == pytest.approx(roc_auc_score(*arguments, multi_class="ovr", average="macro"))
    assert found.micro is not None
    assert found.micro.area == pytest.approx(roc_auc_score(*arguments, multi_class="ovr", average="micro"))


@pytest.mark.parametrize("predictions", CASES)
def test_precision_against_recall_is_scikit_learn_s(predictions: Predictions) -> None:
    for place, curve in enumerate(precision_recall(predictions)):
        one = np.array(predictions.wanted) == curve.label
        scored = predictions.probabilities[:, place]
        precision, recall, thresholds = precision_recall_curve(one, scored)
        assert np.allclose(curve.precision, precision[:-1][::-1])
        assert np.allclose(curve.recall, recall[:-1][::-1])
        assert np.allclose(curve.thresholds, thresholds[::-1])
        assert curve.average_precision == pytest.approx(average_precision_score(one, scored))
        assert curve.share == pytest.approx(one.mean())


def test_a_class_without_texts_has_no_curve_and_is_named() -> None:
    predictions = drawn_predictions(2, classes=3)
    kept = [place for place, label in enumerate(predictions.wanted) if label != "class 001"]
    lacking = replace(
        predictions,
        texts=tuple(predictions.texts[place] for place in kept),
        rows=tuple(kept),
        wanted=tuple(predictions.wanted[place] for place in kept),
        probabilities=predictions.probabilities[kept],
    )
    found = roc(lacking)
    assert found.without == ("class 001",)
    assert [curve.label for curve in precision_recall(lacking)] == ["class 000", "class 002"]
    alone = replace(lacking, wanted=("class 000",) * len(kept))
    assert isnan(roc(alone).macro_area)


@pytest.mark.parametrize("predictions", CASES)
def test_log_loss_is_scikit_learn_s_and_adds_up(predictions: Predictions) -> None:
    found = log_loss(predictions)
    labels = list(predictions.classes)
    assert found.mean == pytest.approx(
        library_log_loss(predictions.wanted, predictions.probabilities, labels=labels)
    )
    shares = np.array([[predictions.wanted.count(label) / len(predictions.texts) for label in labels]])
    guesses = shares.repeat(len(predictions.texts), axis=0)
    assert found.guessing == pytest.approx(library_log_loss(predictions.wanted, guesses, labels=labels))
    assert found.costs[found.costliest[0]] == found.costs.max()
    assert found.share_of_costliest(len(found.costs)) == pytest.approx(1.0)


def test_a_probability_of_zero_costs_much_but_not_infinitely_much() -> None:
    sure = Predictions(("a", "b"), ("x",), (0,), ("a",), np.array([[0.0, 1.0]]))
    assert log_loss(sure).mean == pytest.approx(library_log_loss(["a"], [[0.0, 1.0]], labels=["a", "b"]))


def test_the_calibration_error_by_hand() -> None:
    chances = np.array([[0.95, 0.05], [0.93, 0.07], [0.62, 0.38], [0.38, 0.62], [0.55, 0.45]])
    wanted = ("a", "b", "a", "a", "a")
    found = calibration(Predictions(("a", "b"), tuple("vwxyz"), tuple(range(5)), wanted, chances))
    assert [each.count for each in found.bins] == [0, 0, 0, 0, 0, 1, 2, 0, 0, 2]
    by_hand = 1 / 5 * 0.45 + 2 / 5 * (0.62 - 0.5) + 2 / 5 * (0.94 - 0.5)
    assert found.error == pytest.approx(by_hand)
    assert sum(found.part_of_error(place) for place in range(10)) == pytest.approx(found.error)
    assert (found.accuracy, found.confidence) == pytest.approx((0.6, chances.max(axis=1).mean()))


def test_the_temperature_undoes_a_temperature() -> None:
    """Labels drawn from the probabilities themselves; then everything is made four times too sure."""
    generator = np.random.default_rng(0)
    chances = generator.dirichlet(np.ones(4), 6000)
    names = ("a", "b", "c", "d")
    wanted = tuple(names[generator.choice(4, p=row)] for row in chances)
    honest = Predictions(names, ("",) * 6000, tuple(range(6000)), wanted, chances)
    boastful = rescaled(honest, 0.25)
    fitted = fitted_temperature(boastful)
    assert fitted.value == pytest.approx(4.0, rel=0.06)
    assert fitted.loss_before == pytest.approx(log_loss(boastful).mean)
    after = rescaled(boastful, fitted.value)
    assert fitted.loss_after == pytest.approx(log_loss(after).mean)
    assert after.predicted == boastful.predicted
    assert calibration(boastful).error > 0.25
    assert calibration(after).error < 0.03
    grid = np.exp(np.linspace(np.log(0.1), np.log(10), 400))
    losses = [log_loss(rescaled(boastful, float(value))).mean for value in grid]
    assert fitted.loss_after <= min(losses) + 1e-9
    assert fitted.errors == sum(a != b for a, b in zip(boastful.predicted, wanted, strict=True))


def test_temperature_equals_softmax_of_scaled_logits() -> None:
    import torch

    chances = drawn_predictions(3).probabilities
    wanted = torch.softmax(torch.tensor(chances).log() / 1.7, dim=1).numpy()
    assert np.allclose(with_temperature(chances, 1.7), wanted)
    assert fitted_temperature(drawn_predictions(3, sharpness=12.0)).errors == 0


@pytest.mark.parametrize("predictions", CASES)
def test_coverage_is_what_counting_gives(predictions: Predictions) -> None:
    curve = coverage_curve(predictions)
    right = np.array(predictions.predicted) == np.array(predictions.wanted)
    for threshold, coverage, accuracy in zip(curve.thresholds, curve.coverage, curve.accuracy, strict=True):
        answered = predictions.confidence >= threshold
        assert (coverage, accuracy) == pytest.approx((answered.mean(), right[answered].mean()))
        chosen = selection(predictions, float(threshold))
        assert (chosen.coverage, chosen.accuracy) == pytest.approx((coverage, accuracy))
        assert chosen.right + chosen.refused_right == right.sum()
    assert curve.coverage[-1] == 1
    assert selection(predictions, 1.1).accuracy is None
    assert threshold_for(predictions, 0.0) == pytest.approx(predictions.confidence.min())
    assert threshold_for(predictions, 1.01) is None


@pytest.mark.parametrize(("first", "second"), [(12, 3), (0, 5), (40, 61), (7, 7), (300, 240)])
def test_mcnemar_is_the_binomial_test_of_scipy(first: int, second: int) -> None:
    found = from_counts(100, first, second, 9)
    assert found.p_exact == pytest.approx(binomtest(first, first + second, 0.5).pvalue)
    assert found.p_chi_squared == pytest.approx(chi2.sf(found.statistic, 1))


def test_mcnemar_counts_texts_of_the_same_rows_only() -> None:
    first, second = drawn_predictions(0), drawn_predictions(0, sharpness=2.0)
    assert mcnemar(first, second).differing == 0
    assert mcnemar(first, second).p_exact == 1
    other = replace(second, probabilities=second.probabilities[:, ::-1])
    found = mcnemar(first, other)
    rights = [np.array(each.predicted) == np.array(each.wanted) for each in (first, other)]
    assert found.first_only == (rights[0] & ~rights[1]).sum()
    assert found.second_only == (~rights[0] & rights[1]).sum()
    assert found.both_right + found.differing + found.both_wrong == 200
    with pytest.raises(GlassboxError, match="same rows"):
        mcnemar(first, drawn_predictions(1))


def test_the_energy_of_a_logistic_regression_is_that_of_its_own_logits() -> None:
    generator = np.random.default_rng(1)
    features = generator.normal(size=(300, 6))
    labels = features[:, :4].argmax(axis=1)
    model = LogisticRegression(C=5, max_iter=2000, tol=1e-10).fit(features, labels)
    logits = model.decision_function(features)
    assert np.allclose(logits.sum(axis=1), 0, atol=1e-6)
    wanted = np.log(np.exp(logits).sum(axis=1))
    assert np.allclose(energy(model.predict_proba(features)), wanted, atol=1e-6)


def test_scope_scores_separate_as_their_roc_says() -> None:
    inside = drawn_predictions(5, sharpness=4.0).probabilities
    outside = drawn_predictions(6, sharpness=0.0).probabilities
    wanted = [1] * len(inside) + [0] * len(outside)
    for score in scope_scores(inside, outside):
        assert score.curve.area == pytest.approx(roc_auc_score(wanted, [*score.inside, *score.outside]))
        threshold = score.threshold_keeping(0.9)
        assert (score.inside >= threshold).mean() >= 0.9
        assert (score.inside > threshold).mean() < 0.9
        assert score.passed(threshold) == pytest.approx((score.outside >= threshold).mean())
    with pytest.raises(GlassboxError, match="of both kinds"):
        scope_score("entropy", inside[:, 0], outside[:0, 0])


def test_the_nearest_cosine_by_exhaustive_search() -> None:
    generator = np.random.default_rng(0)
    vectors = [row / np.linalg.norm(row) for row in generator.normal(size=(40, 5))]
    near = nearest_cosine(np.array(vectors[:10]), np.array(vectors[10:]))
    assert near.tolist() == pytest.approx([max(a @ b for b in vectors[10:]) for a in vectors[:10]])


@pytest.mark.parametrize("seed", range(3))
def test_suspected_labels_are_those_of_the_table_written_out(seed: int) -> None:
    predictions = drawn_predictions(seed, texts=400, classes=6, sharpness=3.0)
    found = label_errors(predictions)
    columns = np.array([found.predictions.classes.index(label) for label in found.predictions.wanted])
    counted = confident_classes(found.predictions.probabilities, found.thresholds)
    by_hand = set(np.flatnonzero((counted >= 0) & (counted != columns)))
    own = [found.predictions.classes.index(label) for label in found.proposed]
    assert set(found.suspects.tolist()) <= by_hand
    # cleanlab keeps a row that is predicted as it is labelled, though another class counts it.
    kept = {
        place for place in by_hand if found.predictions.predicted[place] != found.predictions.wanted[place]
    }
    assert set(found.suspects.tolist()) == kept
    assert all(own[rank] != columns[place] for rank, place in enumerate(found.suspects))
    assert found.joint.sum() == (counted >= 0).sum()
    labels = [found.predictions.probabilities[place, columns[place]] for place in found.suspects]
    assert labels == sorted(labels)


def test_flipped_labels_are_found_and_classes_without_rows_are_left_out() -> None:
    clean = drawn_predictions(8, texts=300, classes=4, sharpness=9.0)
    wanted = list(clean.wanted)
    for place in (17, 101, 240):
        wanted[place] = clean.classes[(clean.classes.index(wanted[place]) + 1) % 4]
    flipped = replace(
        clean,
        classes=(*clean.classes, "unused"),
        wanted=tuple(wanted),
        probabilities=np.c_[clean.probabilities, np.zeros(300)],
    )
    found = label_errors(flipped)
    assert {17, 101, 240} <= set(found.suspects.tolist())
    assert "unused" not in found.predictions.classes
    with pytest.raises(GlassboxError, match="two classes"):
        label_errors(replace(clean, wanted=("class 000",) * 300))


def test_a_long_curve_is_drawn_with_few_points_and_both_ends() -> None:
    x, y = thinned(np.arange(5000), np.arange(5000) * 2, most=100)
    assert len(x) == 100
    assert (x[0], x[-1], y[-1]) == (0, 4999, 9998)
