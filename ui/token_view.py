"""Tokens as a reader sees them: coloured, clickable, escaped, with invisible characters made visible.

The component receives the tokens as data and writes them with `textContent`, so nothing that a
model or a reader wrote is ever read as markup. Colour is never alone: a shade comes with a thicker
underline, neighbours with tints of their own have borders, and each token carries its number in words
on hover and for screen readers. The arrow keys move between tokens.
"""

import hashlib
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class TokenRun:
    """Up to 30,000 tokens in a row, as columns of equal length, so that they reach the browser quickly.

    `kinds` has one letter a token: "t" text, "p" part of a character (its text is its bytes in
    hexadecimal), "d" one of several for the same characters (its text is its spelling), "s" special,
    "u" unknown, "n" new. `first` is the place of the first token in the whole text. `ids`, `starts` and
    `lengths` may be empty; `gaps`, where given, has a "1" for each token in front of which a gap is drawn.
    """

    texts: Sequence[str]
    ids: Sequence[int]
    starts: Sequence[int]
    lengths: Sequence[int]
    kinds: str
    first: int = 0
    gaps: str = ""


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
    return _chosen(data, key, len(tokens))


def show_token_run(
    run: TokenRun,
    key: str,
    name: str,
    words: Mapping[str, str],
    selected: int | None = None,
    clickable: bool = True,
) -> int | None:
    """Draw many tokens, neighbours in different tints, each with its number on hover.

    Args:
        run: the tokens.
        key: the element's key.
        name: what the row is, for screen readers.
        words: the reader's words for "id", "bytes", "characters" and for the kinds but "t".
        selected: index in `run` of the token to mark.
        clickable: whether a token can be chosen.

    Returns:
        The index in `run` of the token that the reader chose in this run of the script, or None.
    """
    data: dict[str, Any] = {
        "name": name,
        "texts": list(run.texts),
        "ids": list(run.ids),
        "starts": list(run.starts),
        "lengths": list(run.lengths),
        "kinds": run.kinds,
        "first": run.first,
        "gaps": run.gaps,
        "clickable": clickable,
        "words": dict(words),
        "selected": -1 if selected is None else selected,
    }
    # Drawing is skipped in the browser where only the mark has moved.
    content = repr((data["texts"], data["ids"], run.kinds, run.first, run.gaps, data["words"]))
    data["signature"] = hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return _chosen(data, key, len(run.texts))


def _chosen(data: dict[str, Any], key: str, count: int) -> int | None:
    result = _component(data=data, key=key, on_chosen_change=_no_callback)
    chosen = getattr(result, "chosen", None)
    return int(chosen) if isinstance(chosen, int | float) and 0 <= chosen < count else None


def _no_callback() -> None:
    """Streamlit reports a trigger only where a callback is named; the return value is all we need."""
