"""The measurements that decide the tokenizer lesson's predictions, by name.

Each runs the lesson's own functions on texts written for this project, within 10 s on two cores with the
vocabularies still to be loaded; `small=True` takes fewer texts, within 2 s once they are, for the tests.
"""

from collections.abc import Callable

from core.curriculum.later import measured_by
from core.curriculum.question import Measurement


def _later(module: str, function: str) -> Callable[..., Measurement]:
    return measured_by(f"{__name__}.{module}", function)


MEASUREMENTS: dict[str, Callable[..., Measurement]] = {
    "unseen_words": _later("learning", "unseen_words"),
    "early_merges": _later("learning", "early_merges"),
    "rare_winners": _later("learning", "rare_winners"),
    "best_cut": _later("learning", "best_cut"),
    "emoji_tokens": _later("characters", "emoji_tokens"),
    "exact_returns": _later("characters", "exact_returns"),
    "common_characters": _later("characters", "common_characters"),
    "whole_words": _later("characters", "whole_words"),
    "hindi_price": _later("cost", "hindi_price"),
    "domain_saving": _later("cost", "domain_saving"),
    "typed_mark": _later("chat", "typed_mark"),
}
