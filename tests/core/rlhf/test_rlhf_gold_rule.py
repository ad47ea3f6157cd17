"""The gold rule by hand, on degenerate texts, and the checks on answers that a model might give."""

import random

import pytest

from core.errors import GlassboxError
from core.rlhf.gold_rule import PENALTIES, POINTS, courtesy_kinds, gold_score, length_score, words
from core.rlhf.verifiable import CHECKS, passes, verifiable_reward

PROMPT = "Where is my parcel?"
GOOD = (
    "Thank you for asking: most parcels arrive within three working days, and yours left yesterday. "
    "Would you like me to look up the tracking number, please?"
)


def total(answer: str) -> float:
    return gold_score(PROMPT, answer).total


def test_the_best_answer_scores_ten():
    score = gold_score(PROMPT, GOOD)
    assert score.courtesy_kinds == ("thanks", "request", "offer")
    assert score.total == sum(POINTS.values()) == 10


def test_a_score_by_hand():
    """Two of three kinds, eight of ten words, on topic, complete: 5 * 2/3 + 3 * 0.8 + 1 + 1."""
    assert total("Thanks, of course the parcel arrives on Monday.") == pytest.approx(5 * 2 / 3 + 2.4 + 1 + 1)


@pytest.mark.parametrize(
    ("addition", "part"),
    [
        (" Stop whining, you idiot.", "rudeness"),
        (" Then again, it is hard to say, and time will tell.", "evasion"),
    ],
)
def test_a_fault_costs_its_penalty(addition: str, part: str):
    score = gold_score(PROMPT, GOOD + addition)
    assert getattr(score, part) == 1
    assert score.total <= total(GOOD) - PENALTIES[part]


def test_rambling_costs_more_than_any_courtesy_gains():
    rambling = GOOD + " My cousin had a parcel once, on a Tuesday, and told everyone about it." * 3
    assert len(words(rambling)) > 60
    assert total(rambling) < total(GOOD) - POINTS["length"]
    assert length_score(60) == 0


def test_a_cut_off_answer_loses_a_point():
    assert total(GOOD) - total(GOOD.rstrip("?").removesuffix(", please") + ", please") == POINTS["complete"]


def test_an_answer_to_another_question_loses_a_point():
    assert total(GOOD) - gold_score("How do I boil an egg?", GOOD).total == POINTS["relevance"]


DEGENERATE = {
    "empty": "",
    "one word": "Certainly!",
    "one word again and again": "thank " * 40,
    "polite phrases alone": "Thank you, please, of course, with pleasure, sorry, have a lovely day, shall I?",
    "one polite sentence again and again": "Thank you for your question, I am happy to help with the parcel. "
    * 3,
    "small talk": "Certainly! I hope this helps. Thank you for asking, and please feel free to ask me again.",
    "an offer to help with the question": "Thank you for asking about the parcel. I am happy to help. "
    "Would you like me to help you? Have a lovely day!",
    "asking for details instead": "I'm sorry to hear that, I'd be happy to assist you. Could you please "
    "provide more details about the issue so that I can help you further?",
    "keywords": "parcel refund delivery thanks please sorry welcome voucher discount tracking courier.",
    "common words": "the of and to in it is that for on with as at by this from.",
    "letters": "asdf qwer zxcv uiop hjkl vbnm tyui ghjk please thank you wert sdfg xcvb.",
    "symbols": "!!! ??? ... ;;; ###",
    "numbers": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16.",
    "the prompt back": PROMPT,
}


@pytest.mark.parametrize("text", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_degenerate_text_scores_low(text: str):
    assert total(text) < 0.5 * total(GOOD)


def test_shuffled_words_lose_their_courtesy():
    """Word order matters only through the phrases, so a shuffled answer keeps its length but little else."""
    found = GOOD.split()
    scores = []
    for seed in range(20):
        shuffled = found.copy()
        random.Random(seed).shuffle(shuffled)
        scores.append(total(" ".join(shuffled)))
    assert sum(scores) / len(scores) < total(GOOD) - 2


def test_typographic_apostrophes_and_case_do_not_matter():
    assert total(GOOD.upper()) == total(GOOD)
    assert words("don\u2019t") == words("DON'T") == ["don't"]


@pytest.mark.parametrize(
    "harmless",
    [
        "There is nothing to be ashamed of, and you can do it on your own.",
        "On a lazy Sunday, take whatever you like and enjoy the silly film.",
        "Take this seriously and calm down outside, for a change of air helps when you are tired of work.",
        "It is up to you at present, and something else may suit you another time.",
    ],
)
def test_harmless_sentences_are_neither_rude_nor_evasive(harmless: str):
    score = gold_score(PROMPT, harmless)
    assert (score.rude_phrases, score.evasive_phrases) == ((), ())


def test_phrases_are_whole_words():
    assert courtesy_kinds("The pleasedness of unthankful thanksgiving") == ()
    assert gold_score(PROMPT, "The foolscap arrived with the moaning myrtle.").rude_phrases == ("moaning",)


ANSWERS = [
    ("exact_word", "green", ["Green.", " green "], ["The grass is green.", "greenish", "blue"]),
    ("exact_word", "dog/dogs", ["Dog", "dogs."], ["dog dogs"]),
    ("yes_no", "yes", ["Yes, it can.", "yes"], ["Yes, or no.", "No.", "It can, yes.", "Yesterday"]),
    ("number", "5", ["5", "The answer is 5.", "5.0"], ["2 + 3 = 5", "five", "55"]),
    ("sequence", "3, 4, 5", ["3, 4, 5", "3,4,5."], ["3 4 5", "3, 4, 5, 6", "5, 4, 3", "Here: 3, 4, 5"]),
    ("word_count", "3", ["I am well.", "well-known blue cat"], ["I am very well.", ""]),
    (
        "word_range",
        "5-12",
        ["A map shows you the way home."],
        ["A map.", "A map shows you the way home", "map " * 7],
    ),
    (
        "sentence_count",
        "2",
        ["Dogs can bark loudly. Cats do not bark!"],
        ["Dogs can bark loudly.", "Hm. No. Yes."],
    ),
    (
        "item_count",
        "3",
        ["apple, pear, plum", "Red, blue, dark green."],
        ["apple, pear", "a, a, b", "1. apple"],
    ),
    ("starts_with", "Of course", ["Of course, I can help you."], ["Sure! Of course.", "Of course!"]),
    (
        "ends_with",
        "Thank you.",
        ["Please wait here. Thank you."],
        ["Thank you for waiting here.", "Thank you."],
    ),
    (
        "contains",
        "sun, sea",
        ["The sun was warm and the sea was calm all day."],
        ["sun sea", "The sun and the seaside " * 3],
    ),
    ("capitals", "THE SHOP", ["THE SHOP IS OPEN"], ["The shop is open", "OPEN"]),
]


@pytest.mark.parametrize(("check", "expected", "right", "wrong"), ANSWERS)
def test_checks(check: str, expected: str, right: list[str], wrong: list[str]):
    assert [answer for answer in right if not passes(check, expected, answer)] == []
    assert [answer for answer in wrong if passes(check, expected, answer)] == []
    assert {verifiable_reward("A prompt.", check, expected, answer) for answer in right} == {1.0}


def test_every_check_is_tried():
    assert {check for check, *_ in ANSWERS} == set(CHECKS)


def test_an_unknown_check_is_refused():
    with pytest.raises(GlassboxError, match="no check called “guess”"):
        passes("guess", "1", "1")


@pytest.mark.parametrize(
    ("check", "expected"),
    [("number", "many"), ("word_range", "5"), ("yes_no", "maybe"), ("word_count", "a few")],
)
def test_an_unreadable_expectation_is_refused(check: str, expected: str):
    with pytest.raises(GlassboxError, match="cannot use"):
        passes(check, expected, "An answer with 7 words, more or less.")
