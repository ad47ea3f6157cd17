"""What a link may say about the view `report`."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.inputs import choice_of, number_in, short_text

PARTS = ("matrix", "scores", "curves", "probabilities", "threshold", "scope", "rows", "compare")
SHARES = ("counts", "wanted", "predicted")
ORDERS = ("name", "size", "confused")
LISTS = ("errors", "labels")
STAND_INS = ("off_topic", "held_out")
SCOPE_SCORES = ("max_probability", "energy", "entropy", "distance")
COMPARISONS = ("methods", "learning")
HALVES = ("loss", "calibration")


def report_readers() -> Mapping[str, Callable[[str], Any]]:
    """Readers of the address, by name."""
    return {
        "report_part": choice_of(PARTS),
        "report_share": choice_of(SHARES),
        "report_order": choice_of(ORDERS),
        "report_wanted": short_text,
        "report_predicted": short_text,
        "report_class": short_text,
        "report_half": choice_of(HALVES),
        "report_threshold": number_in(0, 1),
        "report_stand_in": choice_of(STAND_INS),
        "report_scope_score": choice_of(SCOPE_SCORES),
        "report_list": choice_of(LISTS),
        "report_comparison": choice_of(COMPARISONS),
    }
