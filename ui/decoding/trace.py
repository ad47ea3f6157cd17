"""One text under the glass: its tokens in colour, its figures, and any token taken apart."""

import streamlit as st

from core.csv_export import csv_text
from core.decoding.result import Generation, Step
from core.decoding.summary import Summary, summarise
from core.decoding.trace_table import trace_rows
from core.errors import GlassboxError
from core.plots.entropy import entropy_figure
from core.plots.token_shades import ShadeBy, token_shades
from ui.decoding.texts import KeptText, kept_texts, want_fork
from ui.inputs import show_csv
from ui.models import ready_language_model
from ui.text import naming, show_error, t
from ui.token_view import ShownToken, show_tokens

LONGEST_CONTEXT = 1500
"""Characters of the prompt shown before the tokens."""


def show_texts() -> None:
    """All texts of the session, and the chosen one in detail."""
    texts = kept_texts()
    if not texts:
        st.info(t("decoding.empty"), icon=":material/play_circle:")
        return
    if len(texts) > 1:
        _show_side_by_side(texts)
    show_inspected(texts)


def _show_side_by_side(texts: list[KeptText]) -> None:
    with st.expander(t("decoding.result.kept"), icon=":material/view_column:", expanded=True):
        columns = st.columns(min(len(texts), 3))
        for number, text in enumerate(texts):
            with columns[number % len(columns)].container(border=True):
                st.markdown(f"**{number + 1}**")
                st.caption(text.name)
                st.text(text.generation.text)
        if st.button(t("decoding.result.clear"), key="decoding.clear", help=t("decoding.result.clear_help")):
            texts.clear()
            st.rerun()


@st.fragment
def show_inspected(texts: list[KeptText]) -> None:
    """The text to inspect; a fragment, so that looking around reruns nothing else."""
    latest = min(st.session_state.get("decoding.inspected", 0), len(texts) - 1)
    chosen = latest
    if len(texts) > 1:
        chosen = st.segmented_control(
            t("decoding.result.choose"),
            range(len(texts)),
            default=latest,
            format_func=lambda index: f"{index + 1}",
            key=f"decoding.choose.{len(texts)}.{latest}",
            required=True,
            help=t("decoding.result.choose_help"),
        )
    text = texts[chosen]
    st.subheader(t("decoding.result.name", number=chosen + 1, strategy=text.name), anchor=False)
    show_notes(text.generation)
    summary = summarise(text.generation)
    show_summary(summary, text.tokens_per_second)
    position = show_trace(text.generation, text.prompt, chosen)
    st.plotly_chart(entropy_figure(text.generation, summary.loop, t), key="decoding.entropy")
    if text.beams is not None:
        from ui.decoding.beams import show_beams

        show_beams(text.beams, text.generation)
    if position is not None:
        show_token(text, chosen, position)


def show_notes(generation: Generation) -> None:
    """What a reader must know about how this text came to its end."""
    if generation.cut_tokens:
        st.warning(t("decoding.cut", tokens=generation.cut_tokens), icon=":material/content_cut:")
    if generation.finished:
        st.caption(t("decoding.ended"))


def show_summary(summary: Summary, tokens_per_second: float) -> None:
    """The measurements of one text, in one row."""
    loop = t("decoding.metric.no_loop")
    if summary.loop:
        loop = t("decoding.metric.loop_value", period=summary.loop.period, onset=summary.loop.onset + 1)
    values = {
        "loop": loop,
        "rep_4": f"{summary.rep_4:.0%}",
        "distinct_2": f"{summary.distinct_2:.0%}",
        "perplexity": f"{summary.perplexity:.2f}",
        "speed": t("decoding.metric.speed_value", speed=tokens_per_second),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(
                t(f"decoding.metric.{name}"), value, help=t(f"decoding.metric.{name}_help"), width="content"
            )


BY: tuple[ShadeBy, ...] = ("probability", "entropy")


def show_trace(generation: Generation, prompt: str, number: int) -> int | None:
    """The coloured tokens; returns the position that the reader has chosen, by click or by number."""
    by = st.segmented_control(
        t("decoding.colour.label"),
        BY,
        default="probability",
        format_func=naming("decoding.colour.*"),
        key="decoding.colour",
        required=True,
        help=t("decoding.colour.help"),
        persist_state="session",
    )
    shades = token_shades(generation.steps, by)
    position = st.session_state.get("decoding.position")
    chosen = show_tokens(
        [
            ShownToken(text, shade, _note(step))
            for text, shade, step in zip(generation.token_texts, shades, generation.steps, strict=True)
        ],
        key=f"decoding.tokens.{number}",
        context=prompt if len(prompt) < LONGEST_CONTEXT else "… " + prompt[-LONGEST_CONTEXT:],
        selected=position,
        legend=(t(f"decoding.colour.low.{by}"), t(f"decoding.colour.high.{by}")),
    )
    if chosen is not None and chosen != position:
        st.session_state["decoding.position"] = chosen
        st.rerun(scope="fragment")
    show_csv(
        lambda: csv_text(trace_rows(generation)),
        "trace.csv",
        "decoding.trace.download",
        t("decoding.result.download"),
    )
    if position is None or position >= len(generation.steps):
        st.caption(t("decoding.token.choose"))
        return None
    return position


def _note(step: Step) -> str:
    return t("decoding.token.note", probability=step.probability, rank=step.rank, entropy=step.entropy)


def show_token(text: KeptText, number: int, position: int) -> None:
    """One token: its rank, the candidates, what each processor did to them, and the fork."""
    from core.decoding.explain import explain_step
    from core.plots.candidates import candidates_figure

    generation = text.generation
    step = generation.steps[position]
    st.subheader(
        t("decoding.token.title", position=position + 1, token=generation.token_texts[position]), anchor=False
    )
    try:
        model = ready_language_model(generation.model)
        before = [*generation.prompt_ids, *generation.token_ids[:position]]
        explanation = explain_step(model, before, len(generation.prompt_ids), generation.settings, step.token)
    except GlassboxError as error:
        show_error(error)
        return
    facts = {"probability": step.probability, "rank": step.rank, "entropy": step.entropy}
    st.markdown(
        t(
            "decoding.token.facts",
            processed=step.processed_probability,
            vocabulary=model.vocabulary_size,
            **facts,
        )
    )
    names = [model.decode([token]) for token in explanation.tokens]
    st.plotly_chart(candidates_figure(explanation, names, t), key="decoding.candidates")
    show_fork(generation, number, position, dict(zip(explanation.tokens, names, strict=True)))


def show_fork(generation: Generation, number: int, position: int, names: dict[int, str]) -> None:
    """Choose another candidate and let the text go on from there."""
    step = generation.steps[position]
    others = {candidate.token: candidate for candidate in step.candidates if candidate.token != step.token}
    token = st.selectbox(
        t("decoding.fork.label"),
        list(others),
        format_func=lambda id_: t(
            "decoding.fork.option", token=names.get(id_, "?"), probability=others[id_].probability
        ),
        key=f"decoding.fork.token.{number}.{position}",
        help=t("decoding.fork.help"),
    )
    if st.button(
        t("decoding.fork.run"),
        key="decoding.fork.run",
        icon=":material/fork_right:",
        help=t("decoding.fork.run_help"),
    ):
        want_fork(number, position, token)
        st.rerun()
