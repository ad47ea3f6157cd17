"""The report to take away: one HTML file, a link, and the command that writes the same file."""

import streamlit as st

from core.classification.report import summary
from core.classification.report_html import report_html
from ui.classification.report_source import Shown
from ui.inputs import show_link
from ui.text import language, t

LINKED = {
    "matrix": ("report_share", "report_order", "report_wanted", "report_predicted"),
    "scores": ("report_class",),
    "curves": ("report_class",),
    "probabilities": ("report_half",),
    "threshold": ("report_threshold",),
    "scope": ("report_stand_in", "report_scope_score"),
    "rows": ("report_list",),
    "compare": ("report_comparison",),
}
COMMAND = "python -m core classify report --model MODEL --csv test.csv --html report.html"


def show_downloads(shown: Shown, part: str) -> None:
    """In one row."""
    spoken = language()
    with st.container(horizontal=True):
        st.download_button(
            t("classification.report.html.download"),
            lambda: report_html(shown.report, spoken),
            file_name="report.html",
            mime="text/html",
            key="classification.report.html",
            icon=":material/download:",
            help=t("classification.report.html.help"),
            on_click="ignore",
        )
        names = [name for name in LINKED[part] if f"classification.{name}" in st.session_state]
        values = {name: st.session_state[f"classification.{name}"] for name in names}
        show_link("classification", {"view": "report", "report_part": part, **values})
        with st.popover(t("ui.command.label"), icon=":material/terminal:", help=t("ui.command.help")):
            st.markdown(t("classification.report.html.command"))
            st.code(f"{COMMAND} --language {spoken}", language="bash", wrap_lines=True)
            st.json(summary(shown.report))
