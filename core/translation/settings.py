"""The size and the parts of a translation model, and how it is trained."""

from dataclasses import dataclass, fields
from typing import Literal, get_args

from core.errors import GlassboxError

Architecture = Literal["lstm", "gru", "transformer"]
NormPlace = Literal["pre", "post"]
Positions = Literal["sinusoidal", "none"]


@dataclass(frozen=True)
class ModelSettings:
    """What a model is made of; heads, norm and positions mean something to the Transformer only."""

    architecture: Architecture = "transformer"
    vocabulary_size: int = 6000
    width: int = 256
    layers: int = 3
    """On each side."""
    heads: int = 4
    feed_forward: int = 1024
    dropout: float = 0.3
    norm: NormPlace = "pre"
    positions: Positions = "sinusoidal"
    tied: bool = True
    """The embedding serves as output matrix too."""


@dataclass(frozen=True)
class TrainingSettings:
    """How long and how a model learns."""

    epochs: int = 30
    tokens_per_batch: int = 2048
    """On the longer side, filling included."""
    learning_rate: float = 1e-3
    """At its highest, after the warm-up."""
    warmup_steps: int = 800
    """0 starts at the highest rate."""
    label_smoothing: float = 0.1
    bpe_dropout: float = 0.1
    averaged_checkpoints: int = 5
    """The parameters after the last so many epochs are averaged; 1 takes the last."""
    seed: int = 0


RANGES: dict[str, tuple[float, float]] = {
    "vocabulary_size": (8, 32_000),
    "width": (16, 1024),
    "layers": (1, 12),
    "heads": (1, 16),
    "feed_forward": (16, 4096),
    "dropout": (0, 0.9),
    "epochs": (1, 200),
    "tokens_per_batch": (64, 32_768),
    "learning_rate": (1e-6, 0.1),
    "warmup_steps": (0, 100_000),
    "label_smoothing": (0, 0.9),
    "bpe_dropout": (0, 0.9),
    "averaged_checkpoints": (1, 50),
    "seed": (0, 2**31 - 1),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "architecture": get_args(Architecture),
    "norm": get_args(NormPlace),
    "positions": get_args(Positions),
}


def check_settings(settings: ModelSettings | TrainingSettings) -> None:
    """Raise a GlassboxError that names the first setting which is out of range or of the wrong kind."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name in CHOICES:
            if value not in CHOICES[field.name]:
                known = ", ".join(CHOICES[field.name])
                raise GlassboxError("translation.settings.error.choice", name=field.name, known=known)
            continue
        if field.type is bool:
            if not isinstance(value, bool):
                raise GlassboxError("translation.settings.error.switch", name=field.name)
            continue
        low, high = RANGES[field.name]
        whole = field.type is int
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= value <= high or (whole and not isinstance(value, int)):
            raise GlassboxError("translation.settings.error.range", name=field.name, low=low, high=high)
    if isinstance(settings, ModelSettings) and settings.width % settings.heads:
        raise GlassboxError("translation.settings.error.heads", width=settings.width, heads=settings.heads)
