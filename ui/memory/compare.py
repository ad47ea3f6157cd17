"""The second view: methods side by side, one setting along a curve, published tables beside ours."""

from typing import Any

import streamlit as st

from core.errors import GlassboxError
from core.memory.plan import Plan, plan_from
from core.memory.presets import presets
from ui.inputs import show_command, show_link, show_segments
from ui.memory.calculate_answer import COMMAND
from ui.memory.calculate_method import show_method
from ui.memory.calculate_model import show_model
from ui.memory.calculate_settings import card_title, chosen, comparison_settings, link_settings
from ui.memory.compare_link import PARTS
from ui.text import naming, show_error, t


def show_compare() -> None:
    """The lead, what is compared, and one of the comparisons."""
    st.markdown(t("memory.compare.lead"))
    part = show_segments("memory", "compare_part", PARTS)
    if part == "published":
        from ui.memory.compare_published import show_published

        show_published()
        return
    with st.expander(t("memory.compare.change"), icon=":material/tune:"):
        left, right = st.columns(2, gap="large")
        with left:
            show_model()
        with right:
            show_method()
    try:
        settings = comparison_settings()
        plan = plan_from(settings)
    except GlassboxError as error:
        show_error(error)
        return
    _show_setting(plan)
    with st.container(horizontal=True):
        show_link("memory", _link_values(part))
        show_command(COMMAND, {**settings, "method": chosen("method")})
    if part == "methods":
        from ui.memory.compare_methods import show_methods

        show_methods(plan, settings)
    else:
        from ui.memory.compare_curves import show_curves

        show_curves(plan, settings)


def _link_values(part: str) -> dict[str, Any]:
    values = {"view": "compare", "compare_part": part, **link_settings()}
    over = st.session_state.get("memory.compare_over")
    return {**values, "compare_over": over} if part == "curves" and over else values


def _show_setting(plan: Plan) -> None:
    """What all rows have in common, in one line."""
    source = chosen("source")
    title = presets()[chosen("preset")].title if source == "preset" else t(f"memory.calculate.model.{source}")
    st.caption(
        t(
            "memory.compare.setting",
            model=title,
            batch=plan.batch,
            length=plan.length,
            dtype=naming("memory.calculate.dtype.*")(plan.precision.name),
            optimizer=naming("memory.calculate.optimizer.*")(plan.optimizer),
            checkpointing=naming("memory.calculate.checkpointing.*")(plan.checkpointing),
            rank=plan.method.rank,
            targets=", ".join(plan.method.targets),
            devices=plan.parallel.devices,
            zero=plan.parallel.zero,
            card=card_title(),
        )
    )
