"""Every way of stretching RoPE side by side: speeds, wavelengths, and what they do to one real head."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.positions import scaling
from core.attention.positions.heads import mean_scores
from core.attention.positions.sinusoidal import frequencies, wavelength


@dataclass(frozen=True)
class PairNumbers:
    """One pair under one scheme, by the names of the wording."""

    scheme: str
    speed: float
    turn: float
    """Tokens a whole turn takes."""
    turns_trained: float
    """Whole turns within the trained length."""
    turns_now: float
    """Whole turns within the stretched length."""
    ratio: float
    """Speed over the model's own."""
    kept: float


@dataclass(frozen=True)
class Stretching:
    """The schemes on the same model."""

    original: Tensor
    """(width / 2,) radians a token."""
    schemes: tuple[scaling.ScaledRotation, ...]
    factor: float
    context: int
    """Trained length."""
    half: int
    """Length of text for which dynamic NTK is shown: half of what is wanted."""
    dynamic_stretch: float
    """By how much dynamic NTK stretches it."""

    @property
    def wavelengths(self) -> Tensor:
        """(width / 2,) of the model's own rotation, tokens."""
        return 2 * torch.pi / self.original

    def numbers(self, pair: int) -> tuple[PairNumbers, ...]:
        """The model's own rotation first, then each scheme, on one pair."""
        own = float(self.original[pair])
        rows = [("own", own, 1.0)]
        rows += [(each.scheme, float(each.speeds[pair]), float(each.kept[pair])) for each in self.schemes]
        return tuple(
            PairNumbers(
                scheme,
                speed,
                wavelength(speed),
                self.context / wavelength(own),
                self.factor * self.context / wavelength(speed),
                speed / own,
                kept,
            )
            for scheme, speed, kept in rows
        )


def stretching(width: int, base: float, factor: float, context: int) -> Stretching:
    """Every scheme for a text `factor` times the trained length.

    Raises:
        GlassboxError: `width` is odd, or a number is below 1.
    """
    half = max(round(factor * context / 2), 1)
    schemes = tuple(scaling.scaled(name, width, base, factor, context, half) for name in scaling.SCHEMES)
    stretch = scaling.dynamic_stretch(1.0, context, half)
    return Stretching(frequencies(width, base), schemes, factor, context, half, stretch)


def seen_by_scheme(found: Stretching, products: Tensor, distances: Tensor) -> tuple[tuple[str, Tensor], ...]:
    """One head's mean score at each distance with each scheme: (scheme, (n,)).

    Args:
        found: the schemes.
        products: (width / 2,) complex, of the head, from `heads.mean_products`.
        distances: (n,) query position minus key position.
    """
    head = products[None, None]
    own = mean_scores(head, distances, found.original)[0, 0]
    # Cosines and sines of query and key are both scaled, hence the square.
    scaled = [
        (each.scheme, mean_scores(head, distances, each.speeds)[0, 0] * each.attention_scale**2)
        for each in found.schemes
        if each.scheme != "dynamic"
    ]
    return (("own", own), *scaled)


def near_distances(furthest: int = 64) -> Tensor:
    """Every distance from 0 to `furthest`: (furthest + 1,).

    >>> near_distances(2)
    tensor([0., 1., 2.])
    """
    return torch.arange(furthest + 1, dtype=torch.float32)
