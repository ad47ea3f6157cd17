"""Measured by tuning: recipes, rates, adaptation, unknown words and long texts, on the shipped sample."""

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch

from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.learning import class_places
from core.classification.methods.logistic_regression import LinearHead, fit_head
from core.classification.methods.table import METHODS
from core.classification.settings import TrainSettings
from core.classification.shipped import SAMPLES_FOLDER, sample_split
from core.classification.tuning import finetune
from core.classification.tuning.adaptation import MaskedWords, adapt, masked_loss
from core.classification.tuning.encoder import layers_of, own_encoder, token_ids, unknown_share
from core.classification.tuning.fine_tuning import FineTuning
from core.classification.tuning.layer_rates import set_trainable
from core.classification.tuning.long_texts import head_and_tail, head_only, windows
from core.classification.tuning.network import TextClassifier, computed
from core.classification.tuning.rows import TokenIds, fitted_head, tuning_rows
from core.curriculum.question import Measurement

NOTE = "classification.tune.note"
LONGEST = 128
TRAINED_LENGTH = 256
"""Tokens that MiniLM's sentence vectors were trained to read."""
WINDOW = 48
TEXTBOOK = {"learning_rate": 2e-5, "layer_decay": 1.0, "patience": 0, "label_smoothing": 0.0}
"""The recipe of Devlin et al. 2019, appendix A.3, as it is passed on, its head a new one."""


def textbook_recipe(small: bool = False) -> Measurement:
    """Accuracy of the textbook's recipe on few rows, minus that of a frozen encoder with a fitted head."""
    split = _part(sample_split("en"), classes=4 if small else 10, rows=4 if small else 8)
    found = {}
    for head in ("random", "probe"):
        settings = METHODS["finetune"].settings({**TEXTBOOK, "head": head, "epochs": 1 if small else 3})
        learned = finetune.fit(split, settings, lambda told: None)
        found[head] = _accuracy(learned.probabilities(split.test.texts), split.test.labels, split.classes)
    rows = tuning_rows(split, TrainSettings())
    network = TextClassifier(own_encoder(), len(split.classes))
    network.start_head(fitted_head(network, rows, TrainSettings().inverse_penalty))
    frozen = computed(network, token_ids(split.test.texts, LONGEST))
    probe = _accuracy(frozen, split.test.labels, split.classes)
    return Measurement(
        value=found["random"] - probe,
        values={
            "textbook": found["random"],
            "fitted_first": found["probe"],
            "probe": probe,
            "rows": len(split.training),
            "classes": len(split.classes),
            "held_out": len(split.test),
            "chance": 1 / len(split.classes),
        },
        note_key=f"{NOTE}.textbook",
    )


def layers_moved(small: bool = False) -> Measurement:
    """How far the lowest layer moves compared with the top one when all have the same learning rate.

    Beside it the same ratio of their gradients, and both ways of slowing the lower layers down.
    """
    split = _part(sample_split("en"), classes=6, rows=6 if small else 12)
    steps = 2 if small else 5
    movement, gradients = {}, 1.0
    for decay in (1.0, 0.8):
        moved, ratio = _movement(split, decay, steps)
        movement[decay] = moved[0] / moved[-1]
        gradients = ratio if decay == 1.0 else gradients
    return Measurement(
        value=movement[1.0],
        values={
            "gradients": gradients,
            "decayed": movement[0.8],
            "planned": 0.8**5,
            "steps": steps,
        },
        note_key=f"{NOTE}.layers",
    )


def adapted_by_masking(small: bool = False) -> Measurement:
    """What task-adaptive pre-training by masked words changes in the accuracy of a probe on MiniLM."""
    split = sample_split("en")
    split = _part(split, classes=6, rows=6) if small else _part(split, classes=12, rows=10)
    rows = token_ids(split.training.texts, LONGEST)
    held_out = token_ids(split.test.texts, LONGEST)
    encoder = own_encoder()
    model = MaskedWords(encoder)
    steps = 3 if small else 12
    before = _probed(encoder, split)
    torch.manual_seed(0)
    adapt(model, rows, steps, learning_rate=1e-3, layers=0)
    guess_before = masked_loss(model, held_out[:32], seed=1)
    adapt(model, rows, steps, learning_rate=1e-4, layers=len(layers_of(encoder)))
    after, guess_after = _probed(encoder, split), masked_loss(model, held_out[:32], seed=1)
    return Measurement(
        value=after - before,
        values={
            "before": before,
            "after": after,
            "perplexity_before": math.exp(guess_before),
            "perplexity_after": math.exp(guess_after),
            "steps": steps,
            "held_out": len(split.test),
        },
        note_key=f"{NOTE}.masking",
    )


def unknown_in_chinese(small: bool = False) -> Measurement:
    """The share of the tokens of Chinese messages that an English vocabulary reads as [UNK]."""
    english, chinese = sample_split("en"), sample_split("zh")
    count = 60 if small else len(chinese.training)
    texts = chinese.training.texts[:count]
    rows = [tuple(row) for row in token_ids(texts, LONGEST)]
    repeated = Counter(rows)
    english_part, chinese_part = (
        _part(split, classes=5 if small else 12, rows=5 if small else 12) for split in (english, chinese)
    )
    words = [word for text in english.training.texts[:count] for word in text.split()]
    pieces = token_ids(words, LONGEST)
    return Measurement(
        value=unknown_share(texts),
        values={
            "english": unknown_share(english.training.texts[:count]),
            "messages": len(texts),
            "alike": sum(number for number in repeated.values() if number > 1),
            "english_accuracy": _probed(own_encoder(), english_part),
            "chinese_accuracy": _probed(own_encoder(), chinese_part),
            "pieces": sum(len(row) - 2 for row in pieces) / len(words),
        },
        note_key=f"{NOTE}.unknown",
    )


def end_of_long_text(small: bool = False) -> Measurement:
    """Accuracy where what matters stands behind more tokens than are read, by truncation and by its cures."""
    split = _part(sample_split("en"), classes=8, rows=5 if small else 12)
    count = 8 if small else 24
    test = split.test.at(_spread(len(split.test), count))
    network = TextClassifier(own_encoder(), len(split.classes))
    network.start_head(fitted_head(network, tuning_rows(split, TrainSettings()), 10.0))
    mail = (SAMPLES_FOLDER / "long_mail.txt").read_text("utf-8")
    long = token_ids([f"{mail}\n{text}" for text in test.texts], 10_000)

    def accuracy(rows: TokenIds) -> float:
        return _accuracy(computed(network, rows), test.labels, split.classes)

    pieces = [windows(row, WINDOW) for row in long]
    scores = computed(network, [piece for row in pieces for piece in row])
    bounds = np.cumsum([0, *map(len, pieces)])
    spans = [scores[start:end] for start, end in pairwise(bounds)]
    surest = np.array([_surest(span) for span in spans])
    last = np.array([span[-1] for span in spans])
    return Measurement(
        value=accuracy([head_only(row, TRAINED_LENGTH) for row in long]),
        values={
            "alone": accuracy(token_ids(test.texts, LONGEST)),
            "both_ends": accuracy([head_and_tail(row, TRAINED_LENGTH) for row in long]),
            "surest": _accuracy(surest, test.labels, split.classes),
            "last": _accuracy(last, test.labels, split.classes),
            "tokens": float(np.mean([len(row) for row in long])),
            "windows": float(np.mean([len(row) for row in pieces])),
            "messages": count,
            "classes": len(split.classes),
        },
        note_key=f"{NOTE}.long",
    )


def _part(split: Split, classes: int, rows: int) -> Split:
    """The most frequent classes with at most `rows` training rows each; validation joins the test part."""
    kept = {label for label, _ in Counter(split.training.labels).most_common(classes)}
    places: list[int] = []
    for label in sorted(kept):
        places += [place for place, other in enumerate(split.training.labels) if other == label][:rows]
    held = [
        part.at([place for place, label in enumerate(part.labels) if label in kept])
        for part in (split.validation, split.test)
    ]
    test = LabelledTexts(
        *(tuple(getattr(held[0], n)) + tuple(getattr(held[1], n)) for n in ("texts", "labels", "rows"))
    )
    return replace(split, training=split.training.at(sorted(places)), validation=split.test.at([]), test=test)


def _spread(length: int, count: int) -> list[int]:
    """`count` places, evenly over `length`."""
    return [place * length // count for place in range(min(count, length))]


def _accuracy(scores: np.ndarray, labels: tuple[str, ...], classes: tuple[str, ...]) -> float:
    return float((scores.argmax(axis=1) == class_places(labels, classes)).mean())


def _surest(span: np.ndarray) -> np.ndarray:
    """The logits of the window whose best class leads by most."""
    best = np.sort(span, axis=1)
    found: np.ndarray = span[(best[:, -1] - best[:, -2]).argmax()]
    return found


def _probed(encoder: torch.nn.Module, split: Split) -> float:
    """Accuracy on the test part of a logistic regression on this encoder's vectors."""
    network = TextClassifier(encoder, len(split.classes))
    vectors = computed(network, token_ids(split.training.texts, LONGEST), vectors=True).astype(np.float64)
    targets = class_places(split.training.labels, split.classes)
    head: LinearHead = fit_head(vectors, targets, len(split.classes), np.ones(len(targets)), 10.0)
    tested = computed(network, token_ids(split.test.texts, LONGEST), vectors=True)
    return _accuracy(head.log_probabilities(tested), split.test.labels, split.classes)


def _movement(split: Split, decay: float, steps: int) -> tuple[list[float], float]:
    """How far each layer moved (root mean square), from the lowest; lowest gradient over the top one."""
    settings = TrainSettings(
        learning_rate=1e-4, layer_decay=decay, batch_tokens=512, weight_decay=0.0, epochs=1, dropout=0.0
    )
    rows = tuning_rows(split, settings)
    network = TextClassifier(own_encoder(), len(rows.classes))
    set_trainable(network.encoder, len(layers_of(network.encoder)))
    network.start_head(fitted_head(network, rows, 10.0))
    training = FineTuning(network, rows.training, rows.targets, settings, rows.class_weights)
    network.train()
    layers = layers_of(network.encoder)
    start = [_flat(layer) for layer in layers]
    batch = list(range(0, len(rows.training), max(1, len(rows.training) // 16)))
    training.loss(batch).backward()
    norms = [
        float(torch.cat([p.grad.flatten() for p in layer.parameters() if p.grad is not None]).norm())
        for layer in layers
    ]
    training.optimizer.zero_grad()
    for step in range(steps):
        training.step([(place + step) % len(rows.training) for place in batch], factor=1.0)
    moved = [
        float((_flat(layer) - before).square().mean().sqrt())
        for layer, before in zip(layers, start, strict=True)
    ]
    return moved, norms[0] / norms[-1]


def _flat(layer: torch.nn.Module) -> torch.Tensor:
    """All parameters of a layer in one row."""
    return torch.cat([value.detach().flatten() for value in layer.parameters()])
