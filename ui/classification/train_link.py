"""What a link to the view "Train" may hold: the part, the methods, and every setting of each."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from core.classification.methods.table import METHODS
from core.classification.settings import CHOICES, RANGES, TrainSettings
from ui.inputs import choice_of, number_in, short_text

PARTS = ("start", "compare", "try")


def train_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    readers: dict[str, Callable[[str], Any]] = {"train_part": choice_of(PARTS), "train_text": short_text}
    for method in METHODS.values():
        readers[f"train_use_{method.name}"] = _switch
        for name in method.uses:
            readers[f"train_{method.name}_{name}"] = _reader(name)
    return readers


def is_whole(name: str) -> bool:
    """Whether a setting is a whole number."""
    return any(field.name == name and field.type in (int, "int") for field in fields(TrainSettings))


def _reader(name: str) -> Callable[[str], Any]:
    if name in CHOICES:
        return choice_of(CHOICES[name])
    if name not in RANGES:
        return _switch
    low, high = RANGES[name]
    return number_in(low, high, whole=is_whole(name))


def _switch(text: str) -> bool:
    return choice_of(("True", "False"))(text) == "True"
