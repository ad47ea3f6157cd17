"""Merging and saving, run here: the written-out adapter beside peft's, its file, what the model writes."""

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.lora.proof import PROMPTED, LoraDemonstration, check_order
from core.memory.lora.tuning_settings import SCALE
from ui.inputs import show_csv, show_link
from ui.memory.lora_link import SCALES
from ui.queue import turn_in_queue
from ui.text import show_error, t

KEPT = "memory.lora.demonstrations"
MOST_KEPT = 8


def show_merge() -> None:
    """What is asked, the order and the strength, and the run."""
    st.markdown(t("memory.lora.merge.asked"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        order, strength = _show_inputs()
        show_link(
            "memory",
            {"view": "lora", "lora_part": "merge", "lora_order": order, "lora_strength": strength},
        )
    with right:
        found = _show_run(order, strength)
    if found is not None:
        _show_proof(found)


def _show_inputs() -> tuple[str, float]:
    st.session_state.setdefault("memory.lora_order", PROMPTED)
    order = st.text_input(
        t("memory.lora.merge.order"),
        key="memory.lora_order",
        help=t("memory.lora.merge.order_help"),
        persist_state="session",
    )
    st.session_state.setdefault("memory.lora_strength", float(SCALE))
    strength = st.slider(
        t("memory.lora.update.scale"),
        *SCALES,
        step=0.5,
        key="memory.lora_strength",
        help=t("memory.lora.merge.strength_help"),
        persist_state="session",
    )
    return str(order or ""), float(strength)


def _show_run(order: str, strength: float) -> LoraDemonstration | None:
    """The run of these inputs, made now where the button says so."""
    kept: dict[tuple[str, float], LoraDemonstration] = st.session_state.setdefault(KEPT, {})
    try:
        asked = (check_order(order), strength)
    except GlassboxError as error:
        show_error(error)
        return None
    if asked not in kept:
        pressed = st.button(
            t("memory.lora.merge.start"),
            key="memory.lora.merge.start",
            type="primary",
            icon=":material/play_arrow:",
        )
        if not pressed:
            st.info(t("memory.lora.merge.empty"), icon=":material/play_circle:")
            return None
        try:
            kept[asked] = _demonstrated(*asked)
        except GlassboxError as error:
            show_error(error)
            return None
        for oldest in list(kept)[:-MOST_KEPT]:
            del kept[oldest]
        st.rerun()  # drawn anew without the button
    _show_written(kept[asked])
    return kept[asked]


def _demonstrated(order: str, strength: float) -> LoraDemonstration:
    from core.memory.lora.demonstration import RANK, demonstrate

    place = st.empty()
    with turn_in_queue(place):
        bar = place.progress(0.0, text=t("memory.lora.merge.running"))

        def report(share: float) -> None:
            bar.progress(share, text=t("memory.lora.merge.running"))

        found = demonstrate(order, strength * RANK, report)
    place.empty()
    return found


def _show_written(found: LoraDemonstration) -> None:
    for name, text in zip(("plain", "beside", "merged"), found.written, strict=True):
        st.markdown(t(f"memory.lora.merge.written_{name}"))
        st.code(text or "–", language=None, wrap_lines=True)
    st.caption(t("memory.lora.merge.written_caption", plain=found.losses[0], tuned=found.losses[1]))


def _show_proof(found: LoraDemonstration) -> None:
    from core.plots.memory_lora_merge import differences_figure, rounding_figure

    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(differences_figure(found, t), key="memory.lora.differences.chart")
        st.caption(t("memory.lora.differences.caption"))
    with right:
        st.plotly_chart(rounding_figure(found, t), key="memory.lora.rounding.chart")
        st.caption(t("memory.lora.rounding.caption", matrices=found.matrices))
    st.markdown(t("memory.lora.file.title"))
    values = {
        "matrices": f"{found.matrices}",
        "numbers": f"{found.numbers:,}",
        "predicted": f"{found.predicted:,}",
        "measured": f"{found.measured:,}",
        "peft": f"{found.peft_file:,}",
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(
                t(f"memory.lora.file.{name}"),
                value,
                help=t(f"memory.lora.file.{name}_help", data=4 * found.numbers),
                width="content",
            )
    plain, beside, merged = found.seconds
    st.markdown(
        t(
            "memory.lora.merge.said",
            plain=1000 * plain,
            beside=1000 * beside,
            merged=1000 * merged,
            slower=100 * (beside / plain - 1),
            tokens=found.tokens,
        )
    )
    rows = [
        {
            t("memory.lora.differences.column"): t(f"memory.lora.differences.{name}"),
            t("memory.lora.differences.x"): value,
        }
        for name, value in found.differences.items()
    ]
    show_csv(lambda: csv_text(rows), "lora_merge.csv", "memory.lora.merge.csv")
