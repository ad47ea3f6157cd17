"""Measured on the shipped English sample by TF-IDF with logistic regression: what each figure can hide."""

from functools import cache

import numpy as np

from core.classification.labelled_texts import LabelledTexts
from core.classification.methods.table import method_named
from core.classification.metrics.calibration import calibration
from core.classification.metrics.confusion import confusion
from core.classification.metrics.known_rows import learned_rows, taken
from core.classification.metrics.log_loss import log_loss
from core.classification.metrics.out_of_fold import out_of_fold
from core.classification.metrics.ranking import ranking
from core.classification.metrics.roc import pairs_won
from core.classification.metrics.scope_texts import off_topic_texts
from core.classification.metrics.scores import scores
from core.classification.metrics.temperature import fitted_temperature, rescaled
from core.classification.predictions import Predictions
from core.classification.scope_check import held_out_check, off_topic_check
from core.classification.shipped import sample_split
from core.curriculum.question import Measurement

NOTE = "classification.report.note"
FEWEST_ROWS = 3
"""Of a class whose curve is drawn."""
KEPT_SHARE = 0.95


@cache
def _sample(small: bool) -> Predictions:
    """Every labelled row of the sample, predicted by what did not learn from it."""
    split = sample_split("en")
    parts = (split.training, split.validation, split.test)
    texts, labels, rows = (
        sum((getattr(part, name) for part in parts), ()) for name in ("texts", "labels", "rows")
    )
    return out_of_fold(LabelledTexts(texts, labels, rows), folds=3 if small else 5)


def averages_apart(small: bool = False) -> Measurement:
    """How many points macro F1 lies below accuracy where classes differ in size."""
    found = scores(confusion(_sample(small)))
    rarest = min(score.support for score in found.by_class if score.support > 1)
    return Measurement(
        value=100 * (found.accuracy - found.macro.f1),
        values={
            "rows": found.total,
            "accuracy": found.accuracy,
            "macro": found.macro.f1,
            "micro": found.micro.f1,
            "weighted": found.weighted.f1,
            "rarest": rarest,
            "never": 1 - rarest / found.total,
        },
        note_key=f"{NOTE}.averages",
    )


def merging_pair(small: bool = False) -> Measurement:
    """How many points of accuracy would be gained if the two classes confused most became one."""
    found = confusion(_sample(small))
    away = found.counts.copy()
    np.fill_diagonal(away, 0)
    both = away + away.T
    errors = int(away.sum())
    return Measurement(
        value=100 * both.max() / found.total,
        values={
            "rows": found.total,
            "errors": errors,
            "cells": int((away > 0).sum()),
            "pair": int(both.max()),
            "mutual": float(away[(away > 0) & (away.T > 0)].sum() / errors),
            "attracted": float(away.sum(axis=0).max() / errors),
        },
        note_key=f"{NOTE}.merging",
    )


def negatives_tenfold(small: bool = False) -> Measurement:
    """The share of the average precision that is left when every text of the rest comes ten times."""
    known = learned_rows(_sample(small))
    labels = np.array(known.wanted)
    before: list[float] = []
    after: list[float] = []
    areas: list[float] = []
    for place, label in enumerate(known.classes):
        wanted = labels == label
        if wanted.sum() < FEWEST_ROWS:
            continue
        ranked = ranking(wanted, known.probabilities[:, place])
        steps = np.diff(ranked.true_positives, prepend=0) / ranked.positives
        for found, times in ((before, 1), (after, 10)):
            taken_texts = ranked.true_positives + times * ranked.false_positives
            found.append(float((steps * ranked.true_positives / taken_texts).sum()))
        areas.append(pairs_won(ranked))
    mean_before, mean_after = float(np.mean(before)), float(np.mean(after))
    return Measurement(
        value=mean_after / mean_before,
        values={
            "classes": len(areas),
            "area": float(np.mean(areas)),
            "precision": mean_before,
            "precision_after": mean_after,
        },
        note_key=f"{NOTE}.tenfold",
    )


def confidence_gap(small: bool = False) -> Measurement:
    """Mean confidence minus accuracy, in points; what a temperature fitted on one half does to the other."""
    whole = _sample(small)
    count = len(whole.texts)
    fitted = fitted_temperature(taken(whole, list(range(0, count, 2))))
    others = taken(whole, list(range(1, count, 2)))
    after = rescaled(others, fitted.value)
    found = calibration(whole)
    return Measurement(
        value=100 * (found.confidence - found.accuracy),
        values={
            "confidence": found.confidence,
            "accuracy": found.accuracy,
            "temperature": fitted.value,
            "error": calibration(others).error,
            "error_after": calibration(after).error,
            "loss": log_loss(others).mean,
            "loss_after": log_loss(after).mean,
        },
        note_key=f"{NOTE}.gap",
    )


def strangers_let_in(small: bool = False) -> Measurement:
    """The share of off-topic texts that reach the probability which 95% of the texts in scope reach."""
    split = sample_split("en")
    method = method_named("tfidf")
    classifier = method.fit(split, method.settings(), lambda _: None)
    most = 60 if small else 4000
    check = off_topic_check(classifier, split, off_topic_texts("en"), most_training=most)
    held_out = held_out_check(split, "tfidf", distance=False)
    sure, near, strange = (
        check.named("max_probability"),
        check.named("distance"),
        held_out.named("max_probability"),
    )
    return Measurement(
        value=sure.passed(sure.threshold_keeping(KEPT_SHARE)),
        values={
            "texts": len(check.outside),
            "area": sure.curve.area,
            "distance": near.passed(near.threshold_keeping(KEPT_SHARE)),
            "distance_area": near.curve.area,
            "held_out": len(held_out.held_out),
            "held_out_area": strange.curve.area,
        },
        note_key=f"{NOTE}.strangers",
    )
