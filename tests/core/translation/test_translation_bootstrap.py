"""The bootstrap draws, bounds and judges as sacreBLEU does."""

import random

import pytest
from sacrebleu.metrics import BLEU
from sacrebleu.significance import PairedTest

from core.errors import GlassboxError
from core.translation.bootstrap import SEED, bleu_interval, compare, resampled_bleu, sentence_counts

WORDS = ["a", "man", "the", "dog", "in", "on", "runs", "field", "with", "red", "two", "women", "."]


def _worse(line: str, share: float, draw: random.Random) -> str:
    return " ".join(draw.choice(WORDS) if draw.random() < share else word for word in line.split())


@pytest.fixture(scope="module")
def systems() -> tuple[list[str], list[str], list[str]]:
    draw = random.Random(3)
    references = [" ".join(draw.choice(WORDS) for _ in range(draw.randrange(5, 15))) for _ in range(120)]
    good = [_worse(line, 0.15, draw) for line in references]
    bad = [_worse(line, 0.18, draw) for line in references]
    return references, good, bad


def test_the_interval_is_sacrebleu_s(systems):
    references, good, _ = systems
    theirs = BLEU().corpus_score(good, [references], n_bootstrap=1000)
    mine = bleu_interval(sentence_counts(good, references))
    assert mine.value == pytest.approx(theirs.score)
    assert (mine.high - mine.low) / 2 == pytest.approx(theirs._ci, abs=1e-4)
    assert mine.low < mine.value < mine.high


def test_the_paired_test_is_sacrebleu_s(systems, monkeypatch):
    monkeypatch.setenv("SACREBLEU_SEED", str(SEED))
    references, good, bad = systems
    test = PairedTest([("bad", bad), ("good", good)], {"BLEU": BLEU()}, [references], "bs", n_samples=1000)
    theirs = test()[1]["BLEU"]
    mine = compare("bad", "good", sentence_counts(bad, references), sentence_counts(good, references))
    assert mine.difference.value == pytest.approx(theirs[1].score - theirs[0].score)
    assert mine.p_value == pytest.approx(theirs[1].p_value)
    assert 0.001 < mine.p_value < 0.6  # neither end, where any two tests agree


def test_a_model_is_not_better_than_itself(systems):
    references, good, _ = systems
    rows = sentence_counts(good, references)
    same = compare("one", "two", rows, rows)
    assert (same.difference.value, same.difference.low, same.difference.high) == (0, 0, 0)
    assert same.second_wins == 0
    assert list(resampled_bleu(rows, 5)) == list(resampled_bleu(rows, 5))


def test_pairing_is_sharper_than_two_intervals(systems):
    references, good, bad = systems
    rows = [sentence_counts(lines, references) for lines in (bad, good)]
    alone = [bleu_interval(row) for row in rows]
    together = compare("bad", "good", *rows).difference
    assert together.high - together.low < sum(each.high - each.low for each in alone)


def test_nothing_to_draw_from_is_refused(systems):
    rows = sentence_counts(systems[1], systems[0])
    with pytest.raises(GlassboxError, match="at least one"):
        resampled_bleu([])
    with pytest.raises(GlassboxError, match="as many"):
        compare("one", "two", rows, rows[:-1])
