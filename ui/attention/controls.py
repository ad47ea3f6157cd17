"""What the views of the attention lesson share: the view, what a link may hold, the questions."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.attention.block_controls import block_readers
from ui.attention.experiment_link import experiment_readers
from ui.attention.families_controls import family_readers
from ui.attention.matter_link import matter_readers
from ui.attention.positions_link import position_readers
from ui.attention.variants_links import variant_readers
from ui.inputs import choice_of, number_in, short_text, show_segments
from ui.questions import show_questions
from ui.queue import turn_in_queue

if TYPE_CHECKING:
    from core.curriculum import Measurement

VIEWS = ("see", "matter", "variants", "positions", "experiment", "block", "families")
MODELS = ("smollm2-135m", "minilm-l6")


def link_readers() -> Mapping[str, Callable[[str], Any]]:
    """What the address of this page may hold."""
    return {
        "view": choice_of(VIEWS),
        "model": choice_of(MODELS),
        "text": short_text,
        "layer": number_in(0, 200, whole=True),
        "head": number_in(0, 200, whole=True),
        "see_part": choice_of(("cell", "heads", "sink", "rollout")),
        "see_row": number_in(1, 1000, whole=True),
        "see_column": number_in(1, 1000, whole=True),
        **matter_readers(),
        **variant_readers(),
        **position_readers(),
        **family_readers(),
        **experiment_readers(),
        **block_readers(),
    }


def show_view() -> str:
    """Which part of the lesson is looked at."""
    return show_segments("attention", "view", VIEWS)


def show_lesson_questions() -> None:
    """The lesson's questions: predict, run, measure, answer."""
    show_questions("attention", measure)


def measure(name: str) -> "Measurement":
    """Run the measurement of that name once it is this reader's turn."""
    from core.attention.measurements import MEASUREMENTS

    with turn_in_queue(st.empty()):
        return MEASUREMENTS[name](False)
