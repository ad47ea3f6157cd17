"""Whose things these are: a reader is a random key in the session, and in a private resume link.

The key never leaves the session but in that link; files and jobs know its hash only. It is taken
out of the address as soon as it is read, so that a copied address or a screenshot does not give it away.
"""

import hashlib
import re
import secrets

import streamlit as st

from core import workspaces
from core.errors import GlassboxError
from core.settings import settings
from ui.text import language, show_error, t

PARAMETER = "workspace"
_KEY = "workspace.key"
_REFUSED = "workspace.refused"
_DELETED = "workspace.deleted"
_FORMAT = re.compile(r"[0-9a-f]{32}")


def workspace_key() -> str:
    """The reader's private key: 128 random bits, from the resume link or made now."""
    if PARAMETER in st.query_params:
        asked = st.query_params[PARAMETER]
        del st.query_params[PARAMETER]
        if _FORMAT.fullmatch(asked):
            st.session_state[_KEY] = asked
        else:
            st.session_state[_REFUSED] = True
    if _KEY not in st.session_state:
        st.session_state[_KEY] = secrets.token_hex(16)
    key: str = st.session_state[_KEY]
    return key


def workspace_hash() -> str:
    """The name under which the reader's files and jobs lie; the key cannot be found from it."""
    return hashlib.sha256(workspace_key().encode()).hexdigest()[:32]


def resume_link() -> str:
    """An address that opens this workspace again on another day or machine."""
    return f"{(st.context.url or '').split('?')[0]}?{PARAMETER}={workspace_key()}&lang={language()}"


def show_workspace_menu() -> None:
    """The sidebar's menu: the resume link, keeping, deleting. Also notes that the reader was here."""
    owner = workspace_hash()
    workspaces.touch(owner)
    try:
        workspaces.tidy()
    except GlassboxError as error:
        show_error(error)
    if st.session_state.pop(_REFUSED, False):
        st.warning(t("workspace.error.link"), icon=":material/link_off:")
    if st.session_state.pop(_DELETED, False):
        st.toast(t("workspace.deleted"), icon=":material/check:")
    with st.popover(t("workspace.menu"), icon=":material/folder_managed:", width="stretch"):
        st.markdown(t("workspace.about", hours=settings().keep_hours))
        st.caption(t("workspace.link"))
        st.code(resume_link(), language=None, wrap_lines=True)
        _show_keep(owner)
        _show_delete(owner)


def _show_keep(owner: str) -> None:
    kept = workspaces.is_kept(owner)
    chosen = st.toggle(t("workspace.keep"), value=kept, key=f"workspace.keep.{owner[:8]}")
    if chosen != kept:
        try:
            workspaces.keep(owner, chosen)
        except GlassboxError as error:
            show_error(error)


def _show_delete(owner: str) -> None:
    sure = st.checkbox(t("workspace.delete.sure"), key="workspace.sure")
    if st.button(
        t("workspace.delete.button"), disabled=not sure, key="workspace.delete", icon=":material/delete:"
    ):
        try:
            workspaces.delete(owner)
        except GlassboxError as error:
            show_error(error)
            return
        _start_afresh()
        st.rerun()


def _start_afresh() -> None:
    """A new key: the old link opens nothing any more, not even what comes later."""
    st.session_state[_KEY] = secrets.token_hex(16)
    st.session_state[_DELETED] = True
    del st.session_state["workspace.sure"]
