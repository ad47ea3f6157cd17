"""Whether a translation puts its parts where English wants them, whatever words it chose.

Every word of the grammar is of one kind. A sentence's kinds in a row are its order:

    Today a man is picking up a ball in the park.    T N A V P N L
    Today is picking a man in the park a ball up.    T A V N L N P     word for word from German

A translation stands right if its kinds stand as those of the reference do, and nouns that both have come
in the same order (the cook pulls the cart, not the cart the cook). A wrong noun does no harm; a verb left
behind its object does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from core.translation.grammar.captions import PATTERNS, Caption, Pattern
from core.translation.grammar.lexicon import lexicon

NOUN, AUXILIARY, VERB, PARTICLE, PLACE, TIME, JOIN = "N", "A", "V", "P", "L", "T", "J"


@dataclass(frozen=True)
class OrderShares:
    """How many of the held-out captions stand in the right order."""

    overall: float
    """0 to 1."""
    by_pattern: dict[str, float]
    """0 to 1, for each pattern that occurs."""
    separable: float | None
    """0 to 1, of those with a separable verb; None if there are none."""


@cache
def _kinds() -> dict[str, str]:
    """English word, in lower case, to its kind."""
    words = lexicon()
    kinds = dict.fromkeys(("is", "are", "has", "have", "wants", "want"), AUXILIARY)
    kinds |= dict.fromkeys(("while", "who", "that"), JOIN)
    for _, english in words.times:
        kinds[english.split()[-1].lower()] = TIME
    for place in words.places:
        kinds[place.noun.english] = PLACE
    for verb in words.verbs:
        for form in (verb.english, verb.continuous, verb.english_participle):
            kinds[form.split()[0]] = VERB
        if verb.particle:
            kinds[verb.particle] = PARTICLE
    for nouns in words.nouns.values():
        for noun in nouns:
            kinds |= dict.fromkeys((noun.english.split()[-1], noun.english_plural.split()[-1]), NOUN)
    return kinds


def order_of(english: str) -> str:
    """The kinds of the words of an English sentence, in a row; words of no kind are left out.

    >>> order_of("Today a man is picking up a ball on the beach.")
    'TNAVPNL'
    """
    kinds = _kinds()
    words = _words(english)
    found = []
    for place, word in enumerate(words):
        kind = kinds.get(word, "")
        # "on" is a particle in "putting on a hat", a preposition in "on the beach", "on a bridge".
        if kind == PARTICLE and word == "on" and _leads_to_a_place(words[place + 1 : place + 4], kinds):
            kind = ""
        found.append(kind)
    return "".join(found)


def _leads_to_a_place(following: Sequence[str], kinds: dict[str, str]) -> bool:
    """Whether the next noun is a place or a day."""
    first = next((kinds[word] for word in following if kinds.get(word) in (NOUN, PLACE, TIME)), "")
    return first in (PLACE, TIME)


def stands_right(translation: str, reference: str) -> bool:
    """Whether both have the same order.

    >>> stands_right("The old dog is bringing back a stick.", "A cat is bringing back the ball.")
    True
    >>> stands_right("A cat is bringing the ball back.", "A cat is bringing back the ball.")
    False
    >>> stands_right("The cart is pulling a cook.", "A cook is pulling the cart.")
    False
    """
    if order_of(translation) != order_of(reference):
        return False
    own, wanted = _nouns(translation), _nouns(reference)
    shared = set(own) & set(wanted)
    return [noun for noun in own if noun in shared] == [noun for noun in wanted if noun in shared]


def _nouns(english: str) -> list[str]:
    return [word for word in _words(english) if _kinds().get(word) == NOUN]


def _words(english: str) -> list[str]:
    return english.lower().replace(".", " ").replace(",", " ").split()


def order_shares(captions: Sequence[Caption], translations: Sequence[str]) -> OrderShares:
    """The share of translations whose order is that of the reference, in all and by pattern."""
    right = [
        stands_right(text, caption.english) for caption, text in zip(captions, translations, strict=True)
    ]
    return OrderShares(
        overall=sum(right) / len(right),
        by_pattern={
            pattern: share for pattern in PATTERNS if (share := _share(captions, right, pattern)) is not None
        },
        separable=_share(captions, right, None),
    )


def _share(captions: Sequence[Caption], right: Sequence[bool], pattern: Pattern | None) -> float | None:
    """Of the captions of this pattern, or for None of those with a separable verb."""
    chosen = [
        good
        for caption, good in zip(captions, right, strict=True)
        if (caption.separable if pattern is None else caption.pattern == pattern)
    ]
    return sum(chosen) / len(chosen) if chosen else None
