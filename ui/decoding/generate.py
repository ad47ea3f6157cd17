"""Generate a text in the first view: it streams, Stop keeps what there is, a fork goes on elsewhere."""

from collections.abc import Generator
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError
from ui.decoding.texts import Fork, KeptText, keep, wanted_fork
from ui.models import ready_language_model
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.decoding.live import LiveGeneration
    from core.engines.language_model import LanguageModel
    from core.engines.requests import TextChunk

MODEL = "smollm2-135m"
SECONDS_BETWEEN_REDRAWS = 0.1


def show_run(prompt: str, settings: DecodingSettings, fast: bool) -> None:
    """The Generate button and, while it runs, the growing text with its Stop button."""
    _keep_interrupted()
    pressed = st.button(
        t("decoding.run.label"),
        key="decoding.run",
        type="primary",
        icon=":material/play_arrow:",
        help=t("decoding.run.help"),
        shortcut="Ctrl+Enter",
    )
    fork = wanted_fork()
    if not pressed and fork is None:
        return
    try:
        model = ready_language_model(MODEL)
        st.button(
            t("decoding.stop.label"),
            key="decoding.stop",
            icon=":material/stop:",
            help=t("decoding.stop.help"),
        )
        place = st.empty()
        with turn_in_queue(place):
            keep(_write(model, prompt, settings, fast, fork, place))
    except GlassboxError as error:
        st.session_state.pop("decoding.live", None)
        show_error(error)
        return
    st.session_state.pop("decoding.live", None)
    st.rerun()


def _write(
    model: "LanguageModel",
    prompt: str,
    settings: DecodingSettings,
    fast: bool,
    fork: Fork | None,
    place: DeltaGenerator,
) -> KeptText:
    if fork is not None:
        return _write_fork(model, settings, fork, place)
    name = t(f"decoding.strategy.{settings.strategy}")
    if fast:
        return _write_fast(model, prompt, settings, f"{name} · llama.cpp", place)
    if settings.strategy == "beam":
        return _write_beams(model, prompt, settings, name, place)
    from core.decoding.live import LiveGeneration

    return _grow(LiveGeneration(model, prompt, settings), prompt, name, place)


def _write_fork(
    model: "LanguageModel", settings: DecodingSettings, fork: Fork, place: DeltaGenerator
) -> KeptText:
    from core.decoding.live import LiveGeneration, fork_beginning, settings_for_fork

    beginning = fork_beginning(fork.text.generation, fork.position, fork.token)
    live = LiveGeneration(model, fork.text.prompt, settings_for_fork(settings), beginning)
    name = t("decoding.result.fork_name", parent=fork.number + 1, position=fork.position + 1)
    return _grow(live, fork.text.prompt, name, place)


def _grow(live: "LiveGeneration", prompt: str, name: str, place: DeltaGenerator) -> KeptText:
    st.session_state["decoding.live"] = (live, prompt, name)
    drawn = 0.0
    with closing(live.grow(_interruptible)) as tokens:
        for _ in tokens:
            if monotonic() - drawn > SECONDS_BETWEEN_REDRAWS:
                drawn = monotonic()
                _show_growing(place, live.text(), live.new_tokens, live.tokens_per_second)
    return KeptText(live.result(), name, prompt, live.tokens_per_second)


def _keep_interrupted() -> None:
    """If the last run was stopped half-way, keep what it had written and say so."""
    live, prompt, name = st.session_state.pop("decoding.live", (None, "", ""))
    if live is not None and live.new_tokens:
        keep(KeptText(live.result(), name, prompt, live.tokens_per_second))
        st.info(t("decoding.stopped", tokens=live.new_tokens), icon=":material/stop_circle:")


def _write_fast(
    model: "LanguageModel", prompt: str, settings: DecodingSettings, name: str, place: DeltaGenerator
) -> KeptText:
    from core.decoding.command import traced
    from core.decoding.fast import request_from
    from core.engines.choose import engine

    text, tokens, drawn = "", 0, 0.0
    request = request_from(prompt, settings)
    llama = engine("llama.cpp", model.name)
    started = monotonic()
    with closing(cast("Generator[TextChunk]", llama.stream(request))) as chunks:
        for chunk in chunks:
            text, tokens = text + chunk.text, tokens + chunk.tokens
            if monotonic() - drawn > SECONDS_BETWEEN_REDRAWS:
                drawn = monotonic()
                _show_growing(place, text, tokens, tokens / max(drawn - started, 1e-6))
    seconds = monotonic() - started
    generation = traced(model, prompt, text, settings, seconds)
    return KeptText(generation, name, prompt, tokens / max(seconds, 1e-6))


def _write_beams(
    model: "LanguageModel", prompt: str, settings: DecodingSettings, name: str, place: DeltaGenerator
) -> KeptText:
    from core.decoding.live import beam_generation

    with place.container(), st.spinner(t("decoding.beams.running"), show_time=True):
        generation, beams = beam_generation(model, prompt, settings, _interruptible)
    return KeptText(generation, name, prompt, generation.tokens_per_second, beams)


def _interruptible() -> bool:
    """A `stopped` that never says so itself: looking at the session is where a click on Stop takes effect."""
    return "decoding.stopped" in st.session_state


def _show_growing(place: DeltaGenerator, text: str, tokens: int, speed: float) -> None:
    """The text so far, as plain text, with the speed."""
    with place.container():
        st.code(text, language=None, wrap_lines=True)
        st.caption(t("decoding.progress", tokens=tokens, speed=speed))
