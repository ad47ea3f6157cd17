"""What the views of the classification lesson share: the view, what a link may hold, the questions."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.classification.data_link import data_readers
from ui.classification.report_link import report_readers
from ui.classification.train_link import train_readers
from ui.classification.use_link import use_readers
from ui.inputs import choice_of, show_segments
from ui.questions import show_questions
from ui.queue import turn_in_queue

if TYPE_CHECKING:
    from core.curriculum import Measurement

VIEWS = ("data", "train", "report", "use")


def link_readers() -> Mapping[str, Callable[[str], Any]]:
    """What the address of this page may hold."""
    return {
        "view": choice_of(VIEWS),
        **data_readers(),
        **train_readers(),
        **report_readers(),
        **use_readers(),
    }


def show_view() -> str:
    """Which part of the lesson is looked at."""
    return show_segments("classification", "view", VIEWS)


def show_lesson_questions() -> None:
    """The lesson's questions: predict, run, measure, answer."""
    show_questions("classification", measure)


def measure(name: str) -> "Measurement":
    """Run the measurement of that name once it is this reader's turn."""
    from core.classification.measurements import MEASUREMENTS

    with turn_in_queue(st.empty()):
        return MEASUREMENTS[name](False)
