"""What a training is given besides its rows: one flat table, of which each method reads a part."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from core.errors import GlassboxError

Pieces = Literal["auto", "words", "characters"]
Embedder = Literal["auto", "minilm-l6", "e5-multilingual"]
Chosen = Literal["random", "nearest"]
Head = Literal["probe", "random"]


@dataclass(frozen=True)
class TrainSettings:
    """Settings of all methods; `core.classification.methods.table` says who reads which."""

    seed: int = 0
    class_weights: bool = False
    """Each class counts alike in the loss, however many rows it has."""
    inverse_penalty: float = 10.0
    """C of logistic regression: the larger, the less the weights are held back."""
    pieces: Pieces = "auto"
    """What TF-IDF counts; `auto` takes characters where the script has no spaces between words."""
    embedder: Embedder = "auto"
    """`auto` takes the one that suits the language."""
    neighbours: int = 5
    """Training rows that vote."""
    examples: int = 0
    """Worked examples in a prompt; 0 is zero-shot."""
    chosen: Chosen = "random"
    """Whether a prompt's examples are drawn once or are the nearest rows of each text."""
    calibrated: bool = True
    """Whether a label's probability for an empty text is divided out."""
    epochs: int = 10
    learning_rate: float = 1e-4
    """At its highest."""
    layers: int = 6
    """Of the encoder that are tuned, from the top; MiniLM has 6."""
    layer_decay: float = 0.9
    """Each layer's learning rate is that of the layer above times this; 1 gives all the same."""
    unfreeze: bool = False
    """Gradual unfreezing: one more layer from the top in each epoch."""
    head: Head = "probe"
    """How the head starts: fitted to the frozen encoder's vectors, or from random numbers."""
    label_smoothing: float = 0.1
    """This much of each row's target is spread over all classes."""
    rank: int = 8
    """Of LoRA's two matrices."""
    pairs: int = 20
    """Contrastive pairs a row and epoch."""
    patience: int = 3
    """Epochs without a better validation loss until training stops; 0 never stops early."""
    dropout: float = 0.1
    weight_decay: float = 0.01
    longest: int = 128
    """Tokens of a text that are read; what is longer is cut."""
    batch_tokens: int = 2048
    """Filling included."""


RANGES: dict[str, tuple[float, float]] = {
    "seed": (0, 2**31 - 1),
    "inverse_penalty": (1e-4, 1e5),
    "neighbours": (1, 200),
    "examples": (0, 32),
    "epochs": (1, 200),
    "learning_rate": (1e-7, 1.0),
    "layers": (0, 6),
    "layer_decay": (0.1, 1.0),
    "label_smoothing": (0.0, 0.9),
    "rank": (1, 64),
    "pairs": (1, 200),
    "patience": (0, 100),
    "dropout": (0.0, 0.9),
    "weight_decay": (0.0, 1.0),
    "longest": (8, 512),
    "batch_tokens": (512, 32_768),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "pieces": get_args(Pieces),
    "embedder": get_args(Embedder),
    "chosen": get_args(Chosen),
    "head": get_args(Head),
}


def changed_settings(usual: TrainSettings, given: object) -> TrainSettings:
    """`usual` with the values of the table `given`, checked as if a stranger had written them.

    Raises:
        GlassboxError: not a table, a name is unknown, or a value out of range or of the wrong kind.

    >>> changed_settings(TrainSettings(), {"neighbours": 1}).neighbours
    1
    """
    if not isinstance(given, Mapping):
        raise GlassboxError("classification.train.error.setting", name=str(given)[:40])
    known = {field.name for field in fields(TrainSettings)}
    for name in given:
        if name not in known:
            raise GlassboxError("classification.train.error.setting", name=str(name)[:40])
    values: dict[str, Any] = {**asdict(usual), **given}
    for name, value in values.items():
        values[name] = _checked(name, value)
    return TrainSettings(**values)


def _checked(name: str, value: Any) -> Any:
    """`value` as the setting `name` has it; whole numbers pass for fractions."""
    if name in CHOICES:
        if value not in CHOICES[name]:
            known = ", ".join(CHOICES[name])
            raise GlassboxError("classification.train.error.choice", name=name, known=known)
        return value
    kind = type(getattr(TrainSettings(), name))
    if kind is bool:
        if not isinstance(value, bool):
            raise GlassboxError("classification.train.error.switch", name=name)
        return value
    low, high = RANGES[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high or (kind is int and not isinstance(value, int)):
        raise GlassboxError("classification.train.error.range", name=name, low=low, high=high)
    return kind(value)
