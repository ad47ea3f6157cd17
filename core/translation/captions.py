"""Captions written for this project, with a translation: held out, for no model was trained on them."""

import tomllib
from functools import cache

from core.settings import PROJECT_FOLDER
from core.translation.pairs import SentencePairs, cleaned_pairs

FILE = PROJECT_FOLDER / "assets" / "samples" / "translation" / "captions.toml"


@cache
def captions() -> SentencePairs:
    """All captions, short ones first."""
    return cleaned_pairs(tuple(pair) for pair in tomllib.loads(FILE.read_text("utf-8"))["captions"])


def every_nth(step: int) -> SentencePairs:
    """Fewer of them, of all lengths: the first and each `step`th after it.

    >>> len(every_nth(8))
    10
    """
    pairs = captions()
    return SentencePairs(pairs.source[::step], pairs.target[::step])
