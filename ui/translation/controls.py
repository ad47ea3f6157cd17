"""What the views of the translation lesson share: the view, what a link may hold, the questions."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.inputs import choice_of, show_segments
from ui.questions import show_questions
from ui.queue import turn_in_queue
from ui.translation.evaluate_link import evaluate_readers
from ui.translation.forcing_link import forcing_readers
from ui.translation.inside_link import inside_readers
from ui.translation.matter_link import matter_readers
from ui.translation.train_link import train_readers
from ui.translation.translate_link import translate_readers

if TYPE_CHECKING:
    from core.curriculum import Measurement

VIEWS = ("translate", "inside", "forcing", "evaluate", "train", "matter")


def link_readers() -> Mapping[str, Callable[[str], Any]]:
    """What the address of this page may hold."""
    return {
        "view": choice_of(VIEWS),
        **translate_readers(),
        **inside_readers(),
        **forcing_readers(),
        **evaluate_readers(),
        **train_readers(),
        **matter_readers(),
    }


def show_view() -> str:
    """Which part of the lesson is looked at."""
    return show_segments("translation", "view", VIEWS)


def show_lesson_questions() -> None:
    """The lesson's questions: predict, run, measure, answer."""
    show_questions("translation", measure)


def measure(name: str) -> "Measurement":
    """Run the measurement of that name once it is this reader's turn."""
    from core.translation.measurements import MEASUREMENTS

    with turn_in_queue(st.empty()):
        return MEASUREMENTS[name](False)
