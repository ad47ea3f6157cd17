"""The fourth view: why it loops. Self-reinforcement, and the published comparison repeated."""

import streamlit as st

from core.decoding.published import RESULT_FILE, PublishedComparison, read_result
from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError
from core.plots.published import published_figure
from ui.cache import shipped_comparison
from ui.decoding.generate import MODEL
from ui.job_panel import show_job_panel
from ui.models import ready_language_model
from ui.queue import turn_in_queue
from ui.text import show_error, t

WAYS = (
    DecodingSettings(repetition_penalty=1.2),
    DecodingSettings(no_repeat_ngram_size=3),
    DecodingSettings(dry_multiplier=0.8),
)


def show_why() -> None:
    """Both experiments, one below the other."""
    st.markdown(t("decoding.why.lead"))
    _show_reinforcement()
    st.divider()
    _show_published()


def _show_reinforcement() -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.session_state.setdefault("decoding.why.sentence", t("decoding.why.sentence_default"))
        sentence = st.text_area(
            t("decoding.why.sentence"), key="decoding.why.sentence", help=t("decoding.why.sentence_help")
        )
        repeats = st.slider(
            t("decoding.why.repeats"),
            2,
            32,
            16,
            key="decoding.why.repeats",
            help=t("decoding.why.repeats_help"),
        )
        pressed = st.button(
            t("decoding.why.run"),
            key="decoding.why.run",
            type="primary",
            icon=":material/play_arrow:",
            help=t("decoding.why.run_help"),
        )
    with right:
        if pressed:
            _measure(sentence, repeats)
        result = st.session_state.get("decoding.why.result")
        if result is None:
            st.info(t("decoding.why.empty"), icon=":material/play_circle:")
        else:
            from core.plots.reinforcement import reinforcement_figure

            st.plotly_chart(reinforcement_figure(result, t), key="decoding.why.chart")
            st.caption(t("decoding.why.reading"))


def _measure(sentence: str, repeats: int) -> None:
    from core.decoding.reinforcement import reinforce

    try:
        model = ready_language_model(MODEL)
        place = st.empty()
        with turn_in_queue(place), st.spinner(t("decoding.why.running"), show_time=True):
            st.session_state["decoding.why.result"] = reinforce(model, sentence, repeats, WAYS)
    except GlassboxError as error:
        show_error(error)


def _show_published() -> None:
    st.subheader(t("decoding.why.published"), anchor=False)
    shipped = shipped_comparison()
    if shipped is None:
        st.info(t("decoding.why.published_missing"), icon=":material/info:")
    else:
        _show_comparison(shipped, "decoding.why.shipped")
    with st.expander(t("decoding.why.published_again"), icon=":material/replay:"):
        job = show_job_panel(
            "decoding.published", {}, "decoding.published.job", "decoding.why.published_start"
        )
        if job is not None:
            try:
                _show_comparison(read_result(job.result_folder / RESULT_FILE), "decoding.why.own")
            except GlassboxError as error:
                show_error(error)


def _show_comparison(comparison: PublishedComparison, key: str) -> None:
    st.markdown(
        t(
            "decoding.why.published_lead",
            count=comparison.method("greedy").texts,
            beam=comparison.method("beam_16").texts,
            tokens=comparison.parameters["max_new_tokens"],
        )
    )
    st.plotly_chart(published_figure(comparison, t), key=key)
    st.dataframe(comparison.table(t), hide_index=True, key=f"{key}.table")
    st.caption(
        t(
            "decoding.why.published_made",
            command=comparison.command,
            date=comparison.date,
            minutes=comparison.seconds / 60,
        )
    )
