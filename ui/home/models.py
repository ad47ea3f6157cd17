"""The model shelf on the welcome page: what is here, whether it is whole, what it is for."""

import streamlit as st

from core.errors import GlassboxError
from core.shelf.status import ModelStatus, all_statuses
from ui.models import ready_language_model
from ui.page import topics
from ui.text import show_error, t


def show_models() -> None:
    """One card a model."""
    st.header(t("home.models.title"), anchor=False)
    st.markdown(t("home.models.lead"))
    statuses = all_statuses()
    for column, status in zip(st.columns(len(statuses)), statuses, strict=True):
        with column.container(border=True, height="stretch"):
            _show_card(status)


def _show_card(status: ModelStatus) -> None:
    entry = status.entry
    st.markdown(f"**{entry.title}**")
    parameters = t("home.models.millions", count=entry.parameters / 1e6)
    size = t("home.models.megabytes", count=(status.bytes_on_disk or entry.bytes) / 1e6)
    st.caption(t("home.models.facts", parameters=parameters, size=size, licence=entry.licence))
    st.markdown(t(f"home.models.does.{entry.kind}"))
    lessons = [t(f"{topic}.nav") for topic in entry.topics if topic in topics()]
    if lessons:
        st.markdown(t("home.models.used", topics=" · ".join(lessons)))
    if not status.ready:
        st.badge(t("home.models.missing"), icon=":material/error:", color="orange")
        st.caption(t(status.reason_key, **status.reason_values))
    elif status.conversion in ("missing", "damaged"):
        st.badge(t("home.models.unprepared"), icon=":material/inventory_2:", color="blue")
        _show_prepare(entry.name)
    else:
        st.badge(t("home.models.ready"), icon=":material/check_circle:", color="green")


def _show_prepare(name: str) -> None:
    if not st.button(
        t("home.models.prepare"), key=f"home.prepare.{name}", help=t("home.models.prepare_help")
    ):
        return
    try:
        ready_language_model(name)
    except GlassboxError as error:
        show_error(error)
        return
    st.rerun()
