"""The answer: does it fit, the bar of terms, what else is asked first; then one closer look at a time."""

from typing import Any

import streamlit as st

from core.memory.breakdown import Breakdown
from core.memory.fit import largest
from core.plots.memory_calculate_bar import breakdown_figure
from core.plots.memory_terms import GIBIBYTE, MEBIBYTE
from ui.inputs import show_command, show_link, show_segments
from ui.memory.calculate_kept import kept_for
from ui.memory.calculate_link import PARTS
from ui.memory.calculate_settings import card_gigabytes, card_memory, card_title, link_settings
from ui.text import t

COMMAND = "python -m core memory predict --settings settings.json"


def show_answer(settings: dict[str, Any], breakdown: Breakdown) -> None:
    """All that the right-hand side shows for a plan that can be."""
    _show_verdict(breakdown)
    _show_figures(settings, breakdown)
    st.plotly_chart(
        breakdown_figure(breakdown, card_title(), card_gigabytes(), t), key="memory.calculate.bar.chart"
    )
    st.caption(t("memory.calculate.bar.reading"))
    if breakdown.stage != "only":
        st.caption(t(f"memory.calculate.stage.{breakdown.stage}"))
    place = st.container(horizontal=True)
    part = show_segments("memory", "calculate_part", PARTS)
    with place:
        show_link("memory", {"view": "calculate", "calculate_part": part, **link_settings()})
        show_command(COMMAND, settings)
    show_part(part, settings, breakdown)


def show_part(part: str, settings: dict[str, Any], breakdown: Breakdown) -> None:
    """One closer look."""
    if part == "terms":
        from ui.memory.calculate_terms import show_terms

        show_terms(breakdown)
    elif part == "fit":
        from ui.memory.calculate_fit import show_fit

        show_fit(settings, breakdown)
    elif part == "levers":
        from ui.memory.calculate_levers import show_levers

        show_levers(settings, breakdown)
    elif part == "kept":
        from ui.memory.calculate_terms import show_kept

        show_kept(breakdown)
    elif part == "model":
        from ui.memory.calculate_parameters import show_parameters

        show_parameters(breakdown)
    else:
        st.markdown(t("memory.calculate.limits"))


def _show_verdict(breakdown: Breakdown) -> None:
    need, room = breakdown.needed_per_device, card_memory()
    values = {
        "card": card_title(),
        "need": need / GIBIBYTE,
        "room": room / GIBIBYTE,
        "left": (room - need) / GIBIBYTE,
        "over": (need - room) / GIBIBYTE,
    }
    if need <= room:
        st.success(t("memory.calculate.verdict.fits", **values), icon=":material/check_circle:")
    else:
        st.warning(t("memory.calculate.verdict.small", **values), icon=":material/block:")


def _show_figures(settings: dict[str, Any], breakdown: Breakdown) -> None:
    memory, plan = card_memory(), breakdown.plan
    asked = {**settings, "memory": memory}
    batch = kept_for("batch", asked, lambda: largest(plan, "batch", memory))
    length = kept_for("length", asked, lambda: largest(plan, "length", memory))
    share = breakdown.trainable_parameters / breakdown.parameters
    values = {"total": _gibibytes(breakdown.total_per_device)}
    if plan.method.trains:
        values["trainable"] = f"{_short(breakdown.trainable_parameters)} ({100 * share:.3g}%)"
        values["file"] = _bytes(breakdown.adapter_bytes)
    values["batch"] = f"{batch:,}" if batch else t("memory.calculate.figure.none")
    values["length"] = f"{length:,}" if length else t("memory.calculate.figure.none")
    if breakdown.host_bytes:
        values["host"] = _gibibytes(breakdown.host_bytes)
    if plan.accumulation * plan.parallel.copies > 1 and plan.method.trains:
        values["effective"] = f"{plan.batch * plan.accumulation * plan.parallel.copies:,}"
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(
                t(f"memory.calculate.figure.{name}"),
                value,
                help=t(f"memory.calculate.figure.{name}_help"),
                width="content",
            )


def _gibibytes(count: int) -> str:
    return f"{count / GIBIBYTE:,.2f} GiB"


def _bytes(count: int) -> str:
    return _gibibytes(count) if count >= GIBIBYTE else f"{count / MEBIBYTE:,.2f} MiB"


def _short(count: int) -> str:
    """A count of parameters as people say it."""
    for size, unit in ((10**9, "B"), (10**6, "M")):
        if count >= size:
            return f"{count / size:,.2f} {unit}"
    return f"{count:,}"
