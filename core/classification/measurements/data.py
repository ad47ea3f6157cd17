"""Measured on the shipped sample before and while a model is trained on it: use, difficulty, imbalance."""

from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from random import Random

import numpy as np

from core.classification.health.plain import bare
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods import probe, tfidf
from core.classification.methods.table import METHODS
from core.classification.preparing import Preparation, prepare
from core.classification.shipped import LABEL, TEXT, sample_table
from core.curriculum.question import Measurement

NOTE = "classification.data.measured"
WANTED = 0.95
"""Right answers among those given without a person."""
SEEDS, SEEDS_SMALL = 3, 1
RARE, RARE_SMALL = 8, 3
"""Classes that are each told from all others."""


def automatic_share(small: bool = False) -> Measurement:
    """The share of messages that a probe may route alone, at a threshold set for 95% right on validation."""
    chosen, tested = [], []
    for split in _splits(small):
        classifier = _probe(split)
        chosen += _sure_and_right(classifier, split.validation)
        tested += _sure_and_right(classifier, split.test)
    threshold = threshold_for(chosen, WANTED)
    routed = [right for sure, right in tested if sure >= threshold]
    return Measurement(
        value=len(routed) / len(tested),
        values={
            "threshold": threshold,
            "right": sum(routed) / max(1, len(routed)),
            "all": sum(right for _, right in tested) / len(tested),
            "rows": len(tested),
            "learned": len(_splits(small)[0].training),
        },
        note_key=f"{NOTE}.uses",
    )


def threshold_for(answers: list[tuple[float, bool]], wanted: float) -> float:
    """The lowest confidence from which on at least `wanted` of the answers are right; above 1 if none.

    >>> threshold_for([(0.9, True), (0.8, True), (0.4, False)], 0.9)
    0.8
    """
    ordered = sorted(answers, reverse=True)
    right = np.cumsum([right for _, right in ordered]) / np.arange(1, len(ordered) + 1)
    enough = np.flatnonzero(right >= wanted)
    return float(ordered[enough[-1]][0]) if enough.size else 1.1


def word_twin(small: bool = False) -> Measurement:
    """How often the training message that shares most words with a test message has its label.

    Beside it what a fifth of wrong labels and half of the rows cost a probe.
    """
    splits = _splits(small)
    found: dict[str, list[float]] = defaultdict(list)
    for seed, split in enumerate(splits):
        found["twin"].append(_twin_accuracy(split))
        found["words"].append(_accuracy(tfidf.fit(split, METHODS["tfidf"].settings(), _silent), split.test))
        for name, training in (
            ("probe", split.training),
            ("noisy", with_wrong_labels(split.training, 0.2, seed)),
            ("half", half_of_each(split.training, seed)),
        ):
            found[name].append(_accuracy(_probe(replace(split, training=training)), split.test))
    means = {name: float(np.mean(values)) for name, values in found.items()}
    rows = sum(len(split.test) for split in splits)
    return Measurement(value=means.pop("twin"), values={**means, "rows": rows}, note_key=f"{NOTE}.difficulty")


def rare_recall(small: bool = False) -> Measurement:
    """The share of a rare class that a plain probe finds, one class in some fifteen told from all others.

    Beside it class weights, rare rows repeated, and the plain probe with its threshold moved from 1/2 to the
    share of rare rows.
    """
    split = _splits(True)[0]
    rarest = [label for label, _ in Counter(split.training.labels).most_common(RARE_SMALL if small else RARE)]
    counts = {name: np.zeros(4) for name in ("plain", "weights", "repeated", "moved")}
    share = []
    for label in rarest:
        both = Split(
            label,
            one_against_rest(split.training, label),
            one_against_rest(split.validation, label),
            one_against_rest(split.test, label),
            seed=split.seed,
        )
        truth = np.array([name == "yes" for name in both.test.labels])
        prior = both.training.labels.count("yes") / len(both.training)
        share.append(float(truth.mean()))
        plain = _yes(both)
        counts["plain"] += _counted(plain >= 0.5, truth)
        counts["moved"] += _counted(plain >= prior, truth)
        counts["weights"] += _counted(_yes(both, class_weights=True) >= 0.5, truth)
        repeated = replace(both, training=rare_rows_repeated(both.training))
        counts["repeated"] += _counted(_yes(repeated) >= 0.5, truth)
    values = {
        "always_no": 1 - float(np.mean(share)),
        "accuracy": float(counts["plain"][[0, 3]].sum() / counts["plain"].sum()),
    }
    for name, (hit, false, missed, _) in counts.items():
        values[f"{name}_recall"] = float(hit / (hit + missed))
        values[f"{name}_precision"] = float(hit / max(1, hit + false))
    return Measurement(
        value=values["plain_recall"],
        values={**values, "classes": len(rarest), "asked": float(counts["plain"][[0, 2]].sum())},
        note_key=f"{NOTE}.imbalance",
    )


def with_wrong_labels(data: LabelledTexts, share: float, seed: int) -> LabelledTexts:
    """`data` with that share of its labels exchanged for another one, drawn evenly."""
    random = Random(seed)  # noqa: S311 - a seed that can be repeated is the point
    labels = list(data.labels)
    for place in random.sample(range(len(data)), int(share * len(data))):
        labels[place] = random.choice([label for label in data.classes if label != labels[place]])
    return LabelledTexts(data.texts, tuple(labels), data.rows)


def half_of_each(data: LabelledTexts, seed: int) -> LabelledTexts:
    """Half of each class, at least a row."""
    random = Random(seed)  # noqa: S311 - a seed that can be repeated is the point
    places: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(data.labels):
        places[label].append(place)
    return data.at(sorted(p for each in places.values() for p in random.sample(each, max(1, len(each) // 2))))


def one_against_rest(data: LabelledTexts, label: str) -> LabelledTexts:
    """`data` with the labels "yes" for `label` and "no" for all others."""
    return LabelledTexts(
        data.texts, tuple("yes" if name == label else "no" for name in data.labels), data.rows
    )


def rare_rows_repeated(data: LabelledTexts) -> LabelledTexts:
    """`data` with rows of "yes" repeated until there are as many as of "no"."""
    rare = [place for place, label in enumerate(data.labels) if label == "yes"]
    missing = len(data) - 2 * len(rare)
    return data.at([*range(len(data)), *(rare[at % len(rare)] for at in range(missing))])


@cache
def _splits(small: bool) -> tuple[Split, ...]:
    """The English sample, checked, divided under a few seeds."""
    table = sample_table("en")
    texts, labels = table.column(TEXT), table.column(LABEL)
    seeds = range(SEEDS_SMALL if small else SEEDS)
    return tuple(prepare(texts, labels, "sample-en", Preparation(seed=seed))[1] for seed in seeds)


def _silent(told: dict[str, object]) -> None:
    """Nobody watches these trainings."""


def _probe(split: Split, class_weights: bool = False) -> probe.Probe:
    settings = METHODS["probe"].settings({"class_weights": class_weights})
    return probe.fit(split, settings, _silent)


def _yes(split: Split, class_weights: bool = False) -> np.ndarray:
    """(test,) probability of "yes"."""
    classifier = _probe(split, class_weights)
    return classifier.probabilities(split.test.texts)[:, classifier.classes.index("yes")]


def _sure_and_right(classifier: probe.Probe, data: LabelledTexts) -> list[tuple[float, bool]]:
    probabilities = classifier.probabilities(data.texts)
    best = probabilities.argmax(axis=1)
    return [
        (float(row[place]), classifier.classes[place] == label)
        for row, place, label in zip(probabilities, best, data.labels, strict=True)
    ]


def _accuracy(classifier: probe.Probe | tfidf.Tfidf, data: LabelledTexts) -> float:
    best = classifier.probabilities(data.texts).argmax(axis=1)
    return float(
        np.mean([classifier.classes[at] == label for at, label in zip(best, data.labels, strict=True)])
    )


def _counted(said: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Hits, false alarms, misses, right refusals."""
    return np.array(
        [(said & truth).sum(), (said & ~truth).sum(), (~said & truth).sum(), (~said & ~truth).sum()]
    )


def _twin_accuracy(split: Split) -> float:
    """How often the training message with the largest share of common words has the same label."""
    learned = [set(bare(text).split()) for text in split.training.texts]
    right = 0
    for text, label in zip(split.test.texts, split.test.labels, strict=True):
        words = set(bare(text).split())
        twin = max(
            range(len(learned)), key=lambda at: len(words & learned[at]) / max(1, len(words | learned[at]))
        )
        right += split.training.labels[twin] == label
    return right / len(split.test)
