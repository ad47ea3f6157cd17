"""The view "Data and health": which table, what is wrong with it, and how it is divided."""

import streamlit as st

from core.errors import GlassboxError
from ui.classification.data_link import PARTS
from ui.classification.data_state import chosen, link_values, prepared
from ui.inputs import show_link, show_segments
from ui.text import language, show_error, t


def show_data() -> None:
    """The lead, and one of the parts."""
    st.markdown(t("classification.data.lead"))
    # A Chinese reader meets the Chinese sample first.
    st.session_state.setdefault("classification.data_sample", language())
    part = show_segments("classification", "data_part", PARTS)
    if part == "table":
        from ui.classification.data_table import show_table

        show_table()
    elif st.session_state.get("classification.data_source") == "banking77":
        from ui.classification.data_banking77 import show_given

        show_given()
    else:
        _show_part(part)
    show_link("classification", link_values())


def _show_part(part: str) -> None:
    """The check or the split of the table in use."""
    data = chosen()
    if data is None:
        st.info(t("classification.data.no_table"), icon=":material/upload_file:")
        return
    if part == "health":
        from ui.classification.data_health import show_health

        show_health(data)
        return
    from ui.classification.data_split import show_split, show_split_controls

    show_split_controls()
    try:
        with st.spinner(t("classification.data.checking")):
            found = prepared(data)
    except GlassboxError as error:
        show_error(error)
        return
    show_split(found)
