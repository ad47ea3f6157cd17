"""What the answers of "Report" rest on: figures of cross-validated predictions, each row left out once."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, average_precision_score, f1_score

from core.classification.labelled_texts import LabelledTexts
from core.classification.measurements.report import _sample
from core.classification.metrics.out_of_fold import fold_numbers, out_of_fold
from core.classification.predictions import Predictions
from core.curriculum import grade, questions
from tests.core.measured import measured_small

MODEL_FREE = ("averages_apart", "merging_pair", "negatives_tenfold", "confidence_gap")


@pytest.fixture(scope="module")
def sample() -> Predictions:
    return _sample(True)


@pytest.mark.parametrize("name", MODEL_FREE)
def test_the_expected_choice_is_the_measured_one(name: str) -> None:
    question = next(
        each for each in questions("classification") if each.predict and each.predict.measure == name
    )
    prediction = question.predict
    assert prediction is not None
    assert prediction.expected is not None
    found = measured_small("classification", name)
    assert grade(prediction, found.value) is prediction.choices[prediction.expected]


@pytest.mark.real_model
def test_strangers_pass_a_threshold_on_probability_and_fewer_one_on_distance() -> None:
    found = measured_small("classification", "strangers_let_in")
    assert found.value >= 0.5
    assert found.values["distance"] < found.value
    assert found.values["distance_area"] > found.values["area"]


def test_the_averages_are_scikit_learn_s(sample: Predictions) -> None:
    found = measured_small("classification", "averages_apart")
    said, wanted = sample.predicted, sample.wanted
    accuracy = accuracy_score(wanted, said)
    macro = f1_score(wanted, said, average="macro", zero_division=0)
    assert found.value == pytest.approx(100 * (accuracy - macro))
    assert found.values["micro"] == pytest.approx(accuracy)


def test_ten_negatives_for_one_is_scikit_learn_s_weighted_average_precision(sample: Predictions) -> None:
    found = measured_small("classification", "negatives_tenfold")
    labels = np.array(sample.wanted)
    classes = [label for label in sample.classes if (labels == label).sum() >= 3]
    weighted = [
        average_precision_score(
            labels == label,
            sample.probabilities[:, sample.classes.index(label)],
            sample_weight=np.where(labels == label, 1.0, 10.0),
        )
        for label in classes
    ]
    assert found.values["precision_after"] == pytest.approx(np.mean(weighted))


def test_folds_are_stratified_and_no_row_is_predicted_by_what_learned_it() -> None:
    labels = ("a",) * 30 + ("b",) * 15
    numbers = fold_numbers(labels, 5, seed=1)
    for fold in range(5):
        inside = [label for label, number in zip(labels, numbers, strict=True) if number == fold]
        assert (inside.count("a"), inside.count("b")) == (6, 3)
    # Labels that have nothing to do with the texts: who had seen a row would know it by heart.
    generator = np.random.default_rng(0)
    texts = tuple(f"only{place}" for place in range(120))
    drawn = tuple(generator.choice(["x", "y"], 120))
    found = out_of_fold(LabelledTexts(texts, drawn, tuple(range(120))), folds=4)
    assert 0.3 < np.mean([a == b for a, b in zip(found.predicted, drawn, strict=True)]) < 0.7
    assert np.allclose(found.probabilities.sum(axis=1), 1)
