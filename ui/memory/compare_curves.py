"""One setting turned, everything else as chosen."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.compare import Setting, curve
from core.memory.curve_families import SETTINGS, curve_family, possible_values, terms_plan
from core.memory.plan import Plan, plan_from
from core.plots.memory_compare_curves import curve_rows, curves_figure, terms_figure
from ui.inputs import show_csv, show_segments
from ui.memory.calculate_kept import kept_for
from ui.memory.calculate_settings import card_gigabytes, card_title, chosen, plan_settings
from ui.text import language, naming, show_error, t


def show_curves(plan: Plan, settings: dict[str, Any]) -> None:
    """The lines of several plans, then the terms of the chosen one."""
    setting = show_segments("memory", "compare_over", SETTINGS)
    family = kept_for(f"curves.{setting}", settings, lambda: curve_family(plan, setting))  # type: ignore[arg-type]
    for error in family.refused:
        st.caption(t("memory.compare.curves.missing", why=error.text(language())))
    if not family.lines:
        st.info(t("memory.compare.curves.none"), icon=":material/info:")
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(
            curves_figure(family, card_title(), card_gigabytes(), t), key="memory.compare.curves.chart"
        )
        st.caption(t(f"memory.compare.curves.reading.{setting}"))
        rows = curve_rows(family, t)
        show_csv(lambda: csv_text(rows), f"{setting}.csv", "memory.compare.curves.csv")
    with right:
        _show_terms(plan, family.setting)


def _show_terms(plan: Plan, setting: Setting) -> None:
    """Which term grows, under the method that is chosen, or one for which the setting means something."""
    method = chosen("method")
    try:
        if method == "inference":
            plan = plan_from(plan_settings())
        else:
            plan = replace(plan, method=replace(plan.method, name=method))
        plan = terms_plan(plan, setting)
        result = curve(plan, setting, possible_values(plan, setting))
    except GlassboxError as error:
        show_error(error)
        return
    st.plotly_chart(terms_figure(result, t), key="memory.compare.terms.chart")
    named = naming("memory.compare.method.*")(plan.method.name)
    said = "devices" if setting == "devices" else "reading"
    st.caption(t(f"memory.compare.terms.{said}", method=named, zero=plan.parallel.zero))
