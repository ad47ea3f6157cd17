"""One text: its classes, the words that decided, and the training rows that are most like it."""

import streamlit as st

from core.classification.use.influence import Influences, influences
from core.classification.use.looked_at import LookedAt, looked_at
from core.classification.use.similar_rows import similar_rows
from core.csv_export import csv_text
from ui.classification.current_data import current_split
from ui.classification.use_source import UsedModel
from ui.inputs import show_csv, show_link
from ui.queue import turn_in_queue
from ui.text import t
from ui.token_view import ShownToken, show_tokens

KEY = "classification.use"
TEXT, CLASS = "classification.use_text", "classification.use_class"
UP, DOWN = "▲", "▼"
LEAST_SHOWN = 0.005
"""A change of probability below this gets no arrow."""


def show_one_text(used: UsedModel) -> None:
    """The text and what becomes of it."""
    st.session_state.setdefault(TEXT, next(iter(current_split().test.texts), ""))
    text = st.text_area(
        t("classification.use.text.label"),
        key=TEXT,
        help=t("classification.use.text.help"),
        height=90,
        max_chars=20_000,
        persist_state="session",
    )
    if not text.strip():
        st.info(t("classification.use.text.empty"), icon=":material/edit:")
        return
    classifier, threshold, alarms = used.opened()
    with turn_in_queue(st.empty()):
        found = looked_at(classifier, text, threshold)
    _show_verdict(found, alarms)
    _show_words(used, found)
    _show_similar(used, text)
    show_link("classification", {"view": "use", "use_part": "one", "use_text": text})


def _show_verdict(found: LookedAt, alarms: float) -> None:
    from core.plots.classification_use import probabilities_figure

    kind = "in_scope" if found.in_scope else "out_of_scope"
    values = {"name": found.name, "probability": found.probability, "threshold": found.threshold}
    (st.success if found.in_scope else st.warning)(t(f"classification.use.verdict.{kind}", **values))
    st.plotly_chart(probabilities_figure(found, t), key=f"{KEY}.probabilities")
    if found.others:
        more = {"count": found.others, "rest": found.others_probability}
        st.caption(t("classification.use.probabilities.more", **more))
    st.caption(t("classification.use.verdict.threshold", alarms=alarms))


def _show_words(used: UsedModel, found: LookedAt) -> None:
    st.subheader(t("classification.use.words.title"), anchor=False)
    classes = [name for name, _ in found.ranked]
    if st.session_state.get(CLASS) not in classes:
        st.session_state[CLASS] = classes[0]
    name = st.selectbox(
        t("classification.use.words.class.label"),
        classes,
        key=CLASS,
        help=t("classification.use.words.class.help"),
    )
    taken = _influences(used, found.text, name)
    st.markdown(t("classification.use.words.lead", name=name))
    most = max(abs(word.influence) for word in taken.words)
    show_tokens(
        _shown_words(taken, most),
        key=f"{KEY}.words",
        clickable=False,
        legend=(
            t("classification.use.words.legend.low"),
            t("classification.use.words.legend.high", most=most),
        ),
    )
    if taken.words_together > 1:
        st.caption(t("classification.use.words.together", count=taken.words_together))
    st.caption(t("classification.use.words.limit"))
    rows = [
        {
            t("classification.use.words.column.word"): taken.text[word.start : word.end],
            t("classification.use.words.column.influence"): round(word.influence, 6),
            t("classification.use.words.column.without"): round(word.without, 6),
        }
        for word in taken.words
    ]
    show_csv(csv_text(rows), "words.csv", key=f"{KEY}.words.csv")


def _influences(used: UsedModel, text: str, name: str) -> Influences:
    """Computed once for a model, a text and a class."""
    wanted = (used.name, text, name)
    kept = st.session_state.get(f"{KEY}.influences")
    if kept is None or kept[0] != wanted:
        classifier, _, _ = used.opened()
        with turn_in_queue(st.empty()):
            kept = (wanted, influences(classifier, text, name))
        st.session_state[f"{KEY}.influences"] = kept
    found: Influences = kept[1]
    return found


def _shown_words(taken: Influences, most: float) -> list[ShownToken]:
    """The whole text in pieces: words with a shade and an arrow, and what stands between them."""
    pieces, place = [], 0
    for word in taken.words:
        if word.start > place:
            pieces.append(ShownToken(taken.text[place : word.start]))
        written = taken.text[word.start : word.end]
        note = t("classification.use.words.note", word=written, change=word.influence, without=word.without)
        arrow = "" if abs(word.influence) < LEAST_SHOWN else UP if word.influence > 0 else DOWN
        pieces.append(ShownToken(written + arrow, abs(word.influence) / most if most else 0.0, note))
        place = word.end
    if place < len(taken.text):
        pieces.append(ShownToken(taken.text[place:]))
    return pieces


def _show_similar(used: UsedModel, text: str) -> None:
    st.subheader(t("classification.use.similar.title"), anchor=False)
    training = used.training_rows()
    if training is None:
        st.info(t("classification.use.similar.gone"), icon=":material/table_rows:")
        return
    wanted = (used.name, text)
    kept = st.session_state.get(f"{KEY}.similar")
    if st.button(
        t("classification.use.similar.button"),
        key=f"{KEY}.similar.find",
        help=t("classification.use.similar.button_help"),
        icon=":material/search:",
    ):
        with turn_in_queue(st.empty()), st.spinner(t("classification.use.model.working")):
            kept = (wanted, similar_rows(text, training))
        st.session_state[f"{KEY}.similar"] = kept
    if kept is None or kept[0] != wanted:
        return
    st.markdown(t("classification.use.similar.lead", embedder=kept[1].embedder))
    rows = [
        {
            t("classification.use.similar.column.row"): row.row + 1,
            t("classification.use.similar.column.text"): row.text,
            t("classification.use.similar.column.label"): row.label,
            t("classification.use.similar.column.similarity"): round(row.similarity, 3),
        }
        for row in kept[1].rows
    ]
    st.dataframe(rows, hide_index=True, key=f"{KEY}.similar.table")
    show_csv(csv_text(rows), "similar-rows.csv", key=f"{KEY}.similar.csv")
