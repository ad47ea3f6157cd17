"""The measurements that decide the translation lesson's predictions, by name.

Each runs the lesson's own functions, within 10 s on two cores with the models still to be loaded;
`small=True` takes fewer or shorter inputs, within 2 s once they are, for the tests.
"""

from collections.abc import Callable

from core.curriculum.later import measured_by
from core.curriculum.question import Measurement


def _later(module: str, function: str) -> Callable[..., Measurement]:
    return measured_by(f"{__name__}.{module}", function)


MEASUREMENTS: dict[str, Callable[..., Measurement]] = {
    "held_out_share": _later("train", "held_out_share"),
    "beam_against_greedy": _later("translate", "beam_against_greedy"),
    "attention_finds_words": _later("translate", "attention_finds_words"),
    "paraphrase_against_error": _later("evaluate", "paraphrase_against_error"),
    "content_kept": _later("evaluate", "content_kept"),
    "rare_nouns_right": _later("evaluate", "rare_nouns_right"),
    "order_without_positions": _later("matter", "order_without_positions"),
    "slip_share": _later("forcing", "slip_share"),
    "bridge_growth": _later("inside", "bridge_growth"),
    "filled_places": _later("inside", "filled_places"),
    "residual_ratio": _later("inside", "residual_ratio"),
    "replaced_share": _later("inside", "replaced_share"),
}
