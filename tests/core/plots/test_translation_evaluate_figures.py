"""The figures of "Evaluate" draw the values they are given, in both languages, and no reader's markup."""

import itertools

import pytest

from core.plots.translation_evaluate_ngrams import MOST_TOKENS, characters_figure, ngrams_figure
from core.plots.translation_evaluate_scores import buckets_figure, comparisons_figure, scores_figure
from core.translation.bleu import bleu_of_tokens
from core.translation.chrf import chrf_arithmetic
from core.translation.evaluation import EvaluationSet, Output, evaluation_of
from core.translation.pairs import SentencePairs
from core.translation.rarity import rarest_by_count
from core.wording import LANGUAGES, wording


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest):
    return lambda key, /, **values: wording(key, request.param, **values)


@pytest.fixture(scope="module")
def evaluation():
    references = tuple(" ".join(f"w{place}" for place in range(length)) for length in (4, 9, 13, 16, 25) * 4)
    outputs = {
        "<b>own": Output(tuple(line.replace("w2", "x") for line in references), 2.0, 9, "a"),
        "transformer": Output(references, 1.0, 9, "b"),
    }
    pairs = SentencePairs(references, references)
    return evaluation_of(
        outputs, EvaluationSet("tsv", pairs, rarest_by_count(references, references[:5])), 5, 1.0, "c"
    )


def test_each_ngram_is_one_bar_over_the_tokens_that_it_covers(t) -> None:
    opened = bleu_of_tokens(["the", "dog", "the", "dog", "<b>"], ["the", "dog", "sees", "<b>"])
    drawn = ngrams_figure(opened, t)
    bars = {trace.name: trace for trace in drawn.data}
    matched = bars[t("translation.evaluate.ngrams.matched")]
    clipped = bars[t("translation.evaluate.ngrams.clipped")]
    missing = bars[t("translation.evaluate.ngrams.missing")]
    assert sum(len(trace.y) for trace in drawn.data) == 5 + 4 + 3 + 2
    assert len(matched.y) == sum(opened.counts.matches)
    assert [round(base) for base in clipped.base] == [2, 3, 2]
    assert [round(width) for width in clipped.x] == [1, 1, 2]
    assert [tuple(row[1:]) for row in clipped.customdata] == [(2, 1)] * 3
    assert all(row[2] == 0 for row in missing.customdata)
    assert "<b>" not in "".join(drawn.layout.xaxis.ticktext)
    assert drawn.layout.title.text == t("translation.evaluate.ngrams.title")


def test_no_two_ngrams_of_a_length_overlap(t) -> None:
    tokens = [str(place % 7) for place in range(20)]
    drawn = ngrams_figure(bleu_of_tokens(tokens, tokens[3:]), t)
    spans: dict[float, list[tuple[float, float]]] = {}
    for trace in drawn.data:
        for line, base, width in zip(trace.y, trace.base, trace.x, strict=True):
            spans.setdefault(line, []).append((base, base + width))
    assert len(spans) == 1 + 2 + 3 + 4
    for line in spans.values():
        ordered = sorted(line)
        assert all(ends < begins for (_, ends), (begins, _) in itertools.pairwise(ordered))


def test_a_long_translation_is_drawn_a_window_at_a_time(t) -> None:
    tokens = [f"w{place}" for place in range(100)]
    drawn = ngrams_figure(bleu_of_tokens(tokens, tokens), t, first=40)
    assert list(drawn.layout.xaxis.ticktext) == tokens[40 : 40 + MOST_TOKENS]
    assert sum(len(trace.y) for trace in drawn.data) == 30 + 29 + 28 + 27


def test_characters_show_precision_and_recall_of_the_lengths_that_count(t) -> None:
    opened = chrf_arithmetic("walks", "walked")
    precision, recall = characters_figure(opened, t).data
    assert list(precision.x) == [1, 2, 3, 4, 5]  # five letters have no 6-gram
    assert precision.y[0] == pytest.approx(100 * 4 / 5)
    assert recall.y[0] == pytest.approx(100 * 4 / 6)


def test_scores_have_their_intervals(t, evaluation) -> None:
    bleu, lowercased, chrf = scores_figure(evaluation, t).data
    first = evaluation.models[0].bleu
    assert bleu.x[0] == first.value
    assert bleu.error_x.array[0] == pytest.approx(first.high - first.value)
    assert bleu.error_x.arrayminus[0] == pytest.approx(first.value - first.low)
    assert chrf.x[1] == pytest.approx(100)
    assert len({trace.marker.symbol for trace in (bleu, lowercased, chrf)}) == 3
    assert "<b>" not in "".join(bleu.y)


@pytest.mark.parametrize("kind", ["length", "rarity"])
def test_buckets_are_drawn_with_their_number_of_sentences(t, evaluation, kind) -> None:
    drawn = buckets_figure(evaluation, kind, t)
    buckets = evaluation.models[0].buckets(kind)
    assert list(drawn.data[0].y) == [bucket.bleu.value for bucket in buckets]
    for bucket, label in zip(buckets, drawn.layout.xaxis.ticktext, strict=True):
        assert bucket.label in label
        assert str(bucket.sentences) in label
    assert len({trace.line.dash for trace in drawn.data}) == len(evaluation.models)


def test_a_difference_that_misses_zero_looks_other_than_one_that_does_not(t, evaluation) -> None:
    comparison = evaluation.comparisons[0]
    (drawn,) = comparisons_figure(evaluation, t).data
    assert comparison.difference.low > 0
    assert drawn.name == t("translation.evaluate.comparisons.certain")
    assert drawn.x[0] == pytest.approx(comparison.difference.value)
    same = evaluation_of(
        {name: Output(("a b c d", "x"), 1.0, 1, "") for name in ("one", "two")},
        EvaluationSet(
            "tsv", SentencePairs(("a", "b"), ("a b c d", "y")), rarest_by_count(("a", "b"), ("a",))
        ),
        5,
        1.0,
        "c",
    )
    (undecided,) = comparisons_figure(same, t).data
    assert undecided.name == t("translation.evaluate.comparisons.open")
