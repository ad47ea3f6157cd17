"""The view `report`: how far a trained method can be trusted, every number with the rows behind it."""

from collections.abc import Callable

import streamlit as st

from core.errors import GlassboxError
from ui.classification.report_link import PARTS
from ui.classification.report_source import Shown, show_source
from ui.inputs import show_segments
from ui.text import show_error, t


def show_report() -> None:
    """Which model, its headline figures, one part of the report, and the whole of it to take away."""
    from ui.classification.report_download import show_downloads
    from ui.classification.report_headline import show_headline

    st.markdown(t("classification.report.lead"))
    shown = show_source()
    if shown is None:
        return
    show_headline(shown.report)
    part = show_segments("classification", "report_part", PARTS)
    try:
        _part(part)(shown)
    except GlassboxError as error:
        show_error(error)
    st.divider()
    show_downloads(shown, part)


def _part(name: str) -> Callable[[Shown], None]:
    """Each part is imported when it is looked at."""
    if name == "matrix":
        from ui.classification.report_matrix import show_matrix as part
    elif name == "scores":
        from ui.classification.report_scores import show_scores as part
    elif name == "curves":
        from ui.classification.report_curves import show_curves as part
    elif name == "probabilities":
        from ui.classification.report_probabilities import show_probabilities as part
    elif name == "threshold":
        from ui.classification.report_threshold import show_threshold as part
    elif name == "scope":
        from ui.classification.report_scope import show_scope as part
    elif name == "rows":
        from ui.classification.report_rows import show_suspicious_rows as part
    else:
        from ui.classification.report_compare import show_comparison as part
    return part
