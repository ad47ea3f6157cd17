"""What the views of the memory lesson share: the view, what a link may hold, the questions."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.inputs import choice_of, show_segments
from ui.memory.calculate_link import calculate_readers
from ui.memory.check_link import check_readers
from ui.memory.compare_link import compare_readers
from ui.memory.lora_link import lora_readers
from ui.memory.precision_link import precision_readers
from ui.questions import show_questions
from ui.queue import turn_in_queue

if TYPE_CHECKING:
    from core.curriculum import Measurement

VIEWS = ("calculate", "compare", "check", "lora", "precision")


def link_readers() -> Mapping[str, Callable[[str], Any]]:
    """What the address of this page may hold."""
    return {
        "view": choice_of(VIEWS),
        **calculate_readers(),
        **compare_readers(),
        **check_readers(),
        **lora_readers(),
        **precision_readers(),
    }


def show_view() -> str:
    """Which part of the lesson is looked at."""
    return show_segments("memory", "view", VIEWS)


def show_lesson_questions() -> None:
    """The lesson's questions: predict, run, measure, answer."""
    show_questions("memory", measure)


def measure(name: str) -> "Measurement":
    """Run the measurement of that name once it is this reader's turn."""
    from core.memory.measurements import MEASUREMENTS

    with turn_in_queue(st.empty()):
        return MEASUREMENTS[name](False)
