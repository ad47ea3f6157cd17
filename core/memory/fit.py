"""Turning the question round: what fits into a given memory, and which cards are large enough."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from core.memory.architecture import check_size
from core.memory.breakdown import Breakdown
from core.memory.plan import Plan, check_plan, sequence_length
from core.memory.predict import predict
from core.settings import PROJECT_FOLDER

CARDS = PROJECT_FOLDER / "assets" / "samples" / "memory" / "cards.toml"
GIGABYTE = 2**30
MOST_SEARCHED = 2**22
"""Longest sequence and largest batch that are looked for."""


@dataclass(frozen=True)
class Card:
    """A graphics card."""

    name: str
    gigabytes: int
    source: str

    @property
    def bytes(self) -> int:
        """Its memory."""
        return self.gigabytes * GIGABYTE


@dataclass(frozen=True)
class CardFit:
    """Whether a plan fits a card."""

    card: Card
    fits: bool
    share: float
    """Of the card's memory that the plan needs."""


@cache
def cards(path: Path = CARDS) -> tuple[Card, ...]:
    """The table of cards, smallest first."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["card"]
    return tuple(sorted((Card(**row) for row in rows), key=lambda card: card.gigabytes))


def fitting_cards(breakdown: Breakdown) -> tuple[CardFit, ...]:
    """Every card with whether one device of the plan fits it; paged states may leave it."""
    need = breakdown.needed_per_device
    return tuple(CardFit(card, need <= card.bytes, need / card.bytes) for card in cards())


def largest(plan: Plan, what: Literal["batch", "length"], memory: int) -> int:
    """The largest batch or length with which the plan needs at most `memory` bytes a device; 0 if none.

    Found by doubling and bisection on the prediction, which grows with either.

    Args:
        plan: with everything else as wanted.
        what: which of the two to find.
        memory: bytes of a device.

    Raises:
        GlassboxError: the plan cannot be, or the memory is no positive number of bytes.

    >>> from core.memory.plan import plan_from
    >>> seven = plan_from({"preset": "llama-2-7b", "method": "inference", "dtype": "fp16"})
    >>> largest(seven, "batch", 12 * GIGABYTE)
    0
    """
    check_size("memory", memory, 10**15)
    check_plan(plan)
    most = MOST_SEARCHED
    if what == "length" and plan.architecture.position_rows:
        most = plan.architecture.position_rows - (sequence_length(plan) - plan.length)

    def fits(size: int) -> bool:
        changed = replace(plan, batch=size) if what == "batch" else replace(plan, length=size)
        return predict(changed).needed_per_device <= memory

    return _largest_that(fits, most)


def _largest_that(fits: Callable[[int], bool], most: int) -> int:
    """The largest size up to `most` that fits, by doubling until one does not, then by bisection.

    >>> _largest_that(lambda size: size <= 11, 100), _largest_that(lambda size: False, 100)
    (11, 0)
    >>> _largest_that(lambda size: True, 100)
    100
    """
    good, bad = 0, most + 1
    size = 1
    while size < bad:
        if not fits(size):
            bad = size
        else:
            good, size = size, 2 * size
    while bad - good > 1:
        middle = (good + bad) // 2
        if fits(middle):
            good = middle
        else:
            bad = middle
    return good
