"""The measurements that decide the classification lesson's predictions, by name.

Each runs the lesson's own functions, within 10 s on two cores with the models still to be loaded;
`small=True` takes fewer or shorter inputs, within 2 s once they are, for the tests.
"""

from collections.abc import Callable

from core.curriculum.later import measured_by
from core.curriculum.question import Measurement


def _later(module: str, function: str) -> Callable[..., Measurement]:
    return measured_by(f"{__name__}.{module}", function)


MEASUREMENTS: dict[str, Callable[..., Measurement]] = {
    "automatic_share": _later("data", "automatic_share"),
    "word_twin": _later("data", "word_twin"),
    "rare_recall": _later("data", "rare_recall"),
    "retrieval_against_probe": _later("train", "retrieval_against_probe"),
    "favourite_label": _later("train", "favourite_label"),
    "encoder_against_decoder": _later("train", "encoder_against_decoder"),
    "overfitting": _later("train", "overfitting"),
    "averages_apart": _later("report", "averages_apart"),
    "merging_pair": _later("report", "merging_pair"),
    "negatives_tenfold": _later("report", "negatives_tenfold"),
    "confidence_gap": _later("report", "confidence_gap"),
    "strangers_let_in": _later("report", "strangers_let_in"),
    "textbook_recipe": _later("tune", "textbook_recipe"),
    "layers_moved": _later("tune", "layers_moved"),
    "adapted_by_masking": _later("tune", "adapted_by_masking"),
    "unknown_in_chinese": _later("tune", "unknown_in_chinese"),
    "end_of_long_text": _later("tune", "end_of_long_text"),
}
