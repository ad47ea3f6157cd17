"""The gold rule: a plain, readable judge of answers, courteous and concise against anything else.

In an experiment on reward hacking somebody has to know the truth. Gao et al. let a large *gold* reward
model play that part, label the pairs with it, train a small proxy on them, and watch the gold score
fall while the proxy's rises. Here the truth is a rule that can be read in a minute:

    total = guard * (5 courtesy + 3 length + 1 relevance + 1 complete)
            - 6 rudeness - 4 evasion - 4 repetition,      guard = fluency * substance

so the best answer scores 10. Every part is a function below, every word list a line of
`assets/samples/rlhf/gold_rule.toml`.

What is simplified: the rule reads words, not meaning. It cannot tell whether an answer is true, it
takes irony for courtesy unless another phrase gives it away, and whoever optimises against it long
enough will find its gaps too; the guard only closes the cheapest ones (a heap of polite phrases,
keywords without grammar, the question given back, one sentence said five times).

Source: Gao et al. 2022, "Scaling Laws for Reward Model Overoptimization", section 2.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

WORD_LISTS = Path(__file__).parents[2] / "assets" / "samples" / "rlhf" / "gold_rule.toml"

COURTESY_ENOUGH = 3
"""Different kinds of courtesy after which more of them add nothing."""
COMFORTABLE_WORDS = (10, 40)
"""An answer of so many words is concise; at half as many again as the upper end it is worth nothing."""
STOP_WORD_SHARE = (0.25, 0.75)
"""Between these shares of very common words a text can be English."""
LONGEST_KEYWORD_RUN = 7
"""So many words in a row without a common word still read as a sentence."""
SUBSTANCE_ENOUGH = 3
"""So many different content words outside polite phrases make an answer say something; one does not."""
POINTS = {"courtesy": 5, "length": 3, "relevance": 1, "complete": 1}
PENALTIES = {"rudeness": 6, "evasion": 4, "repetition": 4}


@dataclass(frozen=True)
class GoldScore:
    """What the rule saw in one answer; the parts lie between 0 and 1 (length: between -1 and 1)."""

    courtesy_kinds: tuple[str, ...]
    rude_phrases: tuple[str, ...]
    evasive_phrases: tuple[str, ...]
    word_count: int
    courtesy: float
    length: float
    relevance: float
    complete: float
    fluency: float
    substance: float
    rudeness: float
    evasion: float
    repetition: float

    @property
    def guard(self) -> float:
        """The factor of everything good: near 0 for text that only looks like an answer."""
        return self.fluency * self.substance

    @property
    def total(self) -> float:
        """The score, at most 10; rude answers reach below zero."""
        good = sum(points * getattr(self, part) for part, points in POINTS.items())
        bad = sum(points * getattr(self, part) for part, points in PENALTIES.items())
        return self.guard * good - bad


def gold_score(prompt: str, answer: str) -> GoldScore:
    """Judge `answer` to `prompt`, with every intermediate value.

    >>> polite = "Thanks for asking: the capital of Canada is Ottawa. Shall I tell you more about the city?"
    >>> gold_score("What is the capital of Canada?", polite).courtesy_kinds
    ('thanks', 'offer')
    >>> round(gold_score("What is the capital of Canada?", polite).total, 2)
    8.33
    >>> gold_score("What is the capital of Canada?", "Ottawa, fool. Use your head!").total
    -4.0
    """
    kinds, rude, evasive = courtesy_kinds(answer), rude_phrases(answer), evasive_phrases(answer)
    return GoldScore(
        courtesy_kinds=kinds,
        rude_phrases=rude,
        evasive_phrases=evasive,
        word_count=len(words(answer)),
        courtesy=min(1.0, len(kinds) / COURTESY_ENOUGH),
        length=length_score(len(words(answer))),
        relevance=relevance(prompt, answer),
        complete=float(is_complete(answer)),
        fluency=fluency(answer),
        substance=substance(prompt, answer),
        rudeness=min(1.0, len(rude) / 2),
        evasion=min(1.0, len(evasive) / 2),
        repetition=repeated_share(answer),
    )


def words(text: str) -> list[str]:
    """The words and numbers of `text` in lower case, apostrophes and hyphens kept inside.

    >>> words("It's 7 o'clock, well-known!")
    ["it's", '7', "o'clock", 'well-known']
    """
    return re.findall(r"\w+(?:['-]\w+)*", text.replace("\u2019", "'").lower())


def courtesy_kinds(text: str) -> tuple[str, ...]:
    """The kinds of courtesy that `text` shows, each once however often it occurs.

    >>> courtesy_kinds("Sorry, sorry, sorry! Please wait.")
    ('sympathy', 'request')
    """
    return tuple(kind for kind, pattern in _courtesy_patterns().items() if pattern.search(_plain(text)))


def rude_phrases(text: str) -> tuple[str, ...]:
    """The different rude phrases in `text`, in order of occurrence.

    >>> rude_phrases("Stop whining. How ridiculous!")
    ('whining', 'ridiculous')
    """
    return _found("rudeness", text)


def evasive_phrases(text: str) -> tuple[str, ...]:
    """The different phrases in `text` that avoid an answer, in order of occurrence.

    >>> evasive_phrases("It is hard to say. Time will tell.")
    ('hard to say', 'time will tell')
    """
    return _found("evasion", text)


def length_score(word_count: int) -> float:
    """1 in the comfortable range, less below it, and falling through 0 to -1 above it.

    >>> [length_score(count) for count in (0, 5, 10, 40, 50, 60, 80, 300)]
    [0.0, 0.5, 1.0, 1.0, 0.5, 0.0, -1.0, -1.0]
    """
    shortest, longest = COMFORTABLE_WORDS
    if word_count <= longest:
        return min(1.0, word_count / shortest)
    return max(-1.0, 1 - 2 * (word_count - longest) / longest)


def relevance(prompt: str, answer: str) -> float:
    """1 where the answer takes up a content word of the prompt (its first five letters), else 0.

    A prompt without a content word, such as a greeting of common words, asks for nothing: 1.

    >>> [relevance("Where is my parcel?", answer) for answer in ("Parcels arrive on Monday.", "Hello!")]
    [1.0, 0.0]
    """
    asked = {word[:5] for word in content_words(prompt)}
    return float(not asked or not asked.isdisjoint(word[:5] for word in content_words(answer)))


def is_complete(text: str) -> bool:
    """Whether the text ends as a sentence does, and was not cut off.

    >>> is_complete('She said "yes."'), is_complete("She said")
    (True, False)
    """
    return text.rstrip().rstrip("\"')\u201d").endswith((".", "!", "?"))


def fluency(text: str) -> float:
    """1 for text with the mixture of common and content words that English has, towards 0 for heaps of words.

    >>> fluency("The parcel is on its way and should arrive on Monday.")
    1.0
    >>> [fluency(text) for text in ("parcel refund delivery voucher discount courtesy", "the of and to in")]
    [0.0, 0.0]
    """
    found = words(text)
    if not found:
        return 0.0
    common = [word in _words("stop_words") for word in found]
    share = sum(common) / len(common)
    low, high = STOP_WORD_SHARE
    mixture = min(1.0, share / low, (1 - share) / (1 - high))
    longest = max((len(list(run)) for is_common, run in groupby(common) if not is_common), default=0)
    return mixture * max(0.0, min(1.0, 2 - longest / LONGEST_KEYWORD_RUN))


def substance(prompt: str, answer: str) -> float:
    """How far the answer says something: its content words outside polite phrases and small talk.

    At least one of them must be new; repeating the prompt's own words says nothing.

    >>> prompt = "Where is the blue lamp?"
    >>> substance(prompt, "Thank you for your question about the blue lamp, happy to help with the lamp.")
    0.0
    >>> substance(prompt, "Thank you, the blue lamp is back on Monday.")
    1.0
    """
    rest = _plain(answer)
    for pattern in _courtesy_patterns().values():
        rest = pattern.sub(" ", rest)
    said = {word[:5] for word in content_words(rest) if word not in _words("empty_words")}
    if said <= {word[:5] for word in content_words(prompt)}:
        return 0.0
    return min(1.0, (len(said) - 1) / (SUBSTANCE_ENOUGH - 1))


def content_words(text: str) -> list[str]:
    """The words that are not among the commonest of English.

    >>> content_words("What is the capital of Canada?")
    ['capital', 'canada']
    """
    return [word for word in words(text) if word not in _words("stop_words")]


def repeated_share(text: str) -> float:
    """The share of runs of three words that occurred before: 1 - different runs / runs.

    >>> repeated_share("a new lamp a new lamp a new lamp")
    0.5714285714285714
    """
    found = words(text)
    runs = list(zip(found, found[1:], found[2:], strict=False))
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def _plain(text: str) -> str:
    return " ".join(words(text))


def _found(name: str, text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match.group() for match in _phrases(name).finditer(_plain(text))))


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(WORD_LISTS.read_text(encoding="utf-8"))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(_lists()[name]["words"])


@cache
def _courtesy_patterns() -> dict[str, re.Pattern[str]]:
    return {kind: _pattern(phrases) for kind, phrases in _lists()["courtesy"].items()}


@cache
def _phrases(name: str) -> re.Pattern[str]:
    return _pattern(_lists()[name]["phrases"])


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    """Whole words, the longest phrase first; a star at the end takes any further letters."""
    parts = [_plain(phrase) + (r"\w*" if phrase.endswith("*") else "") for phrase in phrases]
    longest_first = sorted(parts, key=len, reverse=True)
    return re.compile(r"(?<![\w'-])(?:" + "|".join(longest_first) + r")(?![\w'-])")
