"""BANKING77: on this machine, or fetched from its publisher; left as published."""

import streamlit as st

from core.classification.banking77 import (
    banking77,
    banking77_folder,
    download_banking77,
    home_folder,
)
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.overview import class_rows, overview
from core.classification.preparing import split_with_test
from core.errors import GlassboxError
from core.settings import settings
from ui.classification.current_data import set_split
from ui.classification.data_state import KEY, value_of
from ui.text import show_error, t

_KEPT = f"{KEY}.banking77"


def show_banking77() -> None:
    """What it holds, or how to get it."""
    from core.plots.classification_data import class_figure, length_figure

    found = _current()
    if found is None:
        return
    training, test, split = found
    look = overview((*training.texts, *test.texts), (*training.labels, *test.labels))
    st.success(
        t(
            "classification.data.banking77.there",
            training=len(split.training),
            validation=len(split.validation),
            test=len(split.test),
        ),
        icon=":material/check:",
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(class_figure(look.classes, t), key=f"{KEY}.classes")
        st.caption(t("classification.data.figure.classes_caption"))
    with right:
        st.plotly_chart(length_figure(look.lengths, look.median_length, t), key=f"{KEY}.lengths")
        st.caption(t("classification.data.figure.lengths_caption", longest=look.longest))


def show_given() -> None:
    """Where a check or a split of one's own would be: why this data set is left alone, and its division."""
    from core.plots.classification_data import split_figure

    st.info(t("classification.data.banking77.given"), icon=":material/lock:")
    found = _current()
    if found is not None:
        st.plotly_chart(split_figure(class_rows(found[2]), t), key=f"{KEY}.split")
        st.caption(t("classification.data.figure.split_caption"))


def _current() -> tuple[LabelledTexts, LabelledTexts, Split] | None:
    """The data set with its split as the seed says, which becomes the data of all views."""
    if banking77_folder() is None:
        _show_missing()
        return None
    seed = int(value_of("data_seed"))
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[2].seed != seed:
        try:
            training, test = banking77()
        except GlassboxError as error:
            show_error(error)
            return None
        kept = (training, test, split_with_test(training, test, "BANKING77", seed))
        st.session_state[_KEPT] = kept
    set_split(kept[2])
    return kept


def _show_missing() -> None:
    allowed = settings().allow_downloads
    key = "missing" if allowed else "missing_off"
    st.info(t(f"classification.data.banking77.{key}", folder=home_folder()), icon=":material/info:")
    if allowed and st.button(
        t("classification.data.banking77.download"),
        key=f"{KEY}.download",
        icon=":material/download:",
        help=t("classification.data.banking77.download_help"),
    ):
        try:
            with st.spinner(t("classification.data.banking77.fetching")):
                download_banking77()
        except GlassboxError as error:
            show_error(error)
        else:
            st.rerun()
