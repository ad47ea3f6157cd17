"""The view of positions: one scheme at a time, each with its figures, its formula and its numbers."""

import streamlit as st

from core.errors import GlassboxError
from ui.attention.positions_link import SCHEMES
from ui.inputs import show_segments
from ui.text import show_error, t


def show_positions() -> None:
    """The choice of a scheme, and the scheme."""
    st.markdown(t("attention.positions.lead"))
    scheme = show_segments("attention", "positions_scheme", SCHEMES)
    try:
        _show_scheme(scheme)
    except GlassboxError as error:
        show_error(error)


def _show_scheme(scheme: str) -> None:
    if scheme == "rope":
        from ui.attention.positions_rope import show_rope

        show_rope()
    elif scheme == "learned":
        from ui.attention.positions_learned import show_learned

        show_learned()
    elif scheme == "alibi":
        from ui.attention.positions_alibi import show_alibi

        show_alibi()
    elif scheme == "relative":
        from ui.attention.positions_relative import show_relative

        show_relative()
    elif scheme == "none":
        from ui.attention.positions_none import show_none

        show_none()
    elif scheme == "stretching":
        from ui.attention.positions_stretching import show_stretching

        show_stretching()
    else:
        from ui.attention.positions_sinusoidal import show_sinusoidal

        show_sinusoidal()
