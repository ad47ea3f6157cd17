"""The tree of a beam search and its final hypotheses."""

import streamlit as st

from core.decoding.beam import BeamResult
from core.decoding.result import Generation
from core.plots.beam_tree import beam_tree_figure
from ui.models import ready_language_model
from ui.text import t

STEPS_SHOWN = 8


def show_beams(beams: BeamResult, generation: Generation) -> None:
    """The tree, a window of its steps at a time, and the hypotheses with their scores."""
    model = ready_language_model(generation.model)
    st.subheader(t("decoding.beams.title"), anchor=False)
    st.markdown(t("decoding.beams.lead"))
    last_step = max((node.step for node in beams.tree), default=1)
    window = (1, min(STEPS_SHOWN, last_step))
    if last_step > 1:
        window = st.slider(
            t("decoding.beams.window"),
            1,
            last_step,
            window,
            key=f"decoding.beams.window.{last_step}",
            help=t("decoding.beams.window_help"),
        )
    tree = beam_tree_figure(
        beams, lambda token: model.decode([token]), t, first_step=window[0], last_step=window[1]
    )
    st.plotly_chart(tree, key="decoding.beams.tree")
    st.markdown(f"**{t('decoding.beams.table')}**")
    st.dataframe(
        [
            {
                t("decoding.beams.column.score"): round(hypothesis.score, 4),
                t("decoding.beams.column.tokens"): len(hypothesis.token_ids),
                t("decoding.beams.column.finished"): hypothesis.finished,
                t("decoding.beams.column.text"): model.decode(list(hypothesis.token_ids)),
            }
            for hypothesis in beams.hypotheses
        ],
        hide_index=True,
        key="decoding.beams.table",
    )
