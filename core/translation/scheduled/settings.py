"""What the experiment with scheduled sampling can be told; importing this needs no torch."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.errors import GlassboxError

VARIANTS = ("forced", "scheduled", "own")
"""Reference only; reference first and less and less of it; own words from the first step on."""
LOWEST_SHARE = 0.25
"""Of the reference's tokens at the end of the schedule."""
LIMITS = {"pairs": (100, 10_000), "epochs": (1, 60), "width": (16, 256)}
MOST_SEEDS = 5
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Parameters:
    """One experiment: every variant is trained with every seed, all else the same."""

    seeds: tuple[int, ...] = (0, 1)
    pairs: int = 1500
    """Sentence pairs of the grammar that are learned from."""
    epochs: int = 14
    width: int = 128
    variants: tuple[str, ...] = VARIANTS

    def __post_init__(self) -> None:
        """Raise `GlassboxError` for a value of another type or out of range."""
        for name, (low, high) in LIMITS.items():
            if not _is_whole(getattr(self, name), low, high):
                raise GlassboxError("translation.forcing.error.range", name=name, low=low, high=high)
        if not (_distinct(self.seeds, MOST_SEEDS) and all(_is_whole(s, 0, LARGEST_SEED) for s in self.seeds)):
            raise GlassboxError("translation.forcing.error.seeds", most=MOST_SEEDS, largest=LARGEST_SEED)
        if not (_distinct(self.variants, len(VARIANTS)) and all(each in VARIANTS for each in self.variants)):
            raise GlassboxError("translation.forcing.error.variants", known=", ".join(VARIANTS))

    def runs(self) -> list[tuple[int, str]]:
        """Every (seed, variant), in the order of the job."""
        return [(seed, variant) for seed in self.seeds for variant in self.variants]


def reference_share(variant: str, epoch: int, epochs: int) -> float:
    """The probability that a place reads the reference's token in `epoch` (from 0) of `epochs`.

    Source: Bengio et al. 2015, "Scheduled Sampling for Sequence Prediction with Recurrent Neural
    Networks", section 2.4, linear decay; here it falls from epoch to epoch.

    >>> [reference_share("scheduled", epoch, 4) for epoch in range(4)]
    [1.0, 0.75, 0.5, 0.25]
    """
    if variant == "forced":
        return 1.0
    if variant == "own":
        return 0.0
    return 1.0 - (1.0 - LOWEST_SHARE) * epoch / max(epochs - 1, 1)


def parameters_from(values: Mapping[str, Any]) -> Parameters:
    """The experiment that a settings file or a job's specification describes.

    Raises:
        GlassboxError: an unknown name, a wrong type or a value out of range.

    >>> parameters_from({"seeds": [0, 1], "variants": ["own"]}).runs()
    [(0, 'own'), (1, 'own')]
    """
    known = [field.name for field in fields(Parameters)]
    unknown = sorted(str(name)[:40] for name in set(values) - set(known))
    if unknown:
        raise GlassboxError(
            "translation.forcing.error.unknown", names=", ".join(unknown), known=", ".join(known)
        )
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    for name in ("seeds", "variants"):
        if name in given and not isinstance(given[name], tuple):
            raise GlassboxError("translation.forcing.error.list", name=name)
    return Parameters(**given)


def _distinct(values: tuple[Any, ...], most: int) -> bool:
    """Whether there are one to `most` values, none of them twice."""
    return 1 <= len(values) <= most and all(values.count(value) == 1 for value in values)


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
