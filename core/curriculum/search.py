"""Find questions by their words, in both languages at once."""

import re
from collections.abc import Sequence

from core.curriculum.question import Question

_CHINESE = re.compile(r"[\u3400-\u9fff]+")


def matching(questions: Sequence[Question], asked: str) -> list[Question]:
    """The questions that hold a word of `asked`, those with most words first; all of them if it is blank.

    Chinese, which has no spaces, is cut into overlapping pairs of characters.
    """
    words = search_words(asked)
    if not words:
        return list(questions)
    scored = [(_score(question, words), place, question) for place, question in enumerate(questions)]
    return [question for score, _, question in sorted(scored, key=lambda row: (-row[0], row[1])) if score]


def search_words(text: str) -> list[str]:
    """The words to look for, lower-case.

    >>> search_words("Why 复读机?")
    ['why', '复读', '读机']
    """
    words = []
    for part in re.findall(r"[\u3400-\u9fff]+|[^\W_]+", text.lower()):
        pairs = [part[i : i + 2] for i in range(len(part) - 1)] if _CHINESE.fullmatch(part) else []
        words += pairs or [part]
    return words


def _score(question: Question, words: Sequence[str]) -> float:
    title = " ".join(question.question.values()).lower()
    body = " ".join(question.answer.values()).lower()
    return sum(3.0 * (word in title) + (word in body) for word in words)
