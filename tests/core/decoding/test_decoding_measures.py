"""Measures against hand calculations, scipy, sacrebleu and transformers."""

import math
import random

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU

from core.csv_export import csv_text, neutral_cell
from core.decoding.diversity import distinct_n, distinct_n_of_all, self_bleu
from core.decoding.perplexity import perplexity, token_log_probabilities
from core.decoding.prompts import openings, presets
from core.decoding.repetition import entropy_along, ngrams, rep_n
from core.decoding.result import Step
from core.errors import GlassboxError
from core.intervals import bootstrap_interval, ratio_interval, wilson_interval

FOX = [1, 2, 3, 1, 2, 3, 1, 4]
"""bigrams 12 23 31 12 23 31 14: four of seven unique; trigrams 123 231 312 123 231 314: four of six."""


@pytest.mark.parametrize(("n", "unique", "total"), [(1, 4, 8), (2, 4, 7), (3, 4, 6), (4, 4, 5)])
def test_rep_and_distinct_by_hand(n, unique, total):
    assert rep_n(FOX, n) == pytest.approx(1 - unique / total)
    assert distinct_n(FOX, n) == pytest.approx(unique / total)


def test_texts_too_short_for_an_ngram():
    assert (rep_n([1], 2), distinct_n([1], 2), rep_n([], 1), ngrams([1], 2)) == (0.0, 1.0, 0.0, [])
    with pytest.raises(GlassboxError, match="at least 1"):
        ngrams([1], 0)


def test_distinct_of_all_counts_what_texts_share():
    assert distinct_n_of_all([[1, 2, 3], [1, 2, 3]], 2) == 0.5


def random_texts(seed: int, texts: int, vocabulary: int) -> list[list[int]]:
    draw = random.Random(seed)
    return [[draw.randrange(vocabulary) for _ in range(draw.randint(3, 30))] for _ in range(texts)]


@pytest.mark.parametrize("seed", range(6))
def test_self_bleu_equals_sacrebleu_text_by_text(seed):
    texts = random_texts(seed, texts=7, vocabulary=5 + 6 * seed)
    written = [" ".join(map(str, ids)) for ids in texts]
    bleu = BLEU(tokenize="none", smooth_method="floor", effective_order=True)
    scores = [bleu.sentence_score(t, written[:i] + written[i + 1 :]).score for i, t in enumerate(written)]
    assert self_bleu(texts) == pytest.approx(np.mean(scores) / 100, abs=1e-12)


def test_self_bleu_of_one_text_is_refused():
    with pytest.raises(GlassboxError, match="at least two"):
        self_bleu([[1, 2, 3]])


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_equals_scipy(counts):
    successes, trials = counts
    ours = wilson_interval(successes, trials)
    theirs = scipy.stats.binomtest(successes, trials).proportion_ci(method="wilson")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert ours.low <= ours.value <= ours.high


def test_bootstrap_agrees_with_scipy():
    values = np.random.default_rng(3).normal(2, 1, 60)
    ours = bootstrap_interval(list(values))
    theirs = scipy.stats.bootstrap((values,), np.mean, n_resamples=5000, method="percentile", rng=1)
    interval = theirs.confidence_interval
    assert ours.value == pytest.approx(values.mean())
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high), abs=0.03)


def test_ratio_weighs_by_the_denominator():
    assert ratio_interval([2.0, 30.0], [1.0, 3.0]).value == 8.0


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_bootstrap_refuses_what_is_no_sample(values):
    with pytest.raises(GlassboxError, match="at least one value"):
        bootstrap_interval(values)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (3, 2), (-1, 2)])
def test_wilson_refuses_what_is_no_share(successes, trials):
    with pytest.raises(GlassboxError, match="not a share"):
        wilson_interval(successes, trials)


def test_perplexity_equals_transformers_loss(tiny_language_model, tiny_module):
    prompt, tokens = [5, 9, 33], [7, 100, 7, 7, 64, 3]
    labels = torch.tensor([[-100] * len(prompt) + tokens])
    loss = tiny_module(torch.tensor([prompt + tokens]), labels=labels).loss
    assert perplexity(tiny_language_model, prompt, tokens) == pytest.approx(loss.exp().item(), rel=1e-5)


def test_batched_likelihoods_equal_single_ones(tiny_language_model):
    prompts, texts = [[5, 9, 33], [4], [8, 8, 1, 2]], [[7, 100], [1, 2, 3, 4, 5], [9]]
    together = token_log_probabilities(tiny_language_model, prompts, texts)
    for prompt, text, found in zip(prompts, texts, together, strict=True):
        alone = token_log_probabilities(tiny_language_model, [prompt], [text])[0]
        assert found == pytest.approx(alone, abs=1e-5)
        assert len(found) == len(text)


def test_perplexity_needs_tokens(tiny_language_model):
    with pytest.raises(GlassboxError, match="at least one generated token"):
        perplexity(tiny_language_model, [1], [])


@pytest.mark.real_model
def test_perplexity_of_the_real_model_equals_transformers_loss(smollm2):
    prompt, tokens = (
        smollm2.encode("The capital of France is"),
        smollm2.encode(" Paris, a city on the Seine."),
    )
    labels = torch.tensor([[-100] * len(prompt) + tokens])
    loss = smollm2.module(torch.tensor([prompt + tokens]), labels=labels).loss
    assert perplexity(smollm2, prompt, tokens) == pytest.approx(loss.exp().item(), rel=1e-4)


def test_entropy_is_taken_step_by_step():
    steps = [Step(1, 0.5, 1, 0.69, 0.5, ()), Step(2, 1.0, 1, 0.0, 1.0, ())]
    assert entropy_along(steps) == (0.69, 0.0)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=SUM(A1)", "'=SUM(A1)"),
        ("+1-2", "'+1-2"),
        ("-inf", "'-inf"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\r=1", "'\r=1"),
        ("-1.5e-3", "-1.5e-3"),
        ("+4", "+4"),
        ("plain", "plain"),
        (-2.5, -2.5),
        (None, None),
    ],
)
def test_spreadsheet_formulas_are_neutralised(cell, written):
    assert neutral_cell(cell) == written


def test_csv_keeps_quotes_and_new_lines():
    assert csv_text([{"a": 'x "y"\nz', "=b": 1}]) == 'a,\'=b\r\n"x ""y""\nz",1\r\n'
    assert csv_text([]) == ""


def test_openings_and_presets_are_complete():
    assert len(openings()) >= 200
    assert len({opening.id for opening in openings()}) == len(openings())
    assert len({opening.text for opening in openings()}) == len(openings())
    assert all(preset.label["en"] and preset.label["zh"] and preset.text for preset in presets())
    assert {any("一" <= letter <= "鿿" for letter in preset.text) for preset in presets()} == {True, False}
