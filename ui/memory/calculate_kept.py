"""One computed result of each kind, kept in the session until the settings behind it change."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import streamlit as st

Result = TypeVar("Result")


def kept_for(what: str, settings: Mapping[str, Any], compute: Callable[[], Result]) -> Result:
    """`compute()`, or its last result where `settings` are the same.

    Args:
        what: names the kind of result.
        settings: all that the result depends on.
        compute: called without arguments.
    """
    key = f"memory.calculate.kept.{what}"
    signature = json.dumps(settings, sort_keys=True, default=str)
    last = st.session_state.get(key)
    if last is None or last[0] != signature:
        last = st.session_state[key] = (signature, compute())
    result: Result = last[1]
    return result
