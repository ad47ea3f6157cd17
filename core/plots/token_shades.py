"""How strongly each token of a text is shaded: 0 is plain, 1 strong."""

import math
from collections.abc import Sequence
from typing import Literal

from core.decoding.result import Step

ShadeBy = Literal["probability", "entropy"]
FULL_SHADE_NATS = 6.0
"""Entropy shown in the strongest shade: about the choice between 400 equally likely tokens."""


def token_shades(steps: Sequence[Step], by: ShadeBy) -> tuple[float, ...]:
    """One shade a token: its surprise, 1 - probability, or the entropy before it was chosen.

    >>> token_shades([Step(1, 0.75, 1, 3.0, 0.75, ())], "probability")
    (0.25,)
    >>> token_shades([Step(1, 0.75, 1, 3.0, 0.75, ())], "entropy")
    (0.5,)
    """
    if by == "probability":
        return tuple(1.0 - step.probability for step in steps)
    return tuple(
        min(step.entropy / FULL_SHADE_NATS, 1.0) if math.isfinite(step.entropy) else 1.0 for step in steps
    )
