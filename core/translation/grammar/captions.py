"""A caption: the same parts once in the German order and once in the English one.

    plain         Ein Hund bringt einen Stock zurück.         verb second, its prefix last
    fronted       Heute wirft ein Mann einen Ball.            still second: the subject comes after it
    object_first  Den Esel füttert die Frau.                  the case, not the place, says who feeds whom
    modal         Heute möchte ein Kind den Stein werfen.     the infinitive last
    perfect       Eine Frau hat den Brief aufgehoben.         the participle last
    relative      Ein Junge, der ein Buch liest, ...          in a subordinate clause the whole verb last
    while         ..., während eine Frau einen Korb trägt.    the same

Every main clause may have a separable verb. English keeps subject, verb, particle, object in all of them.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from core.translation.grammar.agreement import (
    Determiner,
    NounPhrase,
    place_phrase,
    relative_pronoun,
)
from core.translation.grammar.lexicon import Lexicon, Noun, Verb, lexicon

Pattern = Literal["plain", "fronted", "object_first", "modal", "perfect", "relative", "while"]
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)
FRONTED_BRACKETS = 0.4
"""Share of the captions with an auxiliary that begin with a time or place, where they have one."""


@dataclass(frozen=True)
class Part:
    """What belongs together, in both languages; one side may be empty."""

    german: str
    english: str


@dataclass(frozen=True)
class Caption:
    """A sentence pair and how it is made."""

    pattern: Pattern
    separable: bool
    """The main clause has a separable verb whose prefix stands last."""
    german_order: tuple[Part, ...]
    english_order: tuple[Part, ...]

    @property
    def german(self) -> str:
        """The German sentence."""
        return sentence(part.german for part in self.german_order)

    @property
    def english(self) -> str:
        """Its translation."""
        return sentence(part.english for part in self.english_order)

    @property
    def word_for_word(self) -> str:
        """The English words in the German order: what a model that learns no order would write."""
        return sentence(part.english for part in self.german_order)


def sentence(parts: Iterable[str]) -> str:
    """The parts as one sentence, with a capital and a full stop.

    >>> sentence(["der Mann", ", der", "liest", ",", "winkt"])
    'Der Mann, der liest, winkt.'
    """
    text = " ".join(part for part in parts if part).replace(" ,", ",")
    return text[0].upper() + text[1:] + "."


def draw_caption(chance: random.Random, pattern: Pattern | None = None) -> Caption:
    """A caption by chance; of that pattern if one is named."""
    words = lexicon()
    chosen = chance.choice(PATTERNS) if pattern is None else pattern
    return _ASSEMBLE[chosen](_draw_clause(chance, words, chosen), chance, words)


@dataclass(frozen=True)
class _Clause:
    """Who does what to whom, when and where; not in any order yet."""

    subject: NounPhrase
    verb: Verb
    object: NounPhrase
    place: Part | None
    time: Part | None

    def subject_part(self) -> Part:
        return Part(self.subject.german("nominative"), self.subject.english())

    def object_part(self) -> Part:
        return Part(self.object.german("accusative"), self.object.english())

    def finite(self) -> Part:
        """The verb that agrees with the subject, without its prefix."""
        german = self.verb.infinitive if self.subject.plural else self.verb.singular
        return Part(german, f"{self._are()} {self.verb.continuous}")

    def prefix(self) -> Part:
        return Part(self.verb.prefix, self.verb.particle)

    def last_finite(self) -> Part:
        """The whole verb in one word, as it ends a subordinate clause."""
        finite = self.finite()
        return Part(self.verb.prefix + finite.german, f"{finite.english} {self.verb.particle}".strip())

    def auxiliary(self, pattern: Pattern) -> Part:
        if pattern == "perfect":
            return Part("haben", "have") if self.subject.plural else Part("hat", "has")
        return Part("möchten", "want to") if self.subject.plural else Part("möchte", "wants to")

    def infinite(self, pattern: Pattern) -> Part:
        """Infinitive or participle, which ends the clause."""
        if pattern == "perfect":
            english = self.verb.english_participle
            return Part(self.verb.participle, f"{english} {self.verb.particle}".strip())
        infinitive = self.verb.prefix + self.verb.infinitive
        return Part(infinitive, f"{self.verb.english} {self.verb.particle}".strip())

    def middle(self) -> list[Part]:
        """Object and place as German orders them: what is known comes early, what is new late."""
        known_first = [self.object_part(), *self._places()]
        return known_first if self.object.determiner == "definite" else [*self._places(), self.object_part()]

    def english_end(self) -> list[Part]:
        return [self.object_part(), *self._places()]

    def _places(self) -> list[Part]:
        return [self.place] if self.place else []

    def _are(self) -> str:
        return "are" if self.subject.plural else "is"


def _plain(clause: _Clause, chance: random.Random, words: Lexicon) -> Caption:
    subject, finite, prefix = clause.subject_part(), clause.finite(), clause.prefix()
    german = (subject, finite, *clause.middle(), prefix)
    return _caption("plain", clause, german, (subject, finite, prefix, *clause.english_end()))


def _fronted(clause: _Clause, chance: random.Random, words: Lexicon) -> Caption:
    """A time or a place stands first; the verb stays second."""
    if clause.place and (clause.time is None or chance.random() < 0.5):
        first, rest = clause.place, replace(clause, place=None)
    else:
        first, rest = clause.time or _draw_time(chance, words), clause
    subject, finite, prefix = rest.subject_part(), rest.finite(), rest.prefix()
    german = (first, finite, subject, *rest.middle(), prefix)
    return _caption("fronted", rest, german, (first, subject, finite, prefix, *rest.english_end()))


def _object_first(clause: _Clause, chance: random.Random, words: Lexicon) -> Caption:
    subject, finite, prefix = clause.subject_part(), clause.finite(), clause.prefix()
    places = [clause.place] if clause.place else []
    german = (clause.object_part(), finite, subject, *places, prefix)
    return _caption("object_first", clause, german, (subject, finite, prefix, *clause.english_end()))


def _modal(clause: _Clause, chance: random.Random, words: Lexicon) -> Caption:
    first = clause.time if chance.random() < FRONTED_BRACKETS else None
    return _bracket("modal", clause, first)


def _perfect(clause: _Clause, chance: random.Random, words: Lexicon) -> Caption:
    """A place may stand first; a time would ask for the past tense in English."""
    if clause.place and chance.random() < FRONTED_BRACKETS:
        moved = replace(clause, place=None)
        return _bracket("perfect", moved, clause.place)
    return _bracket("perfect", clause, None)


def _bracket(pattern: Pattern, clause: _Clause, first: Part | None) -> Caption:
    """Auxiliary second, the verb itself last."""
    subject, auxiliary, verb = clause.subject_part(), clause.auxiliary(pattern), clause.infinite(pattern)
    begun = (first, auxiliary, subject) if first else (subject, auxiliary)
    german = (*begun, *clause.middle(), verb)
    english = (*((first,) if first else ()), subject, auxiliary, verb, *clause.english_end())
    return _caption(pattern, clause, german, english)


def _relative(clause: _Clause, chance: random.Random, words: Lexicon) -> Caption:
    inner = _draw_clause(chance, words, "relative", clause)
    subject, who = clause.subject_part(), Part(f", {relative_pronoun(clause.subject)}", "who")
    if clause.subject.noun.kind == "animals":
        who = Part(who.german, "that")
    finite, prefix, end = clause.finite(), clause.prefix(), Part(",", "")
    german = (subject, who, inner.object_part(), inner.last_finite(), end, finite, *clause.middle(), prefix)
    english = (subject, who, inner.last_finite(), inner.object_part(), end, finite, prefix)
    return _caption("relative", clause, german, (*english, *clause.english_end()))


def _while(clause: _Clause, chance: random.Random, words: Lexicon) -> Caption:
    inner = _draw_clause(chance, words, "while")
    subject, finite, prefix = clause.subject_part(), clause.finite(), clause.prefix()
    joined = Part(", während", "while")
    other, last = inner.subject_part(), inner.last_finite()
    german = (subject, finite, *clause.middle(), prefix, joined, other, inner.object_part(), last)
    english = (subject, finite, prefix, *clause.english_end(), joined, other, last, inner.object_part())
    return _caption("while", clause, german, english)


_ASSEMBLE: dict[Pattern, Callable[[_Clause, random.Random, Lexicon], Caption]] = {
    "plain": _plain,
    "fronted": _fronted,
    "object_first": _object_first,
    "modal": _modal,
    "perfect": _perfect,
    "relative": _relative,
    "while": _while,
}


def _caption(
    pattern: Pattern, clause: _Clause, german: tuple[Part, ...], english: tuple[Part, ...]
) -> Caption:
    apart = bool(clause.verb.prefix) and pattern not in ("modal", "perfect")
    return Caption(pattern, apart, german, english)


def _draw_clause(
    chance: random.Random, words: Lexicon, pattern: Pattern, outer: _Clause | None = None
) -> _Clause:
    """Who does what to whom; in a relative clause of `outer`, its subject does something else."""
    verbs = words.verbs
    if outer:
        verbs = tuple(
            verb for verb in verbs if verb != outer.verb and outer.subject.noun.kind in verb.subjects
        )
    verb = chance.choice(verbs)
    subject = outer.subject if outer else _draw_phrase(chance, words, verb.subjects)
    named = (subject.noun, outer.object.noun) if outer else (subject.noun,)
    acted_on = _draw_phrase(chance, words, verb.objects, pattern == "object_first", named)
    place = _draw_place(chance, words) if chance.random() < 0.5 else None
    time = _draw_time(chance, words) if chance.random() < 0.7 else None
    return _Clause(subject, verb, acted_on, place, time)


def _draw_phrase(
    chance: random.Random,
    words: Lexicon,
    kinds: Sequence[str],
    masculine: bool = False,
    without: tuple[Noun, ...] = (),
) -> NounPhrase:
    """A noun phrase; with `masculine` one whose accusative can be told from its nominative (den Ball)."""
    nouns = [noun for kind in kinds for noun in words.nouns[kind] if noun not in without]
    if masculine:
        nouns = [noun for noun in nouns if noun.gender == "m"]
    noun = chance.choice(nouns)
    plural = not masculine and chance.random() < 0.25
    determiners: tuple[Determiner, ...] = ("definite", "indefinite")
    if masculine:
        determiners = ("definite",)
    elif plural:
        determiners = ("definite", "indefinite", "two", "three")
    adjective = _draw_adjective(chance, words, noun) if chance.random() < 0.45 else None
    return NounPhrase(noun, chance.choice(determiners), plural, adjective)


def _draw_adjective(chance: random.Random, words: Lexicon, noun: Noun) -> tuple[str, str]:
    """One that suits the noun and does not say the same (kein junger Junge)."""
    suiting = [
        each for each in words.adjectives_for(noun.kind) if not noun.german.lower().startswith(each[0])
    ]
    return chance.choice(suiting)


def _draw_place(chance: random.Random, words: Lexicon) -> Part:
    adjective = chance.choice(words.adjectives["places"]) if chance.random() < 0.25 else None
    determiner: Determiner = "indefinite" if adjective and chance.random() < 0.5 else "definite"
    return Part(*place_phrase(chance.choice(words.places), determiner, adjective))


def _draw_time(chance: random.Random, words: Lexicon) -> Part:
    return Part(*chance.choice(words.times))
