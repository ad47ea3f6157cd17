"""Verifiable rewards: prompts whose answer a rule can check, so that no reward model is needed.

The reward of GRPO is then 1 for an answer that passes and 0 for one that does not. A row of
`assets/samples/rlhf/verifiable.jsonl` names one of the checks below and what it expects; it never
names code.

| check | `expected` | passes |
|---|---|---|
| `exact_word` | `Paris` or `grey/gray` | exactly this one word, case and full stop free |
| `yes_no` | `yes` | begins with this word and does not contain the opposite |
| `number` | `12` | the only number in the answer is this one, in digits |
| `sequence` | `3, 4, 5` | the whole answer is this list, separated by commas |
| `word_count` | `3` | exactly so many words |
| `word_range` | `5-12` | so many different words, and ends like a sentence |
| `sentence_count` | `2` | exactly so many sentences of three words or more |
| `item_count` | `3` | exactly so many different items, of at most three words, separated by commas |
| `starts_with` | `Dear` | begins with these words and has five words or more |
| `ends_with` | `Thank you.` | ends with these words and has five words or more |
| `contains` | `sun, sea` | all of these words occur, in ten to forty words |
| `capitals` | `HELLO` | contains this word, and every letter is a capital |

What is simplified: a check looks at form and at one word of content, so an answer may pass and be
silly ("Three words exactly." passes `word_count`). That is the price of a reward without a judge.

Source: Lambert et al. 2024, "Tulu 3", section 6 (reinforcement learning with verifiable rewards);
the instructions about form follow Zhou et al. 2023, "Instruction-Following Evaluation for Large
Language Models", table 1.
"""

import re
from collections.abc import Callable

from core.errors import GlassboxError
from core.rlhf.gold_rule import is_complete, words

ITEM_WORDS = 3
SENTENCE_WORDS = 3
TEXT_WORDS = 5
CONTAINS_WORDS = (10, 40)


def passes(check: str, expected: str, answer: str) -> bool:
    """Whether `answer` passes the check of that name.

    Raises:
        GlassboxError: there is no such check, or it cannot read `expected`.

    >>> passes("number", "12", "That makes 12."), passes("number", "12", "4 times 3 is 12.")
    (True, False)
    """
    if check not in CHECKS:
        raise GlassboxError("rlhf.verifiable.error.check", check=check, known=", ".join(CHECKS))
    try:
        return CHECKS[check](expected.strip(), answer.strip())
    except ValueError as error:
        raise GlassboxError("rlhf.verifiable.error.expected", check=check, expected=expected) from error


def verifiable_reward(prompt: str, check: str, expected: str, answer: str) -> float:
    """The reward of GRPO: 1 where the answer passes and does not just repeat the prompt, else 0.

    >>> prompt = "In at most 12 words, say what rain is."
    >>> verifiable_reward(prompt, "word_range", "5-12", "Rain is water that falls from clouds.")
    1.0
    >>> verifiable_reward(prompt, "word_range", "5-12", prompt)
    0.0
    """
    return float(passes(check, expected, answer) and not repeats_prompt(prompt, answer))


def repeats_prompt(prompt: str, answer: str) -> bool:
    """Whether the answer contains the whole prompt, or is five or more words of it in a row.

    >>> repeats_prompt("Write exactly one sentence about snow.", "Write exactly one sentence about snow!")
    True
    >>> repeats_prompt("Repeat in capital letters only: please wait", "PLEASE WAIT")
    False
    """
    asked, said = f" {' '.join(words(prompt))} ", f" {' '.join(words(answer))} "
    return asked in said or (said in asked and len(words(answer)) >= TEXT_WORDS)


def exact_word(expected: str, answer: str) -> bool:
    """The answer is this one word; a slash in `expected` separates spellings.

    >>> exact_word("grey/gray", "Gray."), exact_word("grey/gray", "It is grey.")
    (True, False)
    """
    return words(answer) in [words(spelling) for spelling in expected.split("/")]


def yes_no(expected: str, answer: str) -> bool:
    """The answer begins with "yes" or "no", whichever is expected, and does not contain the other.

    >>> yes_no("no", "No, fish breathe in water."), yes_no("no", "Yes and no.")
    (True, False)
    """
    if expected not in ("yes", "no"):
        raise ValueError(expected)
    found = words(answer)
    return found[:1] == [expected] and not {"yes", "no"} - {expected} & set(found)


def number(expected: str, answer: str) -> bool:
    """The only number in the answer, written in digits, is the expected one.

    >>> number("1440", "It has 1,440 minutes."), number("7", "Seven.")
    (True, False)
    """
    found = re.findall(r"-?\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", answer))
    return [float(value) for value in found] == [float(expected)]


def sequence(expected: str, answer: str) -> bool:
    """The whole answer is the expected list, in its order; spaces, case and a full stop are free.

    >>> sequence("3, 4, 5", "3,4,5."), sequence("3, 4, 5", "Sure! 3, 4, 5")
    (True, False)
    """
    return _items(answer) == _items(expected)


def word_count(expected: str, answer: str) -> bool:
    """The answer has exactly so many words.

    >>> word_count("3", "Cats sleep often."), word_count("3", "Cats sleep.")
    (True, False)
    """
    return len(words(answer)) == int(expected)


def word_range(expected: str, answer: str) -> bool:
    """The answer has between so many and so many different words, and ends like a sentence.

    >>> word_range("5-12", "A kettle boils water for tea."), word_range("5-12", "tea tea tea tea tea.")
    (True, False)
    """
    fewest, most = (int(value) for value in expected.split("-"))
    return fewest <= len(set(words(answer))) and len(words(answer)) <= most and is_complete(answer)


def sentence_count(expected: str, answer: str) -> bool:
    """The answer has exactly so many sentences, each of at least three words, and none is cut off.

    >>> sentence_count("2", "Snow is white. It melts in spring."), sentence_count("2", "Yes. It melts soon.")
    (True, False)
    """
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", answer) if part]
    whole = all(len(words(sentence)) >= SENTENCE_WORDS for sentence in sentences)
    return len(sentences) == int(expected) and whole and is_complete(answer)


def item_count(expected: str, answer: str) -> bool:
    """The answer is exactly so many different short items, separated by commas.

    >>> item_count("3", "apple, pear, plum"), item_count("3", "apple, apple, plum")
    (True, False)
    """
    items = _items(answer)
    short = all(1 <= len(words(item)) <= ITEM_WORDS for item in items)
    return len(items) == int(expected) == len(set(items)) and short


def starts_with(expected: str, answer: str) -> bool:
    """The answer begins with these words and goes on.

    >>> starts_with("Dear", "Dear neighbour, the noise stops at ten."), starts_with("Dear", "Dear me.")
    (True, False)
    """
    found, wanted = words(answer), words(expected)
    return found[: len(wanted)] == wanted and len(found) >= TEXT_WORDS


def ends_with(expected: str, answer: str) -> bool:
    """The answer ends with these words and says something before them.

    >>> ends_with("Thank you.", "Please close the door. Thank you!"), ends_with("Thank you.", "Thank you.")
    (True, False)
    """
    found, wanted = words(answer), words(expected)
    return found[-len(wanted) :] == wanted and len(found) >= TEXT_WORDS


def contains(expected: str, answer: str) -> bool:
    """All of these words occur in the answer, which has ten to forty words.

    >>> contains("sun, sea", "We lay in the sun all day and then we swam in the sea.")
    True
    >>> contains("sun, sea", "Sun, sea.")
    False
    """
    found = words(answer)
    fewest, most = CONTAINS_WORDS
    return set(words(expected)) <= set(found) and fewest <= len(found) <= most


def capitals(expected: str, answer: str) -> bool:
    """The answer contains this word, and no letter of it is small.

    >>> capitals("HELLO", "HELLO, DEAR FRIEND!"), capitals("HELLO", "HELLO, dear friend!")
    (True, False)
    """
    return set(words(expected)) <= set(words(answer)) and answer == answer.upper()


def _items(text: str) -> list[str]:
    return [item.strip(" .!\n").lower() for item in text.split(",")]


CHECKS: dict[str, Callable[[str, str], bool]] = {
    check.__name__: check
    for check in (
        exact_word,
        yes_no,
        number,
        sequence,
        word_count,
        word_range,
        sentence_count,
        item_count,
        starts_with,
        ends_with,
        contains,
        capitals,
    )
}
"""The fixed list of checks that a row may name."""
