"""What the answers of "Evaluate" rest on: sacrebleu's scores, and sentences that differ as they should."""

import pytest
from sacrebleu.metrics import BLEU

from core.translation.evaluation_samples import captions, joined_captions, nouns_in_frame, scored_examples
from tests.core.measured import measured_small


def test_the_paraphrase_and_the_error_score_as_in_sacrebleu() -> None:
    examples = {example.id: example for example in scored_examples()}
    metric = BLEU(effective_order=True)
    scores = [
        metric.sentence_score(examples[name].translation, [examples[name].reference]).score
        for name in ("wrong", "paraphrase")
    ]
    found = measured_small("translation", "paraphrase_against_error")
    assert found.value == pytest.approx(scores[0] - scores[1])
    assert (found.values["clipped_matches"], found.values["clipped_words"]) == (2, 7)
    assert found.values["lowest_cut"] < found.values["highest_cut"]


def test_joined_captions_say_what_the_single_ones_say() -> None:
    joined = joined_captions()
    assert 2 * len(joined) == len(captions())
    words = " ".join(pair.german.rstrip(".") for pair in joined).lower().split()
    singles = " ".join(pair.german for pair in captions()).lower().split()
    assert sorted(words) == sorted([*singles, *["und"] * len(joined)])


def test_common_and_rare_nouns_are_as_many_and_in_the_same_sentence() -> None:
    nouns = nouns_in_frame()
    assert sum(noun.common for noun in nouns) * 2 == len(nouns) == len({noun.german for noun in nouns})
    assert all(noun.german.endswith(" steht vor einem Haus.") for noun in nouns)
    assert all(noun.english for noun in nouns)
