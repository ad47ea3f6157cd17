"""Tokens as a reader sees them: coloured, clickable, escaped, with invisible characters made visible.

The component receives the tokens as data and writes them with `textContent`, so nothing that a
model or a reader wrote is ever read as markup. Colour is never alone: the underline thickens with
the shade, and each token carries its number in words on hover and for screen readers. The arrow
keys move between tokens.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ui.text import t


@dataclass(frozen=True)
class ShownToken:
    """One token: its text, a shade from 0 (plain) to 1 (strong), and what hovering says."""

    text: str
    shade: float = 0.0
    note: str = ""


_FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "glassbox_token_view",
    css=(_FOLDER / "token_view.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "token_view.js").read_text(encoding="utf-8"),
)


def show_tokens(
    tokens: Sequence[ShownToken],
    key: str,
    context: str = "",
    selected: int | None = None,
    clickable: bool = True,
    legend: tuple[str, str] | None = None,
) -> int | None:
    """Draw `tokens` behind the muted text `context`.

    Args:
        tokens: what to draw, in order.
        key: the element's key.
        context: text before the tokens, such as the prompt.
        selected: index of the token to mark.
        clickable: whether a token can be chosen.
        legend: the words at the low and the high end of the shade.

    Returns:
        The index of the token that the reader chose in this run, or None.
    """
    data: dict[str, Any] = {
        "name": t("ui.token_view.name"),
        "context": context,
        "tokens": [asdict(token) for token in tokens],
        "selected": -1 if selected is None else selected,
        "clickable": clickable,
        "legend": legend,
    }
    result = _component(data=data, key=key, on_chosen_change=_no_callback)
    chosen = getattr(result, "chosen", None)
    return int(chosen) if isinstance(chosen, int | float) and 0 <= chosen < len(tokens) else None


def _no_callback() -> None:
    """Streamlit reports a trigger only where a callback is named; the return value is all we need."""
