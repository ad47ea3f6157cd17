"""Why an index matters: the same merges learnt by recounting every pair, and by following what changed."""

from time import perf_counter

import streamlit as st

from core.errors import GlassboxError
from core.plots.tokenizer_race import race_figure
from ui.text import show_error, t

MOST_MERGES = 400
"""Merges of the race; recounting takes time that grows with each of them."""


def show_race(algorithm: str, text: str, size: int) -> None:
    """A button that runs both trainers on the same text, and their times."""
    with st.expander(t("tokenizer.race.label"), icon=":material/timer:"):
        st.markdown(t("tokenizer.race.about"))
        if st.button(
            t("tokenizer.race.run"),
            key="tokenizer.race.run",
            icon=":material/play_arrow:",
            help=t("tokenizer.race.run_help", merges=MOST_MERGES),
        ):
            try:
                with st.spinner(t("tokenizer.race.running"), show_time=True):
                    st.session_state["tokenizer.race"] = _race(algorithm, text, size)
            except GlassboxError as error:
                show_error(error)
        times = st.session_state.get("tokenizer.race")
        if times is not None:
            naive, indexed, merges = times
            st.plotly_chart(race_figure(naive, indexed, merges, t), key="tokenizer.race.chart")


def _race(algorithm: str, text: str, size: int) -> tuple[float, float, int]:
    """Seconds of the naive and of the indexed trainer, and how many merges both learnt."""
    from core.tokenizer.training.bpe_naive import train_bpe_naively
    from core.tokenizer.training.start import begin
    from core.tokenizer.training.train import train
    from core.tokenizer.training.words import count_words

    start = begin(algorithm, count_words(algorithm, text))
    smallest = len(start.tokens)
    started = perf_counter()
    indexed = train(algorithm, text, min(max(size, smallest), smallest + MOST_MERGES))
    between = perf_counter()
    train_bpe_naively(start, len(indexed.steps))
    return perf_counter() - between, between - started, len(indexed.steps)
