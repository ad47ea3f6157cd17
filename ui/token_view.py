"""Tokens as a reader sees them: coloured, clickable, escaped, with invisible characters made visible.

The component receives the tokens as data and writes them with `textContent`, so nothing that a
model or a reader wrote is ever read as markup. Colour is never alone: the underline thickens with
the shade, and each token carries its number in words on hover and for screen readers. The arrow
keys move between tokens.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from ui.text import t


@dataclass(frozen=True)
class ShownToken:
    """One token: its text, a shade from 0 (plain) to 1 (strong), and what hovering says."""

    text: str
    shade: float = 0.0
    note: str = ""


_CSS = """
.view { line-height: 2.1; font-family: var(--st-font); color: var(--st-text-color); overflow-wrap: anywhere; }
.context { opacity: .62; white-space: pre-wrap; }
.token { all: unset; box-sizing: border-box; display: inline; cursor: pointer; white-space: pre-wrap;
  padding: 2px 1px; margin: 0 1px; border-radius: 4px; border-bottom: solid #d55e00; border-bottom-width: 0; }
.token.plain { cursor: default; }
.token:hover { outline: 1px solid var(--st-text-color); }
.token:focus-visible { outline: 3px solid var(--st-primary-color); }
.token[aria-pressed="true"] { outline: 2px solid var(--st-primary-color); outline-offset: 1px; font-weight: 600; }
.mark { opacity: .45; font-size: .85em; }
.legend { display: flex; gap: .5rem; align-items: center; font-size: .85rem; opacity: .85; margin-top: .4rem; }
.ramp { width: 7rem; height: .7rem; border-radius: 4px; border: 1px solid var(--st-border-color);
  background: linear-gradient(90deg, rgba(213, 94, 0, 0), rgba(213, 94, 0, .55)); }
"""

_JS = """
const visible = (text) => text.replace(/\\n/g, '\\u21b5\\n').replace(/\\t/g, '\\u2192\\t')
  .replace(/[\\u0000-\\u0008\\u000b-\\u001f\\u007f]/g, (c) => String.fromCharCode(0x2400 + (c.charCodeAt(0) & 31)))
  .replace(/[\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]/g,
    (c) => '\\u27e8' + c.charCodeAt(0).toString(16).toUpperCase() + '\\u27e9');

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let view = parentElement.querySelector('.view');
  if (!view) { view = document.createElement('div'); view.className = 'view'; parentElement.appendChild(view); }
  view.replaceChildren();
  view.setAttribute('role', 'group');
  view.setAttribute('aria-label', data.name);
  if (data.context) {
    const context = document.createElement('span');
    context.className = 'context';
    context.textContent = visible(data.context);
    view.appendChild(context);
  }
  const buttons = data.tokens.map((token, index) => {
    const button = document.createElement(data.clickable ? 'button' : 'span');
    button.className = data.clickable ? 'token' : 'token plain';
    button.textContent = visible(token.text) || '\\u2205';
    button.title = token.note;
    button.dir = 'auto';
    button.style.background = `rgba(213, 94, 0, ${(0.55 * token.shade).toFixed(3)})`;
    button.style.borderBottomWidth = `${(3 * token.shade).toFixed(1)}px`;
    if (data.clickable) {
      button.setAttribute('aria-label', `${token.text} ${token.note}`);
      button.setAttribute('aria-pressed', String(index === data.selected));
      button.tabIndex = index === Math.max(data.selected, 0) ? 0 : -1;
      button.onclick = () => setTriggerValue('chosen', index);
      button.onkeydown = (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        const next = step && buttons[index + step];
        if (next) { event.preventDefault(); next.tabIndex = 0; next.focus(); }
      };
    }
    view.appendChild(button);
    return button;
  });
  let legend = parentElement.querySelector('.legend');
  if (legend) legend.remove();
  if (data.legend) {
    legend = document.createElement('div');
    legend.className = 'legend';
    const low = document.createElement('span'); low.textContent = data.legend[0];
    const ramp = document.createElement('span'); ramp.className = 'ramp';
    const high = document.createElement('span'); high.textContent = data.legend[1];
    legend.append(low, ramp, high);
    parentElement.appendChild(legend);
  }
}
"""

_component = st.components.v2.component("glassbox_token_view", css=_CSS, js=_JS)


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
