"""What decides the predictions of "Evaluate": every measurement runs, its parts checked by hand."""

import math
import time

import pytest
from sacrebleu.metrics import BLEU

from core.curriculum import answer_text, grade
from core.curriculum.bank import CURRICULUM_FOLDER, load_questions
from core.curriculum.question import placeholders
from core.translation.evaluation_samples import captions, joined_captions, nouns_in_frame, scored_examples
from core.translation.measurements import MEASUREMENTS
from core.translation.shipped import SHIPPED, shipped_translator
from core.wording import LANGUAGES, wording

NAMES = ("paraphrase_against_error", "content_kept", "rare_nouns_right")
BANK = load_questions(CURRICULUM_FOLDER / "translation.evaluate.toml", "translation", set(NAMES))


@pytest.fixture(scope="module")
def measured():
    for name in SHIPPED:
        shipped_translator(name)
    return {name: MEASUREMENTS[name](True) for name in NAMES}


def test_the_questions_are_those_of_this_view() -> None:
    assert [question.id for question in BANK] == ["mt-bleu", "mt-rnn-limits", "mt-limits"]
    assert [question.predict.measure for question in BANK] == list(NAMES)


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_expected_choice_is_the_measured_one_and_the_answer_quotes_it(question, measured) -> None:
    measurement = measured[question.predict.measure]
    assert grade(question.predict, measurement.value) is question.predict.choices[question.predict.expected]
    quoted = measurement.quoted()
    assert all(math.isfinite(number) for number in quoted.values())
    for language, most in zip(LANGUAGES, (150, 480), strict=True):
        answer = answer_text(question, language, measurement)
        assert not placeholders(answer)
        assert len(answer.split() if language == "en" else answer) <= most
        assert not placeholders(wording(measurement.note_key, language, **quoted))


def test_small_measurements_take_at_most_two_seconds_of_processor_time(measured) -> None:
    for name in NAMES:
        begun = time.process_time()
        MEASUREMENTS[name](True)
        assert time.process_time() - begun < 2, name


def test_the_paraphrase_and_the_error_score_as_in_sacrebleu(measured) -> None:
    examples = {example.id: example for example in scored_examples()}
    metric = BLEU(effective_order=True)
    scores = [
        metric.sentence_score(examples[name].translation, [examples[name].reference]).score
        for name in ("wrong", "paraphrase")
    ]
    assert measured["paraphrase_against_error"].value == pytest.approx(scores[0] - scores[1])
    values = measured["paraphrase_against_error"].values
    assert (values["clipped_matches"], values["clipped_words"]) == (2, 7)
    assert values["lowest_cut"] < values["highest_cut"]


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
