"""The view "What mattered": one small Transformer, and what each change to it costs."""

import streamlit as st

from core.errors import GlassboxError
from core.settings import PROJECT_FOLDER
from core.translation.ablation_result import SHIPPED, shipped_ablations
from core.translation.ablations import JOB
from ui.inputs import show_link, show_segments
from ui.text import show_error, t
from ui.translation.matter_link import SOURCES


def show_matter() -> None:
    """What is asked, and the experiment of the reader's choice: the published one or their own."""
    st.markdown(t("translation.matter.lead"))
    st.info(t("translation.matter.guess"), icon=":material/psychology:")
    if show_segments("translation", "matter_source", SOURCES) == "published":
        _show_published()
    else:
        from ui.translation.matter_own import show_own

        show_own()


def _show_published() -> None:
    """The experiment on Multi30k, or how to make it."""
    try:
        result = shipped_ablations()
    except GlassboxError as error:
        show_error(error)
        return
    if result is None:
        path = SHIPPED.relative_to(PROJECT_FOLDER)
        st.info(t("translation.matter.empty", path=path), icon=":material/hourglass_empty:")
        st.markdown(t("translation.matter.empty_command"))
        st.code(JOB, language="bash")
        return
    from ui.translation.matter_result import show_result

    chosen = show_result(result, "published")
    show_link("translation", {"view": "matter", "matter_source": "published", "matter_variant": chosen})
