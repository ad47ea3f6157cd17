"""BLEU and chrF written out give what sacreBLEU gives, sentence by sentence and for whole test sets."""

import os
import random
from functools import reduce
from operator import add
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF

from core.errors import GlassboxError
from core.translation.bleu import (
    NO_COUNTS,
    bleu_counts,
    bleu_of_tokens,
    bleu_parts,
    brevity_penalty,
)
from core.translation.chrf import chrf_arithmetic, chrf_of_orders, chrf_orders
from core.translation.pairs import read_multi30k
from core.translation.scoring import (
    TOKENS,
    bleu_arithmetic,
    corpus_bleu,
    corpus_chrf,
    lowercased_bleu,
    sentence_bleu,
    sentence_chrf,
    spacy_tokens,
    tokenizer,
)

PROJECT = Path(__file__).parents[3]
WORDS = [
    "a",
    "A",
    "man",
    "men",
    "the",
    "dog",
    "3.5",
    "year-old",
    "runs,",
    "“fast”",
    "isn't",
    "&amp;",
    "é",
    "狗",
    "-",
    ".",
]


def _sentences(count: int, seed: int) -> list[tuple[str, str]]:
    """Pairs of every kind: equal, changed here and there, unrelated, of one word, without any."""
    draw = random.Random(seed)
    pairs = []
    for _ in range(count):
        reference = [draw.choice(WORDS) for _ in range(draw.randrange(0, 14))]
        hypothesis = [word for word in reference if draw.random() > 0.15]
        hypothesis = [draw.choice(WORDS) if draw.random() < 0.25 else word for word in hypothesis]
        if draw.random() < 0.1:
            hypothesis = [draw.choice(WORDS) for _ in range(draw.randrange(0, 9))]
        pairs.append((" ".join(hypothesis), " ".join(reference)))
    return pairs


@pytest.fixture(scope="module")
def multi30k_test_2016() -> tuple[str, ...]:
    """The English side; skipped with one line where the data is missing."""
    folder = Path(os.environ.get("GLASSBOX_DATA") or PROJECT.parent / "shared" / "data") / "multi30k"
    if not folder.is_dir():
        pytest.skip(f"no Multi30k in {folder.parent}; set GLASSBOX_DATA to its folder")
    return read_multi30k(folder, "test_2016").target


PAIRS = _sentences(150, seed=1)


@pytest.mark.parametrize("smoothing", ["exp", "none", "floor", "add-k"])
@pytest.mark.parametrize("effective", [True, False])
@pytest.mark.parametrize("cut", ["13a", "intl", "none", "char"])
def test_every_sentence_scores_as_in_sacrebleu(smoothing, effective, cut):
    metric = BLEU(tokenize=cut, smooth_method=smoothing, effective_order=effective, force=True)
    for hypothesis, reference in PAIRS:
        theirs = metric.sentence_score(hypothesis, [reference])
        tokens, wanted = metric.tokenizer(hypothesis).split(), metric.tokenizer(reference).split()
        mine = bleu_of_tokens(tokens, wanted, smoothing, effective)
        assert mine.parts.score == pytest.approx(theirs.score, abs=1e-9)
        assert mine.parts.brevity_penalty == pytest.approx(theirs.bp)
        assert [100 * value for value in mine.parts.precisions] == pytest.approx(theirs.precisions)
        assert (mine.counts.length, mine.counts.reference_length) == (theirs.sys_len, theirs.ref_len)


@pytest.mark.parametrize("tokens", TOKENS)
def test_the_opened_score_is_the_one_of_the_library_for_every_way_of_cutting(tokens):
    pairs = [
        *PAIRS[:60],
        ("Two dogs aren't here, again.", "two dogs aren't here again !"),
        ("", "a man"),
        ("a", ""),
    ]
    for hypothesis, reference in pairs:
        opened = bleu_arithmetic(hypothesis, reference, tokens)
        assert opened.parts.score == pytest.approx(
            sentence_bleu(hypothesis, reference, tokens).score, abs=1e-9
        )


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_scores_as_in_sacrebleu(hypothesis, reference):
    assert bleu_arithmetic(hypothesis, reference).parts.score == pytest.approx(
        BLEU(effective_order=True).sentence_score(hypothesis, [reference]).score, abs=1e-9
    )
    assert chrf_arithmetic(hypothesis, reference).score == pytest.approx(
        CHRF().sentence_score(hypothesis, [reference]).score, abs=1e-9
    )


def test_counts_of_a_test_set_are_added_before_they_are_divided():
    hypotheses, references = map(list, zip(*PAIRS, strict=True))
    cut = tokenizer("13a")
    counts = reduce(add, (bleu_counts(cut(h), cut(r)) for h, r in PAIRS), NO_COUNTS)
    theirs = BLEU().corpus_score(hypotheses, [references])
    assert bleu_parts(counts).score == pytest.approx(theirs.score, abs=1e-9)
    assert corpus_bleu(hypotheses, references).score == theirs.score
    mean = sum(sentence_bleu(h, r).score for h, r in PAIRS) / len(PAIRS)
    assert abs(mean - theirs.score) > 0.1  # not the mean of the sentences


def test_chrf_of_a_test_set_and_of_its_sentences_is_that_of_sacrebleu():
    hypotheses, references = map(list, zip(*PAIRS, strict=True))
    columns = zip(*(chrf_orders(h, r) for h, r in PAIRS), strict=True)
    summed = chrf_of_orders(reduce(add, column) for column in columns)
    theirs = CHRF()
    assert summed.score == pytest.approx(theirs.corpus_score(hypotheses, [references]).score, abs=1e-9)
    assert corpus_chrf(hypotheses, references).signature == str(theirs.get_signature())
    for hypothesis, reference in PAIRS:
        assert chrf_arithmetic(hypothesis, reference).score == pytest.approx(
            sentence_chrf(hypothesis, reference).score, abs=1e-9
        )


def test_the_whole_test_set_of_multi30k_scores_as_in_sacrebleu(multi30k_test_2016):
    """Each reference against its neighbour, and against itself with every seventh word gone."""
    references = list(multi30k_test_2016)
    shifted = [*references[1:], references[0]]
    thinned = [
        " ".join(word for place, word in enumerate(line.split()) if place % 7 != 6) for line in references
    ]
    for cut in ("13a", "intl"):
        tokens = tokenizer(cut)
        for hypotheses in (shifted, thinned):
            rows = [bleu_counts(tokens(h), tokens(r)) for h, r in zip(hypotheses, references, strict=True)]
            theirs = BLEU(tokenize=cut).corpus_score(hypotheses, [references])
            mine = bleu_parts(reduce(add, rows, NO_COUNTS))
            assert mine.score == pytest.approx(theirs.score, abs=1e-9)
            assert theirs.score > 0.1


def test_papineni_s_example_is_clipped():
    """Papineni et al. 2002, section 2.1, example 2: two of seven."""
    opened = bleu_arithmetic("the the the the the the the", "The cat is on the mat", "spacy")
    assert opened.counts.matches[0] == 2
    assert opened.counts.totals[0] == 7
    assert [ngram.verdict for ngram in opened.ngrams[0]] == ["matched"] * 2 + ["clipped"] * 5
    assert {ngram.verdict for ngram in opened.ngrams[1]} == {"missing"}
    assert opened.parts.score == 0  # no bigram, no smoothing


def test_marked_ngrams_are_those_that_are_counted():
    for hypothesis, reference in PAIRS:
        opened = bleu_arithmetic(hypothesis, reference)
        for row, matches, total in zip(
            opened.ngrams, opened.counts.matches, opened.counts.totals, strict=True
        ):
            assert sum(ngram.verdict == "matched" for ngram in row) == matches
            assert len(row) == total


def test_the_brevity_penalty_by_hand():
    assert brevity_penalty(9, 12) == pytest.approx(2.718281828 ** (1 - 12 / 9))
    assert brevity_penalty(13, 12) == 1


def test_the_lowercased_protocol_is_that_of_the_old_tutorials():
    """Their own lines: tokens of spacy.blank("en"), lowercased, joined; tokenize none, no smoothing."""
    import spacy

    english = spacy.blank("en")
    hypotheses = ["A man isn't running.", "Two  dogs play, outside!", "THE boy's 3-year-old cat"]
    references = ["a man isn't running .", "Two dogs play outside!", "The boy's 3-year-old cat."]

    def prepared(sentences):
        return [" ".join(token.text.lower() for token in english(sentence)) for sentence in sentences]

    theirs = BLEU(tokenize="none", smooth_method="none", force=True)
    score = theirs.corpus_score(prepared(hypotheses), [prepared(references)])
    mine = lowercased_bleu(hypotheses, references)
    assert mine.score == pytest.approx(score.score)
    assert mine.score > 10
    assert mine.signature == str(theirs.get_signature())
    assert "tok:none" in mine.signature
    assert "smooth:none" in mine.signature
    assert spacy_tokens("Isn't  it?") == ["is", "n't", "it", "?"]


def test_the_signature_says_how_it_was_scored():
    assert corpus_bleu(["a man"], ["a man"]).signature.startswith(
        "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp"
    )


@pytest.mark.parametrize(("hypotheses", "references"), [([], []), (["a"], ["a", "b"])])
def test_sentences_without_references_are_refused(hypotheses, references):
    for score in (corpus_bleu, corpus_chrf, lowercased_bleu):
        with pytest.raises(GlassboxError, match="as many"):
            score(hypotheses, references)
