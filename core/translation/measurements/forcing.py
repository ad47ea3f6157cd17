"""Measured by decoding captions along their references, freely, and with one wrong token."""

from core.curriculum.question import Measurement
from core.translation.captions import every_nth
from core.translation.forcing_growth import measure_growth
from core.translation.shipped import shipped_translator


def slip_share(small: bool = False) -> Measurement:
    """How much of the loss that a free run adds after the parting one wrong token adds by itself."""
    growth = measure_growth(shipped_translator("transformer"), every_nth(4 if small else 2))
    free, slip = growth.excess("free"), growth.excess("slip")
    return Measurement(
        value=slip / free,
        values={
            "sentences": growth.sentences,
            "parted": growth.parted,
            "first": growth.first,
            "free": free,
            "slip": slip,
            "forced_right": growth.forced_right.value,
            "free_right": growth.free_right.value,
            "free_known": growth.free_known.value,
        },
        note_key="translation.forcing.measured.slip_share",
    )
