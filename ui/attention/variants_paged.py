"""PagedAttention: one queue served twice, memory maps step by step, and prefixes that are shared."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attention.cache_cost import PUBLISHED
from core.attention.paged import WAYS, ServerMemory, draw_requests, serve
from core.errors import GlassboxError
from core.plots.attention_variants_paged import (
    memory_figure,
    sharing_figure,
    table_rows,
    together_figure,
)
from ui.attention import variants_inputs as inputs
from ui.attention.variants_links import BLOCK_SIZES
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.paged import Serving
    from core.attention.shared_prefix import SharingStep

REQUESTS = 40
LONGEST = 256
PLACES = 2048
"""Tokens that the memory holds, whatever the size of its blocks."""
MODEL = "LLaMA-2 7B"


def show_paged() -> None:
    """The simulation and its two maps; below, copy-on-write."""
    st.markdown(t("attention.variants.paged.lead", requests=REQUESTS, longest=LONGEST, places=PLACES))
    left, right = st.columns(2)
    with left:
        size = _show_block_size()
    with right:
        seed = _show_seed()
    try:
        servings = _servings(size, seed)
    except GlassboxError as error:
        show_error(error)
        return
    _show_summary(servings)
    _show_step(servings)
    inputs.show_section_link("paged", None, variants_block=size, variants_seed=seed)
    st.divider()
    _show_sharing()


def _show_block_size() -> int:
    st.session_state.setdefault("attention.variants_block", 16)
    return int(
        st.select_slider(
            t("attention.variants.paged.block"),
            BLOCK_SIZES,
            key="attention.variants_block",
            help=t("attention.variants.paged.block_help"),
            persist_state="session",
        )
    )


def _show_seed() -> int:
    st.session_state.setdefault("attention.variants_seed", 0)
    return int(
        st.number_input(
            t("attention.variants.paged.seed"),
            0,
            10_000,
            key="attention.variants_seed",
            help=t("attention.variants.paged.seed_help"),
            persist_state="session",
        )
    )


def _servings(size: int, seed: int) -> "list[Serving]":
    requests = draw_requests(REQUESTS, LONGEST, seed)
    memory = ServerMemory(PLACES // size, size, LONGEST)
    return inputs.kept_for("paged", (size, seed), lambda: [serve(requests, memory, way) for way in WAYS])


def _show_summary(servings: "list[Serving]") -> None:
    shape = next(shape for shape in PUBLISHED if shape.name == MODEL)
    place_bytes = shape.bytes_per_token()
    columns = st.columns(len(servings), gap="large")
    for column, serving in zip(columns, servings, strict=True):
        with column:
            st.markdown(f"**{t(f'attention.variants.paged.way.{serving.way}')}**")
            inputs.show_metrics(
                "attention.variants.paged.metric",
                {
                    "together": f"{serving.together:.1f}",
                    "used": f"{serving.used_share:.0%}",
                    "steps": f"{len(serving.steps)}",
                    "waste": f"{serving.empty_places * place_bytes / 2**20:,.0f} MiB",
                    "preemptions": f"{serving.preemptions}",
                },
            )
    st.caption(t("attention.variants.paged.waste_of", model=MODEL, bytes=place_bytes / 1024))


@st.fragment
def _show_step(servings: "list[Serving]") -> None:
    """One step of both ways; a fragment, so that stepping repaints nothing else."""
    last = max(len(serving.steps) for serving in servings)
    number, request = _show_controls(last)
    columns = st.columns(len(servings), gap="large")
    for column, serving in zip(columns, servings, strict=True):
        shown = min(number, len(serving.steps))
        step = serving.steps[shown - 1]
        with column:
            st.plotly_chart(
                memory_figure(serving, shown, request - 1, t), key=f"attention.variants.paged.{serving.way}"
            )
            finished = shown < number
            said = "attention.variants.paged.done" if finished else "attention.variants.paged.said"
            st.caption(
                t(
                    said,
                    steps=len(serving.steps),
                    held=len(step.held),
                    waiting=step.waiting,
                    finished=step.finished,
                    tokens=step.tokens,
                    places=step.taken * serving.memory.block_size,
                )
            )
    _show_table(servings, number, request)
    st.plotly_chart(together_figure(servings, number, t), key="attention.variants.paged.together")
    st.caption(t("attention.variants.paged.together.reading"))


def _show_controls(last: int) -> tuple[int, int]:
    left, right = st.columns([3, 1])
    kept = int(st.session_state.get("attention.variants.paged.step", 40))
    st.session_state["attention.variants.paged.step"] = min(max(kept, 1), last)
    with left:
        number = st.slider(
            t("attention.variants.paged.step"),
            1,
            last,
            key="attention.variants.paged.step",
            help=t("attention.variants.paged.step_help"),
            persist_state="session",
        )
    with right:
        request = st.number_input(
            t("attention.variants.paged.request"),
            1,
            REQUESTS,
            key="attention.variants.paged.request",
            help=t("attention.variants.paged.request_help"),
            persist_state="session",
        )
    return int(number), int(request)


def _show_table(servings: "list[Serving]", number: int, request: int) -> None:
    paged = servings[1]
    step = paged.steps[min(number, len(paged.steps)) - 1]
    rows = table_rows(step, request - 1, paged.memory.block_size, t)
    st.markdown(f"**{t('attention.variants.paged.table', request=request)}**")
    if rows:
        st.dataframe(rows, hide_index=True, key="attention.variants.paged.table", width="content")
        st.caption(t("attention.variants.paged.table_reading"))
    else:
        st.caption(t("attention.variants.paged.table_none"))


def _show_sharing() -> None:
    st.subheader(t("attention.variants.paged.sharing.subtitle"), anchor=False)
    st.markdown(t("attention.variants.paged.sharing.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        prompt = _show_number("prompt", 1, 24, 10)
        answers = _show_number("answers", 2, 4, 3)
    with right:
        _show_sharing_steps(prompt, answers)


def _show_number(name: str, least: int, most: int, first: int) -> int:
    return int(
        st.slider(
            t(f"attention.variants.paged.sharing.{name}"),
            least,
            most,
            first,
            key=f"attention.variants.paged.sharing.{name}",
            help=t(f"attention.variants.paged.sharing.{name}_help"),
            persist_state="session",
        )
    )


@st.fragment
def _show_sharing_steps(prompt: int, answers: int) -> None:
    from core.attention.shared_prefix import share_prefix

    size = 4
    steps = share_prefix(prompt, answers, 3, size)
    number = st.slider(
        t("attention.variants.paged.sharing.step"),
        1,
        len(steps),
        min(3, len(steps)),
        key=f"attention.variants.paged.sharing.step.{len(steps)}",
        help=t("attention.variants.paged.sharing.step_help"),
    )
    step: SharingStep = steps[number - 1]
    st.plotly_chart(sharing_figure(step, size, t), key="attention.variants.paged.sharing.chart")
    st.markdown(
        t(
            f"attention.variants.paged.sharing.event.{step.event}",
            sequence=step.sequence + 1,
            block=step.block,
            source=step.source,
            answers=answers,
        )
    )
    st.caption(
        t("attention.variants.paged.sharing.saved", used=step.used_blocks, unshared=step.unshared_blocks)
    )
