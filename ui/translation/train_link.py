"""What a link to the view "Train your own" may hold: the data and every setting, never a reader's pairs."""

from collections.abc import Callable, Mapping
from typing import Any

from core.translation.settings import CHOICES, RANGES
from core.translation.train_settings import DATA
from ui.inputs import choice_of, number_in

PARTS = ("start", "runs")
MODEL = ("architecture", "width", "layers", "heads", "feed_forward", "dropout", "vocabulary_size")
MODEL_DETAILS = ("norm", "positions", "tied")
TRAINING = ("epochs", "tokens_per_batch", "learning_rate", "warmup_steps", "label_smoothing")
TRAINING_DETAILS = ("bpe_dropout", "averaged_checkpoints", "seed")
SETTINGS = (*MODEL, *MODEL_DETAILS, *TRAINING, *TRAINING_DETAILS)
FRACTIONS = ("dropout", "learning_rate", "label_smoothing", "bpe_dropout")
"""Settings that are no whole numbers."""


def train_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    readers: dict[str, Callable[[str], Any]] = {
        "train_part": choice_of(PARTS),
        "train_data": choice_of(DATA),
        "train_pairs": number_in(0, 200_000, whole=True),
    }
    for name in SETTINGS:
        readers[f"train_{name}"] = _reader(name)
    return readers


def _reader(name: str) -> Callable[[str], Any]:
    if name in CHOICES:
        return choice_of(CHOICES[name])
    if name == "tied":
        return _switch
    low, high = RANGES[name]
    return number_in(low, high, whole=name not in FRACTIONS)


def _switch(text: str) -> bool:
    return choice_of(("True", "False"))(text) == "True"
