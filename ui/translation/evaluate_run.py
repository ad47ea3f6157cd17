"""Score models on a test set, as a background job: which models, which sentences, how they search."""

from typing import Any

import streamlit as st

from core.errors import GlassboxError
from core.translation.evaluation_result import SCORES_FILE, SENTENCES_FILE, read_evaluation, read_sentences
from core.translation.own_models import own_models
from core.translation.settings import CHOICES
from ui.inputs import show_command, show_link, show_segments
from ui.job_panel import show_job_panel
from ui.text import show_error, t
from ui.translation.evaluate_data import show_data
from ui.translation.evaluate_examples import show_examples
from ui.translation.evaluate_link import MOST_SENTENCES, WIDEST_BEAM
from ui.translation.evaluate_scores import show_evaluation
from ui.workspace import workspace_hash

KIND = "translation.evaluate"
COMMAND = "python -m core job translation.evaluate --settings settings.json"
KEY = "translation.evaluate"
MOST_MODELS = 6


def show_run() -> None:
    """The inputs and the job on the left, its result on the right."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        parameters = _show_inputs()
        with st.container(horizontal=True):
            show_link("translation", _link_values())
            if parameters is not None:
                show_command(COMMAND, parameters)
        job = show_job_panel(KIND, parameters, f"{KEY}.job", "translation.evaluate.run.start")
    with right:
        if job is None:
            st.info(t("translation.evaluate.run.empty"), icon=":material/play_circle:")
            return
        try:
            evaluation = read_evaluation(job.result_folder / SCORES_FILE)
            sentences = read_sentences(job.result_folder / SENTENCES_FILE)
        except GlassboxError as error:
            show_error(error)
            return
        st.markdown(_what(evaluation.data, evaluation.sentences, evaluation.beam, evaluation.dropped))
        part = show_segments("translation", "evaluate_result", ("scores", "examples"))
        if part == "scores":
            show_evaluation(evaluation, f"{KEY}.run")
        else:
            show_examples(sentences)


def _what(data: str, sentences: int, beam: int, dropped: int) -> str:
    said = t(f"translation.evaluate.run.said_{data}", sentences=sentences, beam=beam)
    return f"{said} {t('translation.evaluate.run.dropped', count=dropped)}" if dropped else said


def _show_inputs() -> dict[str, Any] | None:
    """The job's parameters, or None while something is missing."""
    models = _show_models()
    data, tsv, ready = show_data()
    st.session_state.setdefault(f"{KEY}_sentences", 200)
    sentences = st.number_input(
        t("translation.evaluate.run.sentences"),
        1,
        MOST_SENTENCES,
        step=100,
        key=f"{KEY}_sentences",
        help=t("translation.evaluate.run.sentences_help"),
        persist_state="session",
    )
    beam, penalty = _show_search()
    chosen = 0 < len(models) <= MOST_MODELS
    if not chosen:
        st.caption(t("translation.evaluate.run.choose", most=MOST_MODELS))
    if not chosen or not ready:
        return None
    values: dict[str, Any] = {
        "models": models,
        "data": data,
        "sentences": int(sentences),
        "beam": beam,
        "penalty": penalty,
    }
    return {**values, "tsv": tsv} if data == "tsv" else values


def _show_models() -> list[str]:
    """Shipped models and those that this reader has trained."""
    shipped = CHOICES["architecture"]
    options = [*shipped, *own_models(workspace_hash())]
    key = f"{KEY}_models"
    kept = [name for name in st.session_state.get(key, shipped) if name in options]
    st.session_state[key] = kept
    names = {name: t(f"translation.evaluate.model.{name}") for name in shipped}
    return st.pills(
        t("translation.evaluate.run.models"),
        options,
        selection_mode="multi",
        wrap=True,
        format_func=lambda name: names.get(name, name),
        key=key,
        help=t("translation.evaluate.run.models_help"),
        persist_state="session",
    )


def _show_search() -> tuple[int, float]:
    st.session_state.setdefault(f"{KEY}_beam", 5)
    beam = st.slider(
        t("translation.evaluate.run.beam"),
        1,
        WIDEST_BEAM,
        key=f"{KEY}_beam",
        help=t("translation.evaluate.run.beam_help"),
        persist_state="session",
    )
    st.session_state.setdefault(f"{KEY}_penalty", 1.0)
    penalty = st.slider(
        t("translation.evaluate.run.penalty"),
        0.0,
        3.0,
        step=0.1,
        key=f"{KEY}_penalty",
        disabled=beam == 1,
        help=t("translation.evaluate.run.penalty_help"),
        persist_state="session",
    )
    return beam, penalty


def _link_values() -> dict[str, Any]:
    names = ("evaluate_data", "evaluate_sentences", "evaluate_beam", "evaluate_penalty")
    values = {name: st.session_state[f"translation.{name}"] for name in names}
    return {"view": "evaluate", "evaluate_part": "run", **values}
