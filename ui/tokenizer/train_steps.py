"""Scrubbing through a training: what each step chose from, and how the text is cut after it."""

import streamlit as st

from core.plots.tokenizer_pieces import pieces_of
from core.plots.tokenizer_training import candidate_rows, candidates_figure, length_figure
from core.tokenizer.training.history import Training, TrainingStep
from core.tokenizer.training.replay import candidates_at
from ui.text import t
from ui.token_view import TokenRun, show_token_run

FIRST_STEP = 20
"""Where the slider stands at first: early enough for large gains, late enough for whole syllables."""
SHOWN_TEXT = 1_200
"""Characters of the training text that are shown cut."""
CANDIDATES = 10


@st.fragment
def show_steps(training: Training, text: str) -> None:
    """A slider over the steps and what belongs to the chosen one; a fragment, so that scrubbing is quick."""
    step = _show_slider(len(training.steps))
    done = training.steps[step - 1]
    _show_numbers(training, done)
    st.markdown(_said(training, done))
    candidates = candidates_at(training, step, CANDIDATES)
    winners = len(done.removed) if training.algorithm == "unigram" else 1
    st.plotly_chart(
        candidates_figure(candidates, training.algorithm, step, t, winners), key="tokenizer.step.candidates"
    )
    with st.expander(t("tokenizer.step.table"), icon=":material/table:"):
        st.dataframe(candidate_rows(candidates, t), hide_index=True, key="tokenizer.step.rows")
    _show_cut(training, text, step)
    st.plotly_chart(length_figure(training, step, t), key="tokenizer.step.curve")
    st.caption(t(f"tokenizer.curve.reading.{_direction(training)}"))


def _direction(training: Training) -> str:
    """Whether the vocabulary grows by merging or shrinks by pruning: the captions differ."""
    return "pruning" if training.algorithm == "unigram" else "merging"


def _show_slider(last: int) -> int:
    kept = st.session_state.get("tokenizer.step", FIRST_STEP)
    st.session_state["tokenizer.step"] = min(max(int(kept), 1), last)
    if last == 1:
        return 1
    return int(
        st.slider(
            t("tokenizer.step.label"),
            1,
            last,
            key="tokenizer.step",
            help=t("tokenizer.step.help"),
            persist_state="session",
        )
    )


def _show_numbers(training: Training, step: TrainingStep) -> None:
    values = {
        "size": f"{step.vocabulary_size:,}",
        "corpus_tokens": f"{step.corpus_tokens:,}",
        "steps": f"{step.number:,} / {len(training.steps):,}",
    }
    if step.log_likelihood is not None:
        values["log_likelihood"] = f"{step.log_likelihood:,.0f}"
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(
                t(f"tokenizer.step.{name}"), value, help=t(f"tokenizer.step.{name}_help"), width="content"
            )


def _said(training: Training, step: TrainingStep) -> str:
    """The step in one sentence."""
    if step.winner is None:
        return t("tokenizer.step.said.pruned", step=step.number, count=len(step.removed))
    names = {
        name: f"`{text.replace('`', 'ˋ')}`"
        for name, text in (
            ("left", step.winner.left),
            ("right", step.winner.right),
            ("token", step.winner.token),
        )
    }
    return t("tokenizer.step.said.merged", step=step.number, count=step.winner.count, **names)


def _show_cut(training: Training, text: str, step: int) -> None:
    st.markdown(f"**{t('tokenizer.step.cut')}**")
    own = st.text_input(
        t("tokenizer.step.try"),
        key="tokenizer.step.trial",
        placeholder=t("tokenizer.step.try_none"),
        help=t("tokenizer.step.try_help"),
    )
    pieces = pieces_of(training, own or text[:SHOWN_TEXT], step)
    run = TokenRun(pieces.texts, pieces.ids, (), (), pieces.kinds, gaps=pieces.gaps)
    words = {name: t(f"tokenizer.run.{name}") for name in ("id", "bytes", "characters", "n", "u")}
    show_token_run(run, "tokenizer.step.run", t("tokenizer.step.cut"), words, clickable=False)
    st.caption(t(f"tokenizer.step.cut_reading.{_direction(training)}", count=len(pieces.texts)))
