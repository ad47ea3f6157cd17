"""One text in every trained model at once: what each says, how sure it is, and what else it considered."""

import time

import numpy as np
import streamlit as st

from core.classification.labelled_texts import Split
from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.classification.train_models import Candidate, candidates, classifier_of, label_of
from ui.inputs import show_csv, show_link
from ui.queue import turn_in_queue
from ui.text import show_error, t

TEXT = "classification.train_text"
KEPT = "classification.train.tried"
MOST_MODELS = 8


def show_try(split: Split) -> None:
    """A text of the reader's, or of the test rows, in up to eight models."""
    st.session_state.setdefault(TEXT, split.test.texts[0][:500] if len(split.test) else "")
    text = st.text_area(
        t("classification.train.try.label"),
        key=TEXT,
        height=80,
        max_chars=2000,
        help=t("classification.train.try.help"),
        persist_state="session",
    )
    if len(split.test):
        st.button(
            t("classification.train.try.another"),
            key="classification.train.try.another",
            icon=":material/casino:",
            help=t("classification.train.try.another_help"),
            on_click=_another,
            args=(split,),
        )
    if not text.strip():
        st.info(t("classification.train.try.empty"), icon=":material/edit:")
        return
    try:
        found = candidates(split)[:MOST_MODELS]
        with st.spinner(t("classification.train.try.working")):
            tried = _tried(split, found, text)
    except GlassboxError as error:
        show_error(error)
        return
    _show_answers(split, text, tried)
    show_link("classification", {"view": "train", "train_part": "try", "train_text": text})


def _another(split: Split) -> None:
    """The next test row."""
    texts = [text[:500] for text in split.test.texts]
    now = st.session_state.get(TEXT, "")
    place = texts.index(now) + 1 if now in texts else 0
    st.session_state[TEXT] = texts[place % len(texts)]


def _tried(
    split: Split, found: list[Candidate], text: str
) -> list[tuple[Candidate, tuple[str, ...], np.ndarray, float]]:
    """Each model's classes, probabilities (classes,) and milliseconds; computed once a text and models."""
    key = (text, tuple(one.name for one in found), split.name, split.seed)
    kept = st.session_state.get(KEPT)
    if kept is None or kept[0] != key:
        with turn_in_queue(st.empty()):
            kept = (key, [_answer(split, one, text) for one in found])
        st.session_state[KEPT] = kept
    return list(kept[1])


def _answer(
    split: Split, candidate: Candidate, text: str
) -> tuple[Candidate, tuple[str, ...], np.ndarray, float]:
    classifier = classifier_of(candidate, split)
    started = time.perf_counter()
    found = classifier.probabilities([text])[0]
    return candidate, classifier.classes, found, 1000 * (time.perf_counter() - started)


def _show_answers(
    split: Split, text: str, tried: list[tuple[Candidate, tuple[str, ...], np.ndarray, float]]
) -> None:
    from core.plots.classification_train_try import answers_figure

    known = dict(zip(split.test.texts, split.test.labels, strict=True)).get(text)
    if known is not None:
        st.caption(t("classification.train.try.known", label=known.replace("`", " ")))
    models = [one for one, *_ in tried]
    names = [label_of(one, models) for one in models]
    rows = [_row(name, *one) for name, one in zip(names, tried, strict=True)]
    st.dataframe(rows, hide_index=True, key="classification.train.try.table")
    st.plotly_chart(
        answers_figure([(name, *one[1:3]) for name, one in zip(names, tried, strict=True)], t),
        key="classification.train.try.figure",
    )
    st.caption(t("classification.train.try.caption"))
    show_csv(lambda: csv_text(rows), "answers.csv", "classification.train.try.csv")


def _row(
    name: str, candidate: Candidate, classes: tuple[str, ...], found: np.ndarray, milliseconds: float
) -> dict[str, object]:
    place = int(found.argmax())
    outside = bool(found[place] < candidate.record.threshold)
    return {
        t("classification.train.column.model"): name,
        t("classification.train.column.prediction"): classes[place],
        t("classification.train.column.probability"): f"{found[place]:.1%}",
        t("classification.train.column.threshold"): f"{candidate.record.threshold:.1%}",
        t("classification.train.column.scope"): t(
            f"classification.train.try.{'outside' if outside else 'inside'}"
        ),
        t("classification.train.column.milliseconds"): f"{milliseconds:,.1f}",
    }
