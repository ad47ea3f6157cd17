"""Inputs that pages share: they read their first value from the address and can write it back.

A control's key is `<topic>.<name>`; `<name>` is also its name in the address, so that
`?top_p=0.9&strategy=sample` opens the page with exactly these settings. A value of the address that
the control cannot take is left out with one sentence, and the rest of the link still applies.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from ui.text import language, naming, t

RESERVED = ("lang", "workspace")
LONGEST_TEXT_IN_A_LINK = 4000


def choice_of(options: Sequence[str]) -> Callable[[str], str]:
    """A reader of address values that accepts one of `options`."""

    def read(text: str) -> str:
        if text not in options:
            raise ValueError(text)
        return text

    return read


def number_in(low: float, high: float, whole: bool = False) -> Callable[[str], float]:
    """A reader of address values that accepts a finite number between `low` and `high`."""

    def read(text: str) -> float:
        value = int(text) if whole else float(text)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(text)
        return value

    return read


def short_text(text: str) -> str:
    """A reader of address values that accepts text of a bounded length."""
    if len(text) > LONGEST_TEXT_IN_A_LINK:
        raise ValueError(text[:20])
    return text


def read_link(topic: str, readers: Mapping[str, Callable[[str], Any]]) -> bool:
    """Set the topic's controls from the address, once for each new address; call before any control.

    Returns:
        Whether a new link was applied in this run.
    """
    given = {name: value for name, value in st.query_params.items() if name not in RESERVED}
    signature = json.dumps(given, sort_keys=True)
    if signature == st.session_state.get(f"{topic}.link"):
        return False
    st.session_state[f"{topic}.link"] = signature
    if given:
        for name in readers.keys() - given.keys():  # what a link does not name is at its default
            st.session_state.pop(f"{topic}.{name}", None)
    refused = []
    for name, text in given.items():
        try:
            st.session_state[f"{topic}.{name}"] = readers[name](text)
        except (KeyError, ValueError, OverflowError):
            refused.append(name[:40])
    if refused:
        st.warning(t("ui.link.refused", names=", ".join(refused)), icon=":material/link_off:")
    return bool(given)


def show_segments(topic: str, name: str, options: Sequence[str]) -> str:
    """One of `options` as a row of segments, the first at first; wording under `<topic>.<name>`."""
    key = f"{topic}.{name}"
    st.session_state.setdefault(key, options[0])
    chosen = st.segmented_control(
        t(f"{key}.label"),
        options,
        format_func=naming(f"{key}.*"),
        key=key,
        required=True,
        wrap=True,
        help=t(f"{key}.help"),
        persist_state="session",
    )
    return chosen or options[0]


def show_csv(csv: str | Callable[[], str], name: str, key: str, label: str | None = None) -> None:
    """A download of table rows as a file `name`; a function is called when the reader asks for it."""
    st.download_button(
        label or t("ui.download.csv"),
        csv,
        file_name=name,
        mime="text/csv",
        key=key,
        icon=":material/download:",
        help=t("ui.download.help"),
        on_click="ignore",
    )


def show_link(topic: str, values: Mapping[str, Any]) -> None:
    """A control that writes the page's settings into the address and shows them as a link to copy."""
    with st.popover(t("ui.link.label"), icon=":material/link:", help=t("ui.link.help")):
        parameters = {name: _in_a_link(value) for name, value in values.items()}
        address = (st.context.url or "").split("?")[0]
        st.markdown(t("ui.link.explain"))
        st.code(f"{address}?{urlencode({**parameters, 'lang': language()})}", language=None, wrap_lines=True)
        if st.button(t("ui.link.write"), key=f"{topic}.link.write", help=t("ui.link.write_help")):
            st.session_state[f"{topic}.link"] = json.dumps(parameters, sort_keys=True)
            st.query_params.from_dict({**parameters, "lang": language()})


def _in_a_link(value: Any) -> str:
    """`value` as an address can hold it: of bounded length, and half a surrogate pair as a question mark."""
    return str(value)[:LONGEST_TEXT_IN_A_LINK].encode("utf-8", "replace").decode()


def show_command(command: str, settings: Mapping[str, Any]) -> None:
    """What the page does, as a command for the terminal, with its whole settings file."""
    with st.popover(t("ui.command.label"), icon=":material/terminal:", help=t("ui.command.help")):
        st.markdown(t("ui.command.explain"))
        st.code(command, language="bash", wrap_lines=True)
        st.code(json.dumps(dict(settings), indent=1, ensure_ascii=False), language="json")
