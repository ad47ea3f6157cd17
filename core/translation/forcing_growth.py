"""How the error grows once a model has left the reference, over many held-out sentences.

Losses are compared at the same places of the same sentences: those where the free run is still writing
and the reference still has tokens. Intervals come from drawing the sentences anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.intervals import Estimate, bootstrap_interval
from core.translation.forcing import WAYS, Trace, Way, decode_along
from core.translation.model_folder import Translator
from core.translation.pairs import SentencePairs

STEPS = 8
"""Places after the parting that are looked at."""
POSITIONS = 18
"""Places from the beginning that are looked at."""
FEWEST = 8
"""Sentences below which a place is left out."""


@dataclass(frozen=True)
class Place:
    """The losses at one place, in nats."""

    number: int
    """From 1: after the parting, or from the beginning."""
    sentences: int
    losses: dict[Way, Estimate]
    parted: float
    """Share of the sentences that have left the reference before it."""


@dataclass(frozen=True)
class Growth:
    """What was measured over all sentences."""

    sentences: int
    parted: int
    """Sentences in which the model, read along, would once write something else than the reference."""
    first: float
    """Mean place, from 1, at which they part."""
    forced_loss: Estimate
    """Nats a token with the reference's beginning; the sentences weigh alike."""
    forced_right: Estimate
    """Share of the places where the likeliest token is the reference's, its beginning given."""
    free_right: Estimate
    """The same of the free run."""
    free_known: Estimate
    """Share of the tokens written freely that stand anywhere in the reference, each as often as there."""
    after: tuple[Place, ...]
    """By distance from the parting."""
    positions: tuple[Place, ...]
    """By place in the sentence, free and forced."""

    def excess(self, way: Way) -> float:
        """Mean loss above the forced one over the places after the parting, each weighed by its sentences."""
        total = sum(place.sentences for place in self.after)
        return sum(
            place.sentences * (place.losses[way].value - place.losses["forced"].value) / total
            for place in self.after
        )


def measure_growth(
    translator: Translator, pairs: SentencePairs, progress: Callable[[float], None] = lambda share: None
) -> Growth:
    """Decode every pair in the three ways and compare."""
    sources, references = (translator.vocabulary.encode(side) for side in (pairs.source, pairs.target))
    traces: dict[Way, list[Trace]] = {}
    for number, way in enumerate(WAYS, 1):
        traces[way] = decode_along(translator.model, sources, references, way)
        progress(number / len(WAYS))
    return growth_of(traces)


def growth_of(traces: dict[Way, list[Trace]]) -> Growth:
    """Aggregate decodings of the same sentences."""
    forced, free = traces["forced"], traces["free"]
    partings = [trace.parting for trace in forced]
    parted = [place for place in partings if place is not None]
    rows = range(len(forced))
    after = [
        (row, partings[row] + 1)  # type: ignore[operator]
        for row in rows
        if partings[row] is not None
    ]
    return Growth(
        sentences=len(forced),
        parted=len(parted),
        first=1 + sum(parted) / len(parted) if parted else 0.0,
        forced_loss=bootstrap_interval([-_mean(trace.right_logarithm) for trace in forced]),
        forced_right=bootstrap_interval([_share_right(trace, len(trace.right)) for trace in forced]),
        free_right=bootstrap_interval([_share_right(free[row], len(forced[row].right)) for row in rows]),
        free_known=bootstrap_interval([_share_known(free[row], forced[row].right) for row in rows]),
        after=_places(traces, after, STEPS, partings),
        positions=_places(traces, [(row, 0) for row in rows], POSITIONS, partings),
    )


def _places(
    traces: dict[Way, list[Trace]],
    starts: Sequence[tuple[int, int]],
    count: int,
    partings: Sequence[int | None],
) -> tuple[Place, ...]:
    """The places from each row's start on at which every decoding still has a token."""
    found = []
    for number in range(count):
        present = [
            (row, start + number)
            for row, start in starts
            if start + number < min(len(traces[way][row].right) for way in WAYS)
        ]
        if len(present) < FEWEST:
            break
        losses = {
            way: bootstrap_interval([-traces[way][row].right_logarithm[place] for row, place in present])
            for way in WAYS
        }
        gone = [row for row, place in present if (parting := partings[row]) is not None and parting < place]
        found.append(Place(number + 1, len(present), losses, len(gone) / len(present)))
    return tuple(found)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _share_right(trace: Trace, length: int) -> float:
    """Of the reference's places, an ended sentence having nothing right in those that follow."""
    return sum(own == right for own, right in zip(trace.wrote, trace.right, strict=True)) / length


def _share_known(trace: Trace, reference: Sequence[int]) -> float:
    left = list(reference)
    known = 0
    for token in trace.wrote:
        if token in left:
            left.remove(token)
            known += 1
    return known / len(trace.wrote)
