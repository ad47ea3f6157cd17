"""The curves of a training in a file of their own, one JSON object a line, added to while it runs."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VALUES = ("training_loss", "validation_loss", "validation_accuracy", "step_loss")
MOST_POINTS = 5_000
"""Of one file that are read."""


@dataclass(frozen=True)
class CurvePoint:
    """What a method knew of itself at one step."""

    step: float
    """Epochs, or steps of a solver."""
    values: dict[str, float]
    """Some of `VALUES`."""


class CurveFile:
    """The growing file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, told: dict[str, Any]) -> None:
        """Append what a method reported, if there is a point in it."""
        values = {name: float(told[name]) for name in VALUES if name in told}
        if "step" not in told or not values:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": float(told["step"]), **values}) + "\n")


def read_curve(path: Path) -> list[CurvePoint]:
    """The points of a file, steps rising: a training that went on repeats the steps in which it died.

    A line that cannot be read, cut short while it was written, is passed over.
    """
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()[-MOST_POINTS:]
    except OSError:
        return []
    points: list[CurvePoint] = []
    for line in lines:
        try:
            told = json.loads(line)
            values = {name: float(told[name]) for name in VALUES if name in told}
            point = CurvePoint(float(told["step"]), values)
        except (ValueError, KeyError, TypeError):
            continue
        if not all(math.isfinite(value) for value in (point.step, *values.values())):
            continue
        while points and points[-1].step > point.step:
            points.pop()
        points.append(point)
    return points
