"""The frame that every page shares: title, language, navigation, the link to this very experiment."""

from pathlib import Path

import streamlit as st

from core.wording import LANGUAGES, all_wording
from ui.text import language, set_language, t
from ui.workspace import show_workspace_menu

PAGES_FOLDER = Path(__file__).parent.parent / "pages"
STYLE = Path(__file__).parent / "page.css"
ICON = Path(__file__).parent.parent / "assets" / "icon.png"


def topics() -> dict[str, str]:
    """Each lesson's topic with its script, in the order of the curriculum."""
    return {
        path.stem.split("_", 1)[1]: f"pages/{path.name}" for path in sorted(PAGES_FOLDER.glob("[0-9]*_*.py"))
    }


def open_page(topic: str) -> None:
    """Begin the page of `topic` ("home" for the welcome page): the first call of every script."""
    st.set_page_config(
        page_title=t(f"{topic}.title") + " · Glassbox" if topic != "home" else "Glassbox",
        page_icon=str(ICON),  # a file of ours: Streamlit fetches the other kinds of icon from elsewhere
        layout="wide",
        initial_sidebar_state="auto",
    )
    st.html(STYLE)
    _show_sidebar()
    st.title(t(f"{topic}.title"), anchor=False)
    st.markdown(t(f"{topic}.lead"))


def _show_sidebar() -> None:
    with st.sidebar:
        st.page_link("Home.py", label=f"**{t('ui.brand')}**", icon=":material/visibility:")
        st.caption(t("ui.tagline"))
        for topic, script in topics().items():
            st.page_link(script, label=t(f"{topic}.nav"), icon=icon_of(topic))
        st.space("small")
        _show_language_switch()
        show_workspace_menu()


def icon_of(topic: str) -> str:
    """The topic's sign in the navigation, from its wording file."""
    return t(f"{topic}.icon") if f"{topic}.icon" in all_wording() else ":material/science:"


def _show_language_switch() -> None:
    names = {"en": "English", "zh": "中文"}
    st.session_state["ui.language.switch"] = language()
    st.segmented_control(
        t("ui.language.label"),
        LANGUAGES,
        format_func=lambda code: names[code],
        key="ui.language.switch",
        required=True,
        help=t("ui.language.help"),
        on_change=_language_chosen,
    )


def _language_chosen() -> None:
    set_language(st.session_state["ui.language.switch"])
