"""The caption grammar: agreement against a school grammar's tables, word order, and what is held out."""

import re

import pytest

from core.errors import GlassboxError
from core.translation.grammar.agreement import NounPhrase
from core.translation.grammar.captions import PATTERNS
from core.translation.grammar.lexicon import Noun, lexicon
from core.translation.grammar.pairs import (
    grammar_captions,
    grammar_pairs,
    held_out_captions,
    held_out_pairs,
    is_held_out,
)
from core.translation.grammar.word_order import order_of, order_shares, stands_right

MANN = Noun("Mann", "m", "Männer", "man", "men")
FRAU = Noun("Frau", "f", "Frauen", "woman", "women")
KIND = Noun("Kind", "n", "Kinder", "child", "children")
JUNGE = Noun("Junge", "m", "Jungen", "boy", "boys", "Jungen")
OLD = ("alt", "old")

DECLENSION = {
    # The tables of any school grammar, written out by hand: nominative, accusative, dative.
    ("definite", MANN, False): ("der alte Mann", "den alten Mann", "dem alten Mann"),
    ("definite", FRAU, False): ("die alte Frau", "die alte Frau", "der alten Frau"),
    ("definite", KIND, False): ("das alte Kind", "das alte Kind", "dem alten Kind"),
    ("definite", MANN, True): ("die alten Männer", "die alten Männer", "den alten Männern"),
    ("indefinite", MANN, False): ("ein alter Mann", "einen alten Mann", "einem alten Mann"),
    ("indefinite", FRAU, False): ("eine alte Frau", "eine alte Frau", "einer alten Frau"),
    ("indefinite", KIND, False): ("ein altes Kind", "ein altes Kind", "einem alten Kind"),
    ("indefinite", KIND, True): ("alte Kinder", "alte Kinder", "alten Kindern"),
    ("two", FRAU, True): ("zwei alte Frauen", "zwei alte Frauen", "zwei alten Frauen"),
    ("definite", JUNGE, False): ("der alte Junge", "den alten Jungen", "dem alten Jungen"),
}


@pytest.mark.parametrize(("phrase", "expected"), DECLENSION.items(), ids=lambda part: str(part)[:30])
def test_articles_adjectives_and_nouns_are_declined_as_the_tables_say(phrase, expected):
    determiner, noun, plural = phrase
    made = NounPhrase(noun, determiner, plural, OLD)
    assert tuple(made.german(case) for case in ("nominative", "accusative", "dative")) == expected


def test_fifty_thousand_pairs_are_all_different_and_none_is_held_out():
    pairs = grammar_pairs(50_000, seed=1)
    assert len(set(zip(pairs.source, pairs.target, strict=True))) == len(set(pairs.source)) == 50_000
    held_out = held_out_pairs(1_000, seed=1)
    assert not set(held_out.source) & set(pairs.source)
    assert all(map(is_held_out, held_out.source))
    assert not any(map(is_held_out, pairs.source[:1000]))


def test_the_same_seed_gives_the_same_captions_and_another_gives_others():
    assert grammar_pairs(50, seed=3) == grammar_pairs(50, seed=3)
    assert grammar_pairs(50, seed=3) != grammar_pairs(50, seed=4)


def test_a_finite_verb_stands_second_in_every_main_clause():
    """Checked on the text: after one part (a phrase of at most five words) comes a finite verb."""
    words = lexicon()
    finite = {"möchte", "möchten", "hat", "haben"}
    finite |= {form for verb in words.verbs for form in (verb.singular, verb.infinitive)}
    for caption in grammar_captions(2_000, seed=2):
        first, second = caption.german_order[0], caption.german_order[1]
        if caption.pattern == "relative":
            assert caption.german_order[1].german.startswith(", d")
            second = caption.german_order[5]
        assert second.german in finite, caption.german
        assert len(first.german.split()) <= 5
        assert caption.german.startswith(first.german[0].upper() + first.german[1:])


def test_separable_prefixes_stand_last_and_subordinate_clauses_end_with_their_verb():
    prefixed = [verb for verb in lexicon().verbs if verb.prefix]
    seen = dict.fromkeys(PATTERNS, 0)
    for caption in grammar_captions(2_000, seed=2):
        seen[caption.pattern] += 1
        main = caption.german.split(", während")[0].rstrip(".")
        if caption.separable:
            assert main.split()[-1] in {verb.prefix for verb in prefixed}, caption.german
        if caption.pattern == "while":
            last = caption.german.rstrip(".").split()[-1]
            assert last in {
                verb.prefix + form for verb in lexicon().verbs for form in (verb.singular, verb.infinitive)
            }
        if caption.pattern == "relative":
            clause = re.search(r", (der|die|das) (.*?), ", caption.german)
            assert clause, caption.german
    assert min(seen.values()) > 150


def test_subject_and_verb_agree_in_number_in_both_languages():
    for caption in grammar_captions(1_000, seed=5):
        plural = bool(re.search(r"\b(are|have|want)\b", caption.english.split(" while ")[0]))
        forms = {part.german for part in caption.german_order}
        if caption.pattern in ("modal", "perfect"):
            assert bool({"möchten", "haben"} & forms) == plural, caption.german


def test_both_orders_hold_the_same_parts():
    for caption in grammar_captions(500, seed=6):
        german = sorted(part.german for part in caption.german_order if part.german)
        assert sorted(" ".join(german).split()) == sorted(
            " ".join(part.german for part in caption.german_order).split()
        )
        assert sorted(caption.word_for_word.lower().rstrip(".").split()) == sorted(
            caption.english.lower().rstrip(".").split()
        )


def test_word_order_is_right_for_the_translation_and_wrong_for_the_german_order():
    captions = held_out_captions(400)
    assert order_shares(captions, [caption.english for caption in captions]).overall == 1.0
    german = order_shares(captions, [caption.word_for_word for caption in captions])
    assert german.overall < 0.15
    assert (
        german.by_pattern["fronted"] == german.by_pattern["modal"] == german.by_pattern["object_first"] == 0
    )
    assert set(german.by_pattern) == set(PATTERNS)


def test_what_counts_as_order():
    assert order_of("A boy is putting on a hat on the bridge.") == "NAVPNL"
    reference = "On Sunday the cook wants to pick up an apple."
    assert stands_right("On Sunday the boy wants to throw away a pear.", reference)
    assert not stands_right("On Sunday wants the cook an apple to pick up.", reference)
    assert not stands_right("", reference)


@pytest.mark.parametrize("count", [0, -1, 200_001])
def test_a_count_out_of_range_is_refused(count: int):
    with pytest.raises(GlassboxError, match="200,000"):
        grammar_pairs(count)
