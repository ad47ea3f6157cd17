"""Rotary positions (RoPE): queries and keys are turned by their position, values are left alone.

The d numbers of a query are d/2 points in planes; at position m the point of pair i is turned by
m theta_i, theta_i = base^(-2i / d), and so is the key's at position n. A dot product does not notice
when both turn together, so what remains of the positions in the score is their distance:

    <R_m q, R_n k> = <q, R_(n-m) k> = sum_i |q_i| |k_i| cos(angle(k_i) - angle(q_i) + (n - m) theta_i)

The paper pairs neighbours (0, 1), (2, 3), ...; LLaMA and transformers pair each number with the one
half a width further on. That is another order of the columns, which the weights are trained for.
Source: Su et al. 2021, "RoFormer", equations 14, 15 and 34; the bound is that of section 3.4.3.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.positions.checks import check_even, check_whole
from core.attention.positions.sinusoidal import BASE, frequencies


def rotation_angles(length: int, width: int, base: float = BASE) -> Tensor:
    """The angle in radians of every position and pair: (length, width / 2).

    Raises:
        GlassboxError: `width` is odd, `length` is not positive, or `base` is below 1.

    >>> rotation_angles(3, 4, 100.0)
    tensor([[0.0000, 0.0000],
            [1.0000, 0.1000],
            [2.0000, 0.2000]])
    """
    check_whole("length", length, 1)
    return torch.arange(length, dtype=torch.float32)[:, None] * frequencies(width, base)


def rotate(vectors: Tensor, angles: Tensor, neighbours: bool = False) -> Tensor:
    """Turn each pair of numbers of `vectors` by its angle.

    Args:
        vectors: (..., length, width) queries or keys.
        angles: (length, width / 2) or broadcastable to (..., length, width / 2), in radians.
        neighbours: pair (0, 1), (2, 3), ... as the paper does, instead of (0, d/2), (1, d/2 + 1), ...

    Returns:
        (..., length, width), as long as before: a rotation changes no lengths.

    Raises:
        GlassboxError: the width is odd.

    >>> import math
    >>> rotate(torch.tensor([[1.0, 0.0]]), torch.tensor([[math.pi / 3]]))
    tensor([[0.5000, 0.8660]])
    """
    check_even(vectors.shape[-1])
    cosine, sine = angles.cos(), angles.sin()
    if neighbours:
        first, second = vectors[..., 0::2], vectors[..., 1::2]
    else:
        first, second = vectors.chunk(2, dim=-1)
    turned = (first * cosine - second * sine, first * sine + second * cosine)
    return torch.stack(turned, dim=-1).flatten(-2) if neighbours else torch.cat(turned, dim=-1)


@dataclass(frozen=True)
class PairTerms:
    """A dot product of a rotated query and key, taken apart by pair; all (width / 2,)."""

    query_length: Tensor
    key_length: Tensor
    start_angle: Tensor
    """Angle from the query's point to the key's before any rotation, radians."""

    def at(self, distances: Tensor, speeds: Tensor) -> Tensor:
        """What each pair adds to the score when the key is `distances` tokens before the query.

        Args:
            distances: (n,) query position minus key position.
            speeds: (width / 2,) radians a token, one for each pair.

        Returns:
            (n, width / 2); the sum over the last axis is <R_m q, R_n k>.
        """
        angles = self.start_angle - distances[:, None] * speeds
        return self.query_length * self.key_length * angles.cos()


def pair_terms(query: Tensor, key: Tensor) -> PairTerms:
    """The lengths and the angle of each pair of an unrotated query and key.

    Args:
        query: (width,).
        key: (width,).

    Raises:
        GlassboxError: the width is odd.

    >>> terms = pair_terms(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 2.0]))
    >>> round(float(terms.at(torch.tensor([0.0]), torch.tensor([1.0]))), 4)
    -0.0
    """
    check_even(query.shape[-1])
    (query_x, query_y), (key_x, key_y) = query.chunk(2), key.chunk(2)
    angle = torch.atan2(key_y, key_x) - torch.atan2(query_y, query_x)
    return PairTerms(torch.hypot(query_x, query_y), torch.hypot(key_x, key_y), angle)


def scores_by_distance(query: Tensor, key: Tensor, distances: Tensor, speeds: Tensor) -> Tensor:
    """<R_m q, R_n k> for m - n in `distances`: (n,), before the division by the root of the width.

    Raises:
        GlassboxError: the width is odd.
    """
    return pair_terms(query, key).at(distances, speeds).sum(-1)


def decay_bound(distances: Tensor, width: int, base: float = BASE) -> Tensor:
    """The paper's relative upper bound of a score at each distance: (n,), equal to (width / 2 + 1) / 2 at 0.

    The mean of |S_1| ... |S_(d/2)|, with S_j the sum of the first j complex numbers e^(i (m-n) theta).
    It bounds what a score can be; a head may fall faster, or not fall at all below it.
    Source: Su et al. 2021, section 3.4.3, equations 35 to 37, and figure 2.

    Raises:
        GlassboxError: `width` is odd, or `base` is below 1.

    >>> decay_bound(torch.tensor([0.0]), 128)
    tensor([32.5000])
    """
    angles = distances.double()[:, None] * frequencies(width, base).double()
    partial = torch.polar(torch.ones_like(angles), angles).cumsum(-1)
    return partial.abs().mean(-1).float()


@dataclass(frozen=True)
class PlaneSteps:
    """One pair of a query and a key in its plane, while both move on together."""

    shifts: tuple[int, ...]
    """Tokens that both have moved."""
    query: Tensor
    """(shifts, 2) the query's rotated point."""
    key: Tensor
    """(shifts, 2)."""
    before: tuple[Tensor, Tensor]
    """The points of query and key before any rotation, each (2,)."""
    products: Tensor
    """(shifts,) what the pair adds to the score: their dot product."""
    angle: float
    """From the rotated query to the rotated key, radians in (-pi, pi]; the same at every shift."""


def plane_steps(
    query: Tensor, key: Tensor, pair: int, places: tuple[int, int], speed: float, shifts: tuple[int, ...]
) -> PlaneSteps:
    """Rotate one pair of `query` at places[0] + shift and of `key` at places[1] + shift, for each shift.

    Args:
        query: (width,), unrotated.
        key: (width,), unrotated.
        pair: 0 to width / 2 - 1.
        places: positions of query and key.
        speed: radians a token of that pair.
        shifts: tokens by which both move on.

    Raises:
        GlassboxError: there is no such pair.
    """
    check_whole("pair", pair, 0, query.shape[-1] // 2 - 1)
    own = (query[[pair, pair + query.shape[-1] // 2]], key[[pair, pair + key.shape[-1] // 2]])
    moved = torch.tensor(shifts, dtype=torch.float32)[:, None]
    turned = [rotate(point, (place + moved) * speed) for point, place in zip(own, places, strict=True)]
    first, second = turned[0][0], turned[1][0]
    angle = torch.atan2(first[0] * second[1] - first[1] * second[0], first @ second)
    return PlaneSteps(shifts, turned[0], turned[1], own, (turned[0] * turned[1]).sum(-1), float(angle))


@dataclass(frozen=True)
class Shifted:
    """The score of a query and a key whose positions both grow by a shift."""

    shifts: Tensor
    rotated: Tensor
    """(n,) <R_(m+s) q, R_(n+s) k>: the same for every shift."""
    added: Tensor
    """(n,) (q + PE(m+s)) . (k + PE(n+s)), the sinusoidal vectors added instead: not the same."""


def shifted_scores(
    query: Tensor, key: Tensor, places: tuple[int, int], shifts: Tensor, base: float = BASE
) -> Shifted:
    """Move query and key on together, once with rotation and once with added sinusoidal vectors.

    Both are really rotated (or added to) at their new positions; nothing here knows the distance.

    Args:
        query: (width,), unrotated.
        key: (width,), unrotated.
        places: positions of query and key before the shift.
        shifts: (n,) whole tokens.
        base: of the rotation and of the sinusoids.

    Raises:
        GlassboxError: the width is odd, or `base` is below 1.
    """
    speeds = frequencies(query.shape[-1], base).double()
    angles = [(shifts.double() + place)[:, None] * speeds for place in places]
    pair = (query.double(), key.double())
    turned = [rotate(vector, angle) for vector, angle in zip(pair, angles, strict=True)]
    waves = [torch.cat((angle.sin(), angle.cos()), -1) for angle in angles]
    summed = [vector + wave for vector, wave in zip(pair, waves, strict=True)]
    return Shifted(shifts, (turned[0] * turned[1]).sum(-1), (summed[0] * summed[1]).sum(-1))
