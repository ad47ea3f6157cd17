"""The methods against scikit-learn and transformers; their folders: reproduced, or refused when altered."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods import logistic_regression, vectors
from core.classification.methods.knn import nearest, vote
from core.classification.methods.logistic_regression import fit_head, row_weights
from core.classification.methods.prompt import Prompted, drawn_examples, label_scores, prompt_of
from core.classification.methods.table import METHODS, method_named
from core.classification.model_folder import sealed
from core.classification.settings import TrainSettings, changed_settings
from core.classification.trained_models import load_classifier
from core.errors import GlassboxError

WORDS = {
    "card": "my card has not arrived where is the new card it was posted last week",
    "refund": "i want my money back please refund the order you charged twice",
    "hours": "when do you open on sunday are the shops closed at night",
}


def rows(count: int, seed: int) -> LabelledTexts:
    """Sentences of each class's words, most of the first class."""
    random = np.random.default_rng(seed)
    labels = [str(label) for label in random.choice(list(WORDS), count, p=[0.6, 0.25, 0.15])]
    texts = tuple(" ".join(random.choice(WORDS[label].split(), 4)) for label in labels)
    return LabelledTexts(texts, tuple(labels), tuple(range(count)))


SPLIT = Split("made", rows(90, 0), rows(20, 1), rows(25, 2), 0)


def hashed_vectors(texts: Sequence[str], embedder: str | None = None, **given: object) -> SimpleNamespace:
    """Unit vectors of the words of a text, in place of a model."""
    made = np.zeros((len(texts), 384), dtype=np.float32)
    for place, text in enumerate(texts):
        for word in text.split():
            made[place, int(hashlib.sha256(word.encode()).hexdigest(), 16) % 384] += 1
    made /= np.linalg.norm(made, axis=1, keepdims=True) + 1e-9
    return SimpleNamespace(vectors=made, embedder=embedder or "minilm-l6")


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "embed", hashed_vectors)


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solved further than one needs in practice, so that two solvers can be compared."""
    monkeypatch.setattr(logistic_regression, "TOLERANCE", 1e-8)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("balanced", [False, True])
def test_the_head_equals_scikit_learns_logistic_regression(classes: int, balanced: bool, exact: None) -> None:
    random = np.random.default_rng(3)
    features = random.normal(size=(120, 6))
    targets = np.arange(120) % classes
    targets[:30] = 0
    labels = [str(target) for target in targets]
    theirs = LogisticRegression(C=3.0, class_weight="balanced" if balanced else None, tol=1e-8, max_iter=5000)
    theirs.fit(features, labels)
    ours = fit_head(features, targets, classes, row_weights(labels, balanced), 3.0)
    asked = random.normal(size=(40, 6))
    np.testing.assert_allclose(np.exp(ours.log_probabilities(asked)), theirs.predict_proba(asked), atol=2e-4)
    assert ours.parameters == theirs.coef_.size + theirs.intercept_.size


def test_majority_is_the_prior() -> None:
    ours = METHODS["majority"].fit(SPLIT, TrainSettings(), lambda told: None)
    theirs = DummyClassifier(strategy="prior").fit(SPLIT.training.texts, SPLIT.training.labels)
    np.testing.assert_allclose(ours.probabilities(SPLIT.test.texts), theirs.predict_proba(SPLIT.test.texts))


@pytest.mark.parametrize("pieces", ["words", "characters"])
def test_tfidf_equals_scikit_learns_pipeline_before_and_after_saving(
    pieces: str, tmp_path: Path, exact: None
) -> None:
    words = pieces == "words"
    theirs = make_pipeline(
        TfidfVectorizer(
            analyzer="word" if words else "char",
            ngram_range=(1, 2) if words else (1, 3),
            sublinear_tf=True,
            **({"token_pattern": r"\b\w+\b"} if words else {}),
        ),
        LogisticRegression(C=10.0, tol=1e-8, max_iter=5000),
    ).fit(SPLIT.training.texts, SPLIT.training.labels)
    asked = [*SPLIT.test.texts, "", "zzz", "MY card, my Card!"]
    ours = METHODS["tfidf"].fit(SPLIT, METHODS["tfidf"].settings({"pieces": pieces}), lambda told: None)
    found = ours.probabilities(asked)
    np.testing.assert_allclose(found, theirs.predict_proba(asked), atol=1e-3)
    ours.save(tmp_path / "model")
    np.testing.assert_array_equal(load_classifier(tmp_path / "model").probabilities(asked), found)
    assert {path.suffix for path in (tmp_path / "model").iterdir()} == {".json", ".safetensors"}


def test_neighbours_vote_as_in_scikit_learn(no_model: None) -> None:
    known = vectors.text_vectors(SPLIT.training.texts, "minilm-l6")
    asked = vectors.text_vectors(SPLIT.test.texts, "minilm-l6")
    targets = np.array([SPLIT.classes.index(label) for label in SPLIT.training.labels])
    near, similar = nearest(asked, known, 90)  # all, so that equal distances do not choose differently
    found = vote(np.maximum(similar, 0), targets[near], 3, smoothing=0.0)
    theirs = KNeighborsClassifier(90, metric="cosine", algorithm="brute", weights=lambda far: 1 - far)
    np.testing.assert_allclose(found, theirs.fit(known, targets).predict_proba(asked), atol=1e-5)


@pytest.mark.parametrize("name", ["majority", "tfidf", "knn", "probe"])
def test_a_saved_method_says_the_same(name: str, no_model: None, tmp_path: Path) -> None:
    told: list[dict[str, object]] = []
    ours = METHODS[name].fit(SPLIT, METHODS[name].settings(), told.append)
    found = ours.probabilities(SPLIT.test.texts)
    np.testing.assert_allclose(found.sum(1), 1)
    ours.save(tmp_path / "model")
    again = load_classifier(tmp_path / "model")
    np.testing.assert_array_equal(again.probabilities(SPLIT.test.texts), found)
    assert (again.classes, again.method, again.parameters_trained) == (
        SPLIT.classes,
        name,
        ours.parameters_trained,
    )
    assert all(0 <= float(str(one["done"])) <= 1 for one in told if "done" in one)
    if name != "majority":
        accuracy = np.mean(
            [SPLIT.classes[p] == w for p, w in zip(found.argmax(1), SPLIT.test.labels, strict=True)]
        )
        assert accuracy > 0.85


def test_class_weights_raise_the_rare_class(no_model: None) -> None:
    plain, weighed = (
        METHODS["probe"].fit(
            SPLIT, METHODS["probe"].settings({"class_weights": on, "inverse_penalty": 0.5}), lambda told: None
        )
        for on in (False, True)
    )
    rare = SPLIT.classes.index("hours")
    texts = ["something unheard"]
    assert weighed.probabilities(texts)[0, rare] > plain.probabilities(texts)[0, rare]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    METHODS["tfidf"].fit(SPLIT, TrainSettings(), lambda told: None).save(tmp_path / "model")
    return tmp_path / "model"


def test_altered_folders_are_refused_with_one_sentence(folder: Path) -> None:
    weights = folder / "weights.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(GlassboxError, match="altered"):
        load_classifier(folder)
    weights.unlink()
    with pytest.raises(GlassboxError, match="altered"):
        load_classifier(folder)


def test_an_edited_description_is_refused_even_if_it_reads_well(folder: Path) -> None:
    path = folder / "model.json"
    about = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**about, "classes": about["classes"][::-1]}), "utf-8")
    with pytest.raises(GlassboxError, match="altered"):
        load_classifier(folder)
    path.write_text(json.dumps(sealed({**about, "format": 99})), "utf-8")
    with pytest.raises(GlassboxError, match="another version"):
        load_classifier(folder)
    for name in ("../secret.json", "weights.pickle", "/etc/passwd"):
        path.write_text(json.dumps(sealed({**about, "files": {name: "0" * 64}})), "utf-8")
        with pytest.raises(GlassboxError, match="altered"):
            load_classifier(folder)
    path.write_text("[" * 100_000, "utf-8")
    with pytest.raises(GlassboxError, match="altered"):
        load_classifier(folder)
    path.unlink()
    with pytest.raises(GlassboxError, match="no model"):
        load_classifier(folder)


def test_one_class_and_wordless_texts_are_refused() -> None:
    alone = LabelledTexts(("a", "b"), ("x", "x"), (0, 1))
    dots = LabelledTexts(("...", "!!"), ("x", "y"), (0, 1))
    for part, words in ((alone, "nothing to decide"), (dots, "not one word")):
        with pytest.raises(GlassboxError, match=words):
            METHODS["tfidf"].fit(Split("s", part, part, part, 0), TrainSettings(), lambda told: None)


def test_settings_are_checked_as_if_a_stranger_had_written_them() -> None:
    for given in (
        {"epochs": 0},
        {"epochs": 1.5},
        {"epochs": True},
        {"pieces": "x"},
        {"class_weights": 1},
        {"x": 1},
        [],
    ):
        with pytest.raises(GlassboxError):
            changed_settings(TrainSettings(), given)
    with pytest.raises(GlassboxError):
        changed_settings(TrainSettings(), {"inverse_penalty": float("nan")})
    with pytest.raises(GlassboxError, match="no method"):
        method_named("gpt-5")


def test_scores_of_labels_are_those_of_the_whole_sequence(tiny_language_model, tiny_module) -> None:
    prompt, labels = [5, 9, 11, 3], [[7, 8, 9], [4], [12, 13], [7, 2]]
    found = label_scores(tiny_language_model, prompt, labels)
    for label, score in zip(labels, found, strict=True):
        with torch.inference_mode():
            logits = tiny_module(torch.tensor([prompt + label])).logits[0]
        logged = torch.log_softmax(logits.double(), -1)
        wanted = sum(float(logged[len(prompt) + place - 1, token]) for place, token in enumerate(label))
        assert score == pytest.approx(wanted, abs=1e-4)


def test_a_prompt_divides_out_what_its_labels_have_anyway(tiny_language_model) -> None:
    nothing = LabelledTexts((), (), ())
    ours = Prompted(("card", "refund"), True, nothing, model=tiny_language_model)
    np.testing.assert_allclose(ours.probabilities(["N/A"]), [[0.5, 0.5]], atol=1e-6)
    assert not np.allclose(ours.probabilities(["where is my card?"]), 0.5, atol=1e-3)


def test_examples_are_of_different_classes_and_come_before_the_text() -> None:
    drawn = drawn_examples(SPLIT.training, 3, seed=4)
    assert set(drawn.labels) == set(WORDS)
    assert drawn_examples(SPLIT.training, 3, seed=4) == drawn
    shown = prompt_of("Hello\nthere", drawn)
    assert shown.count("Customer:") == 4
    assert shown.endswith("Customer: Hello there\nThe customer asks about:")
