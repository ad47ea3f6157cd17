"""What a link to this view may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.inputs import choice_of, number_in, short_text

PARTS = ("measured", "run", "sentence")
DATA = ("grammar", "multi30k", "tsv")
EXAMPLES = ("close", "clipped", "short", "paraphrase", "wrong", "order", "endings", "marks")
MOST_SENTENCES = 3000
WIDEST_BEAM = 10


def evaluate_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    whole = {"whole": True}
    return {
        "evaluate_part": choice_of(PARTS),
        "evaluate_buckets": choice_of(("length", "rarity")),
        "evaluate_data": choice_of(DATA),
        "evaluate_sentences": number_in(1, MOST_SENTENCES, **whole),
        "evaluate_beam": number_in(1, WIDEST_BEAM, **whole),
        "evaluate_penalty": number_in(0, 5),
        "evaluate_example": choice_of(EXAMPLES),
        "evaluate_translation": short_text,
        "evaluate_reference": short_text,
    }
