"""What the position experiment can be told; importing this needs no torch."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.errors import GlassboxError

SCHEMES = ("sinusoidal", "learned", "rope", "alibi", "none")
HEAD_WIDTH = 32
VOCABULARY = 512
TOKENS_A_STEP = 1024
TIMES_LONGER = 16
"""The longest text that is read afterwards, in training lengths."""
LIMITS = {
    "training_length": (16, 256),
    "steps": (10, 3000),
    "width": (32, 256),
    "layers": (1, 8),
}
MOST_SEEDS = 5
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Shape:
    """The decoder's size."""

    width: int = 128
    layers: int = 4

    @property
    def heads(self) -> int:
        """Attention heads, each of `HEAD_WIDTH`."""
        return self.width // HEAD_WIDTH


@dataclass(frozen=True)
class Parameters:
    """One experiment: every scheme is trained with every seed, all else the same."""

    seeds: tuple[int, ...] = (0,)
    training_length: int = 64
    """Tokens in a training text."""
    steps: int = 300
    """Of 1,024 tokens each."""
    width: int = 128
    """A multiple of 32, the width of a head."""
    layers: int = 4
    schemes: tuple[str, ...] = SCHEMES

    def __post_init__(self) -> None:
        """Raise `GlassboxError` for a value of another type or out of range."""
        for name, (low, high) in LIMITS.items():
            if not _is_whole(getattr(self, name), low, high):
                raise GlassboxError("attention.experiment.error.range", name=name, low=low, high=high)
        if self.width % HEAD_WIDTH:
            raise GlassboxError("attention.experiment.error.width", width=self.width, head=HEAD_WIDTH)
        seeds_right = all(_is_whole(seed, 0, LARGEST_SEED) for seed in self.seeds)
        if not (seeds_right and 1 <= len(set(self.seeds)) == len(self.seeds) <= MOST_SEEDS):
            raise GlassboxError("attention.experiment.error.seeds", most=MOST_SEEDS, largest=LARGEST_SEED)
        known = all(scheme in SCHEMES for scheme in self.schemes)
        if not (known and 1 <= len(set(self.schemes)) == len(self.schemes)):
            raise GlassboxError("attention.experiment.error.schemes", known=", ".join(SCHEMES))

    @property
    def shape(self) -> Shape:
        """The decoder's size."""
        return Shape(self.width, self.layers)

    @property
    def batch(self) -> int:
        """Training texts in one step."""
        return TOKENS_A_STEP // self.training_length

    def runs(self) -> list[tuple[int, str]]:
        """Every (seed, scheme), in the order of the job."""
        return [(seed, scheme) for seed in self.seeds for scheme in self.schemes]


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def parameters_from(values: Mapping[str, Any]) -> Parameters:
    """The experiment that a settings file or a job's specification describes.

    Raises:
        GlassboxError: an unknown name, a wrong type or a value out of range.

    >>> parameters_from({"seeds": [0, 1], "schemes": ["rope"]}).runs()
    [(0, 'rope'), (1, 'rope')]
    """
    known = [field.name for field in fields(Parameters)]
    unknown = sorted(str(name)[:40] for name in set(values) - set(known))
    if unknown:
        raise GlassboxError(
            "attention.experiment.error.unknown", names=", ".join(unknown), known=", ".join(known)
        )
    for name in ("seeds", "schemes"):
        if not isinstance(values.get(name, []), list | tuple):
            raise GlassboxError("attention.experiment.error.list", name=name)
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return Parameters(**given)
