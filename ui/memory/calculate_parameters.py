"""The model's parameters: by part, by module, beside the published total, counted a second time by torch."""

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.breakdown import Breakdown
from core.memory.key_value_cache import cache_bytes_per_token
from core.memory.parameter_rows import module_rows, parameters_by_part
from core.memory.presets import Preset, presets
from core.plots.memory_calculate_model import module_table, parameters_figure
from ui.inputs import show_csv
from ui.memory.calculate_kept import kept_for
from ui.memory.calculate_settings import chosen, model_settings
from ui.text import show_error, t


def show_parameters(breakdown: Breakdown) -> None:
    """The bar, the sentence on the published total, the table, the second count."""
    architecture, source = breakdown.plan.architecture, chosen("source")
    published = presets()[chosen("preset")] if source == "preset" else None
    title = published.title if published else t(f"memory.calculate.model.{source}")
    parts = parameters_by_part(architecture)
    st.plotly_chart(parameters_figure(parts, title, t), key="memory.calculate.parameters.chart")
    if published is not None:
        _show_published(published, breakdown.parameters)
    if breakdown.active_parameters != breakdown.parameters:
        st.markdown(t("memory.calculate.model.active", count=breakdown.active_parameters))
    each = cache_bytes_per_token(architecture)
    if each:
        st.markdown(
            t(
                "memory.calculate.model.cache",
                each=each,
                heads=architecture.heads,
                groups=architecture.key_value_heads,
            )
        )
    rows = module_table(module_rows(architecture), t)
    st.dataframe(
        rows,
        hide_index=True,
        key="memory.calculate.modules",
        column_config={
            t("memory.calculate.column.parameters"): st.column_config.NumberColumn(format="localized")
        },
    )
    st.caption(t("memory.calculate.modules.reading"))
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(rows), "parameters.csv", "memory.calculate.modules.csv")
        if source != "config":
            counted = st.button(
                t("memory.calculate.meta.label"),
                key="memory.calculate.meta.count",
                icon=":material/functions:",
                help=t("memory.calculate.meta.help"),
            )
    if source == "config":
        st.caption(t("memory.calculate.meta.pasted"))
    elif counted or st.session_state.get("memory.calculate.meta.of") == model_settings():
        _show_second_count(breakdown.parameters)


def _show_published(published: Preset, counted: int) -> None:
    said, stated = "matches" if published.matches else "differs", published.published
    st.markdown(
        t(
            f"memory.calculate.model.{said}",
            counted=counted,
            published=f"{int(stated):,}" if stated.isdigit() else stated,
            source=published.source,
        )
    )
    if published.difference:
        st.caption(t(f"memory.predict.difference.{published.difference}"))


def _show_second_count(ours: int) -> None:
    """The model that transformers builds on torch's meta device: shapes without numbers."""
    from core.memory.meta_device import counted_on_meta_device

    settings = model_settings()
    config = settings.get("config") or presets()[settings["preset"]].config
    st.session_state["memory.calculate.meta.of"] = settings
    try:
        with st.spinner(t("memory.calculate.meta.counting")):
            theirs = kept_for("meta", settings, lambda: counted_on_meta_device(config))
    except GlassboxError as error:
        show_error(error)
        return
    said = "same" if theirs == ours else "other"
    st.markdown(t(f"memory.calculate.meta.{said}", theirs=theirs, ours=ours))
