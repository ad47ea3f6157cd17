"""Agreement in the German noun phrase: article, adjective and noun share case, gender and number.

    der rote Ball   den roten Ball   dem roten Ball     after the definite article (weak endings)
    ein roter Ball  einen roten Ball einem roten Ball   after the indefinite article (mixed)
    rote Bälle      rote Bälle       roten Bällen       without an article, or after a number (strong)

Only what captions of this grammar need: nominative, accusative and dative; no genitive.
Source: any school grammar, such as Duden, "Die Grammatik", on the declension of adjectives.
"""

from dataclasses import dataclass
from typing import Literal

from core.translation.grammar.lexicon import Noun, Place

Case = Literal["nominative", "accusative", "dative"]
Determiner = Literal["definite", "indefinite", "two", "three"]

_DEFINITE = {
    "nominative": {"m": "der", "f": "die", "n": "das", "p": "die"},
    "accusative": {"m": "den", "f": "die", "n": "das", "p": "die"},
    "dative": {"m": "dem", "f": "der", "n": "dem", "p": "den"},
}
_INDEFINITE = {
    "nominative": {"m": "ein", "f": "eine", "n": "ein"},
    "accusative": {"m": "einen", "f": "eine", "n": "ein"},
    "dative": {"m": "einem", "f": "einer", "n": "einem"},
}
_NUMBERS = {"two": "zwei", "three": "drei"}
_WEAK = {
    "nominative": {"m": "e", "f": "e", "n": "e", "p": "en"},
    "accusative": {"m": "en", "f": "e", "n": "e", "p": "en"},
    "dative": {"m": "en", "f": "en", "n": "en", "p": "en"},
}
_MIXED = {
    "nominative": {"m": "er", "f": "e", "n": "es"},
    "accusative": {"m": "en", "f": "e", "n": "es"},
    "dative": {"m": "en", "f": "en", "n": "en"},
}
_STRONG_PLURAL = {"nominative": "e", "accusative": "e", "dative": "en"}
_CONTRACTED = {"in dem": "im", "an dem": "am"}


@dataclass(frozen=True)
class NounPhrase:
    """Who or what: a noun with its determiner and at most one adjective."""

    noun: Noun
    determiner: Determiner
    plural: bool = False
    adjective: tuple[str, str] | None = None
    """German stem and English word."""

    @property
    def form(self) -> str:
        """The column of the tables: m, f, n, or p for any plural."""
        return "p" if self.plural else self.noun.gender

    def german(self, case: Case) -> str:
        """The phrase in that case.

        >>> ball = Noun("Ball", "m", "Bälle", "ball", "balls")
        >>> NounPhrase(ball, "indefinite", adjective=("rot", "red")).german("accusative")
        'einen roten Ball'
        >>> NounPhrase(ball, "two", plural=True, adjective=("rot", "red")).german("dative")
        'zwei roten Bällen'
        """
        words = [self._article(case), self._adjective(case), self._noun(case)]
        return " ".join(word for word in words if word)

    def english(self) -> str:
        """The phrase in English.

        >>> apple = Noun("Apfel", "m", "Äpfel", "apple", "apples")
        >>> NounPhrase(apple, "indefinite").english()
        'an apple'
        """
        noun = self.noun.english_plural if self.plural else self.noun.english
        words = [self.adjective[1], noun] if self.adjective else [noun]
        match self.determiner:
            case "definite":
                words.insert(0, "the")
            case "indefinite" if not self.plural:
                words.insert(0, "an" if words[0][0] in "aeiou" else "a")
            case "two" | "three":
                words.insert(0, self.determiner)
        return " ".join(words)

    def _article(self, case: Case) -> str:
        if self.determiner == "definite":
            return _DEFINITE[case][self.form]
        if self.determiner == "indefinite":
            return "" if self.plural else _INDEFINITE[case][self.form]
        return _NUMBERS[self.determiner]

    def _adjective(self, case: Case) -> str:
        if self.adjective is None:
            return ""
        if self.determiner == "definite":
            ending = _WEAK[case][self.form]
        elif self.plural:
            ending = _STRONG_PLURAL[case]
        else:
            ending = _MIXED[case][self.form]
        return self.adjective[0] + ending

    def _noun(self, case: Case) -> str:
        if not self.plural:
            return self.noun.oblique if self.noun.oblique and case != "nominative" else self.noun.german
        plural = self.noun.plural
        return plural + "n" if case == "dative" and not plural.endswith(("n", "s")) else plural


def place_phrase(
    place: Place, determiner: Determiner, adjective: tuple[str, str] | None = None
) -> tuple[str, str]:
    """Where it happens, in German and English; `in dem` and `an dem` are drawn together.

    >>> park = Place("in", "in", Noun("Park", "m", "", "park", ""))
    >>> place_phrase(park, "definite")
    ('im Park', 'in the park')
    >>> place_phrase(park, "indefinite", ("klein", "small"))
    ('in einem kleinen Park', 'in a small park')
    """
    phrase = NounPhrase(place.noun, determiner, adjective=adjective)
    german = f"{place.preposition} {phrase.german('dative')}"
    for apart, together in _CONTRACTED.items():
        if german.startswith(apart + " "):
            german = together + german.removeprefix(apart)
    return german, f"{place.english_preposition} {phrase.english()}"


def relative_pronoun(phrase: NounPhrase) -> str:
    """The pronoun of a relative clause whose subject the phrase is: der, die or das."""
    return _DEFINITE["nominative"][phrase.form]
