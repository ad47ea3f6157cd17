"""What the answers of "Train" rest on: scikit-learn's losses, and a label that is added without training."""

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.pipeline import make_pipeline

from core.classification.shipped import sample_split
from tests.core.measured import measured_small


def test_overfitting_is_what_scikit_learn_finds() -> None:
    split = sample_split("en")
    theirs = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\b\w+\b", sublinear_tf=True),
        LogisticRegression(C=100.0, max_iter=2000),
    ).fit(split.training.texts, split.training.labels)
    table = theirs.predict_proba(split.validation.texts)
    found = measured_small("classification", "overfitting").values
    assert found["best"] == 100.0
    assert found["best_loss"] == pytest.approx(
        log_loss(split.validation.labels, table, labels=theirs.classes_), abs=5e-3
    )
    assert found["best_accuracy"] == pytest.approx(
        accuracy_score(split.validation.labels, theirs.predict(split.validation.texts)), abs=0.03
    )
    assert found["loose_training"] < 0.01
    assert found["loose_loss"] > found["nothing_loss"]


@pytest.mark.real_model
def test_a_label_is_added_to_neighbours_without_training() -> None:
    found = measured_small("classification", "retrieval_against_probe").values
    assert found["before"] == 0.0
    assert found["after"] > 0.5
    rows = sample_split("en").training.labels
    assert found["added"] == rows.count("invoice")
