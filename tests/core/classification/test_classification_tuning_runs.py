"""Whole runs of tuning: early stopping, going on after a stop, folders, on a tiny BERT and on MiniLM."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.table import METHODS
from core.classification.model_folder import MODEL_FILE, ModelParts, read_model, write_model
from core.classification.settings import TrainSettings
from core.classification.tuning.checkpoint import STATE_FILE, snapshot
from core.classification.tuning.contrastive import ContrastiveTuning
from core.classification.tuning.encoder import own_encoder, token_ids, unknown_share
from core.classification.tuning.epochs import Epoch, best_of, is_over, tune
from core.classification.tuning.fine_tuning import FineTuning
from core.classification.tuning.network import TextClassifier, computed
from core.classification.tuning.training import Training
from core.embedding.embedders import minilm_vectors
from core.errors import GlassboxError
from tests.core.classification.test_classification_tuning_steps import (
    CLASSES,
    SETTINGS,
    fine_tuning,
    tiny_network,
    tiny_rows,
)

TEXTS = {
    "card": ["where is my card", "my card has not come", "the card did not arrive", "card still missing"],
    "refund": ["I want my money back", "please refund me", "give me a refund", "return the payment"],
    "greeting": ["hello there", "good morning", "hi, how are you", "hey"],
}


class Stopped(Exception):  # noqa: N818 - stands for a cancelled job
    """Raised by a report."""


def unreported(told: dict[str, Any]) -> None:
    """Nobody listens."""


def small_split() -> Split:
    rows = [(text, label) for label, texts in TEXTS.items() for text in texts]
    data = LabelledTexts(tuple(r[0] for r in rows), tuple(r[1] for r in rows), tuple(range(len(rows))))
    held_out = [place for place in range(len(rows)) if place % 4 == 3]
    taught = [place for place in range(len(rows)) if place % 4 != 3]
    return Split("small", data.at(taught), data.at(held_out), data.at(held_out), 0)


def contrastive(dropout: float = 0.1) -> ContrastiveTuning:
    rows, targets = tiny_rows()
    settings = TrainSettings(**{**vars(SETTINGS), "pairs": 2})
    return ContrastiveTuning(tiny_network(dropout), rows, targets, settings)


def scripted(accuracies: list[float]) -> Any:
    """A validation that finds these, one a call."""
    left = iter(accuracies)
    return lambda: (1.0, next(left))


def test_early_stopping_puts_the_best_epoch_back() -> None:
    seen: list[dict[str, torch.Tensor]] = []
    training = fine_tuning(tiny_network(), epochs=9, patience=2)
    accuracies = iter([0.1, 0.5, 0.7, 0.6, 0.7, 0.9])

    def validate() -> tuple[float, float]:
        seen.append(snapshot(training.trained))
        return 1.0, next(accuracies)

    epochs = tune(training, validate, unreported, None)
    assert [epoch.number for epoch in epochs] == [0, 1, 2, 3, 4]  # two epochs no better than the second
    for name, value in training.trained.items():
        assert torch.equal(value, seen[2][name])
    assert not torch.equal(seen[2]["head.weight"], seen[4]["head.weight"])


def test_of_epochs_with_as_many_errors_the_one_with_the_smaller_loss_is_kept() -> None:
    epochs = (
        Epoch(0, None, 0.9, 0.5),
        Epoch(1, 1.0, 0.5, 0.8),
        Epoch(2, 0.5, 0.4, 0.8),
        Epoch(3, 0.4, 0.3, 0.7),
    )
    assert best_of(epochs).number == 2
    assert [is_over(epochs, patience) for patience in (2, 1, 0)] == [False, True, False]


def test_tuning_that_only_harms_leaves_the_start() -> None:
    training = fine_tuning(tiny_network(), patience=3)
    before = snapshot(training.trained)
    tune(training, scripted([0.9, 0.5, 0.5, 0.5]), unreported, None)
    assert all(torch.equal(value, before[name]) for name, value in training.trained.items())


def test_without_validation_rows_every_epoch_is_run_and_the_last_kept() -> None:
    training = fine_tuning(tiny_network(), epochs=3, patience=1)
    epochs = tune(training, lambda: None, unreported, None)
    assert best_of(epochs).number == 3
    assert [epoch.validation_loss for epoch in epochs] == [None] * 4


@pytest.mark.parametrize(
    "make", [lambda: fine_tuning(tiny_network(0.1)), contrastive], ids=["labels", "pairs"]
)
def test_a_resumed_run_equals_an_uninterrupted_one(make: Any, tmp_path: Path) -> None:
    def validate_with(training: Training) -> Any:
        return lambda: (
            float(training.trained["encoder.encoder.layer.0.output.dense.bias"].detach().abs().sum()),
            0.5,
        )

    whole = make()
    epochs = tune(whole, validate_with(whole), unreported, None)

    def stop_in_third(told: dict[str, Any]) -> None:
        if told.get("step", 0) > 2:
            raise Stopped

    cut = make()
    with pytest.raises(Stopped):
        tune(cut, validate_with(cut), stop_in_third, tmp_path)
    resumed = make()
    told: list[dict[str, Any]] = []
    assert tune(resumed, validate_with(resumed), told.append, tmp_path) == epochs
    assert told[0]["step"] == 2  # the first two epochs were not run again
    for name, value in whole.trained.items():
        assert torch.equal(value, resumed.trained[name]), name
    assert len(list(tmp_path.glob("*.safetensors"))) == 1


def test_a_damaged_checkpoint_is_refused_with_one_sentence(tmp_path: Path) -> None:
    training = fine_tuning(tiny_network(), epochs=1)
    tune(training, lambda: None, unreported, tmp_path)
    next(tmp_path.glob("*.safetensors")).write_bytes(b"cut short")
    with pytest.raises(GlassboxError) as refused:
        tune(fine_tuning(tiny_network(), epochs=1), lambda: None, unreported, tmp_path)
    assert refused.value.key == "classification.tune.error.checkpoint"
    (tmp_path / STATE_FILE).write_text("[]")
    with pytest.raises(GlassboxError):
        tune(fine_tuning(tiny_network(), epochs=1), lambda: None, unreported, tmp_path)


def test_a_seed_decides_and_training_lowers_the_loss() -> None:
    def run(seed: int) -> tuple[tuple[Epoch, ...], FineTuning]:
        training = fine_tuning(tiny_network(0.1), seed=seed, learning_rate=3e-3, epochs=6)
        return tune(training, lambda: None, unreported, None), training

    (first, one), (again, two), (other, _) = run(0), run(0), run(1)
    assert first == again
    assert torch.equal(one.trained["head.weight"], two.trained["head.weight"])
    assert other != first
    losses = [epoch.training_loss for epoch in first[1:]]
    assert losses[-1] < losses[0] < 2 * np.log(CLASSES)


@pytest.mark.real_model
@pytest.mark.parametrize(
    ("method", "given", "largest"),
    [
        ("finetune", {"epochs": 2, "layers": 1, "learning_rate": 1e-4}, 8_000_000),
        ("lora", {"epochs": 2, "rank": 2}, 500_000),
        ("setfit", {"epochs": 1, "pairs": 2}, 50_000_000),
    ],
)
def test_a_method_learns_saves_and_reads_its_folder(
    method: str, given: dict[str, Any], largest: int, tmp_path: Path
) -> None:
    split, told = small_split(), []
    learned = METHODS[method].fit(split, METHODS[method].settings(given), told.append)
    found = learned.probabilities(split.test.texts)
    assert found.shape == (3, 3)
    assert np.allclose(found.sum(1), 1)
    assert [learned.classes[place] for place in found.argmax(1)] == list(split.test.labels)
    measured = [one for one in told if "validation_loss" in one]
    assert [one["step"] for one in measured] == list(range(given["epochs"] + 1))
    assert all("training_loss" in one for one in measured[1:])
    assert any("step_loss" in one for one in told)
    assert [one["done"] for one in told if "done" in one][-1] == 1.0

    learned.save(tmp_path / "model")
    assert (tmp_path / "model" / "weights.safetensors").stat().st_size < largest
    again = METHODS[method].load(tmp_path / "model")
    assert np.allclose(again.probabilities(split.test.texts), found, atol=1e-5)
    assert again.parameters_trained == learned.parameters_trained
    assert again.probabilities([]).shape == (0, 3)
    hostile = again.probabilities(["", "\ud800", "🙂" * 3000, "word " * 5000])
    assert np.allclose(hostile.sum(1), 1)


@pytest.mark.real_model
def test_a_folder_with_a_foreign_tensor_or_another_base_is_refused(tmp_path: Path) -> None:
    method = METHODS["finetune"]
    learned = method.fit(small_split(), method.settings({"epochs": 1, "layers": 0}), unreported)
    learned.save(tmp_path / "model")
    parts = read_model(tmp_path / "model", "finetune")
    changed = {
        "name": ModelParts(
            parts.method, parts.classes, parts.values, {"head.wrong": np.zeros(3, np.float32)}
        ),
        "shape": ModelParts(
            parts.method, parts.classes, parts.values, {"head.bias": np.zeros(9, np.float32)}
        ),
        "epochs": ModelParts(
            parts.method, parts.classes, {**parts.values, "epochs": [{"x": 1}]}, parts.tensors
        ),
        "base": ModelParts(parts.method, parts.classes, {**parts.values, "base_sha256": "0"}, parts.tensors),
    }
    for name, other in changed.items():
        write_model(tmp_path / name, other)
        with pytest.raises(GlassboxError) as refused:
            method.load(tmp_path / name)
        assert refused.value.key.startswith("classification.train.error."), name
    about = json.loads((tmp_path / "model" / MODEL_FILE).read_text("utf-8"))
    assert about["values"]["base"] == "minilm-l6"


@pytest.mark.real_model
def test_one_class_is_refused() -> None:
    data = LabelledTexts(("a", "b"), ("x", "x"), (0, 1))
    for name in ("finetune", "lora", "setfit"):
        with pytest.raises(GlassboxError):
            METHODS[name].fit(Split("one", data, data, data, 0), METHODS[name].settings({}), unreported)


@pytest.mark.real_model
def test_long_texts_are_cut_and_chinese_is_mostly_unknown() -> None:
    (row,) = token_ids(["card " * 1000], longest=16)
    assert len(row) == 16
    assert (row[0], row[-1]) == (101, 102)
    assert unknown_share(["where is my card"]) == 0
    assert unknown_share(["我的快递还没到，麻烦催一下"]) > 0.3


@pytest.mark.real_model
def test_vectors_in_half_precision_are_those_of_full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    network = TextClassifier(own_encoder(), 2)
    rows = token_ids([text for texts in TEXTS.values() for text in texts], 64)
    half = computed(network, rows, vectors=True)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    full = computed(network, rows, vectors=True)
    assert float((half * full).sum(1).min()) > 0.9998
    likeness = minilm_vectors([text for texts in TEXTS.values() for text in texts])[0]
    assert np.allclose(full, likeness, atol=1e-5)
