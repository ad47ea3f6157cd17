"""What the views of the tokenizer lesson share: view, text, link values, command, questions."""

import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.inputs import choice_of, number_in, short_text, show_segments
from ui.questions import show_questions
from ui.text import language, t

if TYPE_CHECKING:
    from core.curriculum import Measurement

VIEWS = ("see", "families", "train", "cost", "chat", "words")
NAMES = ("smollm2", "bert", "cl100k", "o200k", "llama3", "qwen3", "deepseek", "mistral-v1", "tekken")
MOST_COMPARED = 3
"""Vocabularies beside the first one."""
LONGEST_COMMAND = 300
"""A longer text goes into a file rather than onto the command line."""
CORPORA = ("english", "german", "chinese", "code", "own")
ROW_WORDS = ("id", "bytes", "characters", "p", "d", "s", "u")
"""What hovering over a token may say, each with its wording below `tokenizer.run`."""
ALGORITHMS = ("bpe", "byte-bpe", "wordpiece", "unigram")


def link_readers() -> Mapping[str, Callable[[str], Any]]:
    """What the address of this page may hold."""
    return {
        "view": choice_of(VIEWS),
        "text": short_text,
        "example": _apply_example,
        "vocabulary": choice_of(NAMES),
        "compare": _names_in,
        "token": number_in(0, 30_000, whole=True),
        "algorithm": choice_of(ALGORITHMS),
        "corpus": choice_of(CORPORA),
        "training_text": short_text,
        "vocabulary_size": number_in(2, 20_000, whole=True),
        "step": number_in(1, 20_000, whole=True),
        "word": short_text,
        "template": short_text,
        "domain": short_text,
    }


def _names_in(text: str) -> list[str]:
    """The vocabularies of a link, separated by commas."""
    read = choice_of(NAMES)
    return [read(name) for name in text.split(",")][:MOST_COMPARED]


def _apply_example(name: str) -> str:
    from core.tokenizer.samples import examples

    example = next((example for example in examples() if example.id == name), None)
    if example is None:
        raise ValueError(name)
    st.session_state["tokenizer.text"] = example.text
    return name


def show_view() -> str:
    """Which part of the lesson is looked at."""
    return show_segments("tokenizer", "view", VIEWS)


def show_text(height: int = 150) -> str:
    """The examples and the text, one below the other; the same text in every view that takes one."""
    from core.tokenizer.samples import examples

    known = {example.id: example for example in examples()}
    st.session_state.setdefault("tokenizer.text", next(iter(known.values())).text)
    st.selectbox(
        t("tokenizer.example.label"),
        list(known),
        format_func={name: example.label[language()] for name, example in known.items()}.__getitem__,
        key="tokenizer.example",
        help=t("tokenizer.example.help"),
        on_change=_example_chosen,
        persist_state="session",
    )
    return st.text_area(
        t("tokenizer.text.label"),
        key="tokenizer.text",
        height=height,
        help=t("tokenizer.text.help"),
        persist_state="session",
    )


def _example_chosen() -> None:
    _apply_example(st.session_state["tokenizer.example"])
    st.session_state.pop("tokenizer.token", None)


def show_command_line(command: str) -> None:
    """What the view does, as a command for the terminal."""
    with st.popover(t("ui.command.label"), icon=":material/terminal:", help=t("ui.command.help")):
        st.markdown(t("tokenizer.command.explain"))
        st.code(command, language="bash", wrap_lines=True)


def tokenize_command(vocabulary: str, text: str) -> str:
    """The command line that cuts `text`, quoted for a shell; a long text is read from a file."""
    source = "--file text.txt"
    if len(text) <= LONGEST_COMMAND:
        source = ("-- " if text.startswith("-") else "") + shlex.quote(text)
    return f"python -m core tokenize --tokenizer {vocabulary} --json {source}"


def show_lesson_questions() -> None:
    """The lesson's questions: predict, run, measure, answer."""
    show_questions("tokenizer", measure)


def measure(name: str) -> "Measurement":
    """Run the measurement of that name; none of this lesson needs a language model."""
    from core.tokenizer.measurements import MEASUREMENTS

    return MEASUREMENTS[name](False)
