"""What a link to the fifth view may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.inputs import choice_of, number_in

PARTS = ("schemes", "long", "far")
ROTATIONS = ("interpolation", "ntk", "dynamic", "yarn")


def experiment_readers() -> Mapping[str, Callable[[str], Any]]:
    """The view's part, and what the far experiment is stretched by."""
    return {
        "experiment_part": choice_of(PARTS),
        "experiment_rotation": choice_of(ROTATIONS),
        "experiment_factor": number_in(1, 16, whole=True),
    }
