"""Stretching RoPE past the length it was trained on: which pairs are slowed down, and by how much.

A pair that never made a whole turn in training meets angles it has not seen once the text is longer;
a fast pair has seen every angle, and slowing it down blurs neighbours. The schemes differ in how they
divide the factor s between fast and slow pairs:

- interpolation: every pair s times slower (Chen et al. 2023, "Extending Context Window ... via
  Positional Interpolation", equation 4);
- NTK-aware: the base times s^(d / (d - 2)), so that the fastest pair keeps its speed and the slowest is
  exactly s times slower (bloc97 2023; Peng et al. 2023, appendix A.1);
- dynamic NTK: the same with an s that grows with the text (emozilla 2023; transformers' form);
- YaRN: pairs with more than 32 turns in the trained length are kept, those with less than one slowed s
  times, those between mixed; and scores are sharpened (Peng et al. 2023, section 3, equations 17 to 22);
- llama3: the same idea with wavelengths instead of turns and no sharpening (Llama 3.1's configuration).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.positions.checks import check_at_least, check_whole
from core.attention.positions.sinusoidal import frequencies
from core.errors import GlassboxError

SCHEMES = ("interpolation", "ntk", "dynamic", "yarn", "llama3")
BETA_FAST, BETA_SLOW = 32.0, 1.0
"""Turns within the trained length from which YaRN keeps a pair, and below which it interpolates it."""
LOW_FACTOR, HIGH_FACTOR = 1.0, 4.0
"""Llama 3.1: wavelengths above context / 1 are stretched, those below context / 4 kept."""


@dataclass(frozen=True)
class ScaledRotation:
    """The speeds of the pairs after stretching, and how they came about."""

    scheme: str
    speeds: Tensor
    """(width / 2,) radians a token."""
    original: Tensor
    """(width / 2,) before."""
    base: float
    """The base that gives these speeds, where the scheme works by changing it; else the model's."""
    kept: Tensor
    """(width / 2,) 1: as fast as before, 0: s times slower; what the scheme's own formula mixes."""
    attention_scale: float = 1.0
    """What cosines and sines are multiplied by, so that scores grow by its square."""
    ramp: tuple[float, float] = (0.0, 0.0)
    """YaRN: the pairs between which it mixes."""

    @property
    def wavelengths(self) -> Tensor:
        """(width / 2,) tokens that a whole turn takes."""
        return 2 * math.pi / self.speeds

    @property
    def ratio(self) -> Tensor:
        """(width / 2,) new speed over old."""
        return self.speeds / self.original


def interpolation(width: int, base: float, factor: float) -> ScaledRotation:
    """Every position divided by `factor`, which is every pair that much slower.

    Raises:
        GlassboxError: `width` is odd, `base` or `factor` is below 1.

    >>> interpolation(4, 100.0, 2.0).speeds
    tensor([0.5000, 0.0500])
    """
    original = _checked(width, base, factor)
    return ScaledRotation("interpolation", original / factor, original, base, torch.zeros_like(original))


def ntk_aware(width: int, base: float, factor: float) -> ScaledRotation:
    """The base raised so far that the slowest pair is `factor` times slower; the fastest stays.

    Raises:
        GlassboxError: `width` is odd or 2, `base` or `factor` is below 1.

    >>> found = ntk_aware(4, 100.0, 2.0)
    >>> found.base, found.speeds
    (400.0, tensor([1.0000, 0.0500]))
    """
    original = _checked(width, base, factor)
    check_whole("width", width, 4)
    raised = base * factor ** (width / (width - 2))
    speeds = frequencies(width, raised)
    return ScaledRotation("ntk", speeds, original, raised, _kept(speeds, original, factor))


def dynamic_ntk(width: int, base: float, factor: float, context: int, length: int) -> ScaledRotation:
    """NTK-aware with a stretch that follows the text: none within the context, more as it grows.

    The stretch is factor * length / context - (factor - 1), as transformers computes it.

    Args:
        width: of a head.
        base: of the model.
        factor: 1 stretches exactly as far as the text needs.
        context: trained length in tokens.
        length: present length of the text in tokens.

    Raises:
        GlassboxError: `width` is odd or 2, or another number is below 1.
    """
    stretch = dynamic_stretch(factor, context, length)
    found = ntk_aware(width, base, stretch)
    return ScaledRotation("dynamic", found.speeds, found.original, found.base, found.kept)


def dynamic_stretch(factor: float, context: int, length: int) -> float:
    """By how much dynamic NTK stretches a text of `length` tokens; 1 within the context.

    Raises:
        GlassboxError: a number is below 1.

    >>> dynamic_stretch(2.0, 8192, 4000), dynamic_stretch(2.0, 8192, 16384)
    (1.0, 3.0)
    """
    check_at_least("factor", factor, 1.0)
    check_whole("context", context, 1)
    check_whole("length", length, 1)
    return factor * max(length, context) / context - (factor - 1)


def yarn(
    width: int,
    base: float,
    factor: float,
    context: int,
    beta_fast: float = BETA_FAST,
    beta_slow: float = BETA_SLOW,
) -> ScaledRotation:
    """Fast pairs kept, slow ones interpolated, a ramp between, and the scores sharpened.

    The ramp's ends are rounded outwards to whole pairs, as the authors' code and transformers do.

    Raises:
        GlassboxError: `width` is odd, or another number is below 1.
    """
    original = _checked(width, base, factor)
    check_whole("context", context, 1)
    first = max(math.floor(pair_with_turns(beta_fast, width, base, context)), 0)
    last = min(math.ceil(pair_with_turns(beta_slow, width, base, context)), width - 1)
    pairs = torch.arange(width // 2, dtype=torch.float32)
    kept = 1 - ((pairs - first) / (last - first or 0.001)).clamp(0, 1)
    speeds = original / factor * (1 - kept) + original * kept
    return ScaledRotation("yarn", speeds, original, base, kept, attention_scale(factor), (first, last))


def pair_with_turns(turns: float, width: int, base: float, context: int) -> float:
    """The (broken) number of the pair that makes `turns` whole turns in `context` tokens.

    Solved from context * base^(-2i / d) = 2 pi turns.
    Source: Peng et al. 2023, "YaRN", section 3.2.

    >>> round(pair_with_turns(1, 64, 100_000.0, 8192), 2)
    19.94
    """
    return width * math.log(context / (turns * 2 * math.pi)) / (2 * math.log(base))


def attention_scale(factor: float) -> float:
    """YaRN's factor for cosines and sines, sqrt(1 / t) = 0.1 ln(s) + 1; the scores grow by its square.

    Source: Peng et al. 2023, "YaRN", equation 22.

    >>> round(attention_scale(4.0), 4)
    1.1386
    """
    return 0.1 * math.log(factor) + 1.0 if factor > 1 else 1.0


def llama3(
    width: int,
    base: float,
    factor: float,
    context: int,
    low_factor: float = LOW_FACTOR,
    high_factor: float = HIGH_FACTOR,
) -> ScaledRotation:
    """Wavelengths below context / high_factor kept, above context / low_factor slowed, mixed between.

    Raises:
        GlassboxError: `width` is odd, or another number is below 1.
    """
    original = _checked(width, base, factor)
    check_whole("context", context, 1)
    turns = context * original / (2 * math.pi)
    kept = ((turns - low_factor) / (high_factor - low_factor)).clamp(0, 1)
    return ScaledRotation("llama3", (1 - kept) * original / factor + kept * original, original, base, kept)


def scaled(
    scheme: str, width: int, base: float, factor: float, context: int, length: int | None = None
) -> ScaledRotation:
    """One of `SCHEMES` by name; dynamic NTK needs the text's `length`, by default factor * context.

    Raises:
        GlassboxError: no such scheme, `width` is odd, or another number is below 1.
    """
    if scheme == "interpolation":
        return interpolation(width, base, factor)
    if scheme == "ntk":
        return ntk_aware(width, base, factor)
    if scheme == "dynamic":
        return dynamic_ntk(width, base, 1.0, context, length or round(factor * context))
    if scheme == "yarn":
        return yarn(width, base, factor, context)
    if scheme == "llama3":
        return llama3(width, base, factor, context)
    raise GlassboxError("attention.positions.error.scaling", name=scheme[:40], known=", ".join(SCHEMES))


def _checked(width: int, base: float, factor: float) -> Tensor:
    """The model's own speeds, once the numbers are usable."""
    check_at_least("factor", factor, 1.0)
    return frequencies(width, base)


def _kept(speeds: Tensor, original: Tensor, factor: float) -> Tensor:
    """Where each pair lies between kept (1) and slowed `factor` times (0)."""
    if factor == 1:
        return torch.ones_like(original)
    return (speeds / original - 1 / factor) / (1 - 1 / factor)
