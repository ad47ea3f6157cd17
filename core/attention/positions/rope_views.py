"""RoPE on real queries and keys: what the view shows of one pair, one score, and one head over distance."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.positions.heads import HeadVectors, mean_scores, randomly_turned, share_falling
from core.attention.positions.rope import (
    PlaneSteps,
    Shifted,
    decay_bound,
    pair_terms,
    plane_steps,
    shifted_scores,
)
from core.attention.positions.sinusoidal import BASE, frequencies, wavelength

STEPS = tuple(range(48))
"""Shifts of the animation."""
SHIFTS = 2000
DRAWS = 40


@dataclass(frozen=True)
class Chosen:
    """What the reader chose."""

    layer: int
    head: int
    query: int
    """Position of the token that looks."""
    key: int
    """Position of the token looked at."""
    pair: int
    base: float


@dataclass(frozen=True)
class Numbers:
    """The numbers of the formula, by the names of the wording."""

    pair: int
    double: int
    dim: int
    base: str
    speed: float
    turn: float
    """Tokens a whole turn."""
    at_query: int
    at_key: int
    query_angle: float
    key_angle: float
    difference: float
    """Radians that the distance adds to the angle between the two."""
    term: float
    """What the pair adds to the score."""
    score: float
    """Sum over the pairs."""
    scaled: float
    """The score divided by the root of the width."""


@dataclass(frozen=True)
class RopeView:
    """One pair and one score."""

    steps: PlaneSteps
    numbers: Numbers
    shifted: Shifted
    spread: float
    """Largest minus smallest rotated score over the shifts: rounding only."""
    spread_added: float
    terms: Tensor
    """(width / 2,) what each pair adds."""


def rope_view(vectors: HeadVectors, chosen: Chosen) -> RopeView:
    """Everything about one query and key.

    Raises:
        GlassboxError: there is no such layer, head, token or pair.
    """
    query = vectors.query(chosen.layer, chosen.head, chosen.query)
    key = vectors.key(chosen.layer, chosen.head, chosen.key)
    speeds = frequencies(vectors.width, chosen.base)
    speed, places = float(speeds[chosen.pair]), (chosen.query, chosen.key)
    terms = pair_terms(query, key).at(torch.tensor([float(chosen.query - chosen.key)]), speeds)[0]
    shifted = shifted_scores(query, key, places, torch.arange(0, SHIFTS, 10), chosen.base)
    score = float(terms.sum())
    numbers = Numbers(
        chosen.pair,
        2 * chosen.pair,
        vectors.width,
        f"{chosen.base:.0f}",
        speed,
        wavelength(speed),
        chosen.query,
        chosen.key,
        chosen.query * speed,
        chosen.key * speed,
        (chosen.query - chosen.key) * speed,
        float(terms[chosen.pair]),
        score,
        score / vectors.width**0.5,
    )
    return RopeView(
        plane_steps(query, key, chosen.pair, places, speed, STEPS),
        numbers,
        shifted,
        _spread(shifted.rotated),
        _spread(shifted.added),
        terms,
    )


def _spread(values: Tensor) -> float:
    return float(values.max() - values.min())


@dataclass(frozen=True)
class DecayView:
    """Scores against distance: what the paper bounds, and what a head does."""

    distances: Tensor
    """(n,) 1 to the model's context, denser where near."""
    bounds: tuple[tuple[str, Tensor], ...]
    """(base, relative bound (n,)), 1 at distance 0."""
    trained: Tensor
    """(n,) mean score of the head's own queries and keys."""
    random_low: Tensor
    """(n,) the 5% quantile over DRAWS draws in which every plane is turned by a random angle of its own."""
    random_high: Tensor
    """(n,) the 95% quantile."""
    pairs: int
    """Pairs of tokens in each mean."""
    heads: int
    falling: float
    """Share of all heads whose mean score at distances FAR lies below that at NEAR."""
    falling_random: float


def decay_view(vectors: HeadVectors, chosen: Chosen) -> DecayView:
    """The bound for the paper's base and the chosen one, and the chosen head's mean score."""
    distances = torch.unique(torch.logspace(0, torch.tensor(float(vectors.context)).log10(), 160).round())
    speeds = frequencies(vectors.width, chosen.base)
    bases = dict.fromkeys((BASE, chosen.base))
    zero = torch.zeros(1)
    bounds = tuple(
        (
            f"{base:,.0f}",
            decay_bound(distances, vectors.width, base) / decay_bound(zero, vectors.width, base),
        )
        for base in bases
    )
    head = vectors.products[chosen.layer, chosen.head].expand(1, DRAWS, -1)
    random = mean_scores(randomly_turned(head), distances, speeds)[0]
    count = len(vectors.tokens)
    return DecayView(
        distances,
        bounds,
        mean_scores(vectors.products, distances, speeds)[chosen.layer, chosen.head],
        random.quantile(0.05, dim=0),
        random.quantile(0.95, dim=0),
        (count - 1) * (count - 2) // 2,
        vectors.queries.shape[0] * vectors.queries.shape[1],
        share_falling(vectors.products, speeds),
        share_falling(randomly_turned(vectors.products), speeds),
    )
