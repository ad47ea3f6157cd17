"""The shipped data of the RLHF lesson: complete rows, clean parts, and pairs that no single word decides."""

import json
import re
from collections import Counter
from math import log
from pathlib import Path

import pytest

from core.rlhf.gold_rule import courtesy_kinds, evasive_phrases, gold_score, rude_phrases, words
from core.rlhf.verifiable import CHECKS, passes, verifiable_reward

FOLDER = Path(__file__).parents[3] / "assets" / "samples" / "rlhf"
FIELDS = {
    "instructions": {"prompt", "answer", "part"},
    "preferences": {"prompt", "chosen", "rejected", "fault", "part"},
    "prompts": {"prompt", "part"},
    "verifiable": {"prompt", "check", "expected", "part"},
}
AT_LEAST = {"instructions": 330, "preferences": 560, "prompts": 120, "verifiable": 150}


def rows(name: str) -> list[dict[str, str]]:
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def gold_wins(row: dict[str, str]) -> bool:
    return gold_score(row["prompt"], row["chosen"]).total > gold_score(row["prompt"], row["rejected"]).total


@pytest.mark.parametrize("name", FIELDS)
def test_each_row_is_whole(name: str):
    found = rows(name)
    assert len(found) >= AT_LEAST[name]
    for row in found:
        assert set(row) == FIELDS[name]
        assert all(isinstance(value, str) and value == value.strip() != "" for value in row.values())
        assert row["part"] in ("train", "held_out")
        assert not re.search(r"[{}]|\b(the|an?) (the|an?)\b|  |\.\.|,,", "".join(row.values()))


@pytest.mark.parametrize("name", FIELDS)
def test_at_least_15_percent_are_held_out(name: str):
    parts = Counter(row["part"] for row in rows(name))
    assert parts["held_out"] >= 0.15 * parts.total()
    assert parts["train"] >= 0.7 * parts.total()


def test_a_prompt_has_one_part_wherever_it_occurs():
    parts: dict[str, set[str]] = {}
    for name in FIELDS:
        for row in rows(name):
            parts.setdefault(" ".join(words(row["prompt"])), set()).add(row["part"])
    assert {prompt for prompt, found in parts.items() if len(found) > 1} == set()


def test_the_prompts_for_reinforcement_learning_are_new():
    answered = {row["prompt"] for name in ("instructions", "preferences") for row in rows(name)}
    for name in ("prompts", "verifiable"):
        found = [row["prompt"] for row in rows(name)]
        assert len(found) == len(set(found))
        assert answered.isdisjoint(found)
    assert {row["prompt"] for row in rows("prompts")}.isdisjoint(row["prompt"] for row in rows("verifiable"))


def test_instructions_keep_the_house_style():
    found = rows("instructions")
    assert len({row["prompt"] for row in found}) == len({row["answer"] for row in found}) == len(found)
    for row in found:
        answer = row["answer"]
        assert 8 <= len(words(answer)) <= 40, answer
        assert answer.endswith((".", "?")), answer
        assert len(re.split(r"(?<=[.!?])\"? (?=[A-Z])", answer)) <= 2, answer
        assert len(courtesy_kinds(answer)) >= 2, answer
        assert not rude_phrases(answer), answer
        assert not evasive_phrases(answer), answer
    openings = Counter(re.split(r" – |: ", row["answer"])[0] for row in found)
    offers = Counter(" ".join(row["answer"].split(". ")[-1].split()[:4]) for row in found)
    assert openings.most_common(1)[0][1] < 0.1 * len(found)
    assert offers.most_common(1)[0][1] < 0.1 * len(found)


def test_pairs_vary():
    found = rows("preferences")
    assert len({row["chosen"] for row in found}) >= 0.98 * len(found)
    assert len({row["rejected"] for row in found}) == len(found)
    faults = Counter(row["fault"] for row in found)
    assert set(faults) == {"rude", "rambling", "evasive"}
    assert min(faults.values()) >= 0.3 * len(found)
    pairs = Counter(row["prompt"] for row in found)
    assert max(pairs.values()) == 2
    assert list(pairs.values()).count(2) >= 100
    twice = [row for row in found if pairs[row["prompt"]] == 2]
    assert len({(row["prompt"], row["fault"]) for row in twice}) == len(twice)


def test_the_gold_rule_agrees_with_the_pairs():
    found = rows("preferences")
    wrong = [(row["fault"], row["prompt"], row["rejected"]) for row in found if not gold_wins(row)]
    assert len(wrong) <= 0.03 * len(found), wrong


def test_no_single_word_or_mark_decides():
    found = rows("preferences")
    votes: Counter[str] = Counter()
    for row in found:
        chosen, rejected = (
            {*words(row[side]), *re.findall(r"[^\w\s]", row[side])} for side in ("chosen", "rejected")
        )
        votes.update(chosen - rejected)
        votes.subtract(rejected - chosen)
    word, margin = max(votes.items(), key=lambda item: abs(item[1]))
    assert 0.5 + abs(margin) / (2 * len(found)) < 0.72, word


def vote_of_all_words() -> float:
    """The share of held-out pairs that log-odds of words, counted on the training pairs, put right."""
    sides = {"chosen": Counter[str](), "rejected": Counter[str]()}
    for row in rows("preferences"):
        for side, counts in sides.items():
            counts.update(set(words(row[side])) if row["part"] == "train" else ())

    def odds(text: str) -> float:
        return sum(log((sides["chosen"][w] + 1) / (sides["rejected"][w] + 1)) for w in set(words(text)))

    held_out = [row for row in rows("preferences") if row["part"] == "held_out"]
    return sum(odds(row["chosen"]) > odds(row["rejected"]) for row in held_out) / len(held_out)


def test_all_words_together_decide_most_pairs_never_seen():
    """A learnable rule: the one below is the simplest learner there is."""
    assert vote_of_all_words() >= 0.9


def test_length_does_not_decide():
    found = rows("preferences")
    shorter = sum(len(words(row["chosen"])) < len(words(row["rejected"])) for row in found)
    longer = sum(len(words(row["chosen"])) > len(words(row["rejected"])) for row in found)
    assert longer >= 0.3 * len(found)
    assert shorter <= 0.65 * len(found)


def test_courtesy_alone_does_not_decide():
    """Among the rejected, many thank, apologise or offer: a sixth shows at least as much courtesy."""
    found = rows("preferences")
    as_polite = sum(
        len(courtesy_kinds(row["rejected"])) >= len(courtesy_kinds(row["chosen"])) for row in found
    )
    assert as_polite >= 0.15 * len(found)


def test_held_out_pairs_hold_parts_that_training_never_saw():
    sides: dict[str, set[str]] = {"train": set(), "held_out": set()}
    for row in rows("preferences"):
        sides[row["part"]].update(re.split(r"(?<=[.!?]) ", row["rejected"]))
    templates = {
        sentence
        for sentence in sides["held_out"] - sides["train"]
        if rude_phrases(sentence) or len(sentence) > 60
    }
    assert len(templates) >= 20


def test_verifiable_rows_can_be_checked():
    found = rows("verifiable")
    counts = Counter(row["check"] for row in found)
    assert set(counts) == set(CHECKS)
    assert min(counts.values()) >= 8
    held_out = {row["check"] for row in found if row["part"] == "held_out"}
    assert held_out == set(CHECKS)
    for row in found:
        assert not passes(row["check"], row["expected"], ""), row
        prompt = row["prompt"]
        assert not verifiable_reward(prompt, row["check"], row["expected"], prompt), row


@pytest.mark.parametrize("check", ["exact_word", "yes_no", "number", "sequence"])
def test_the_expected_answer_passes(check: str):
    for row in rows("verifiable"):
        if row["check"] == check:
            assert passes(check, row["expected"], row["expected"].split("/")[0]), row
            assert passes(check, row["expected"], row["expected"].split("/")[0].capitalize() + "."), row


def test_the_readme_states_what_is_there():
    text = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())
    for name in FIELDS:
        held_out = sum(row["part"] == "held_out" for row in rows(name))
        assert f"| `{name}.jsonl` | {len(rows(name))} | {held_out} |" in text
    for check, count in Counter(row["check"] for row in rows("verifiable")).items():
        assert f"`{check}` ({count})" in text
    agreed = sum(gold_wins(row) for row in rows("preferences")) / len(rows("preferences"))
    assert f"in {agreed:.1%}".replace("%", " %") in text
    assert f"right in {vote_of_all_words():.1%} of the held-out".replace("%", " %") in text
