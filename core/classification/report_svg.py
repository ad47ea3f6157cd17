"""Figures of the downloaded report as inline SVG: no script, no font and no picture from anywhere."""

from collections.abc import Sequence
from html import escape

import numpy as np

SCALE = ("#f4e3c3", "#e9b872", "#c98a5e", "#6a8d92", "#0f8b8d", "#0a4a57")
"""Small to large; the colours of the page's figures."""
SERIES = ("#0f8b8d", "#d55e00")
SIDE = 360
NAMES_WIDE = 190


def heat_map(table: np.ndarray, rows: Sequence[str], columns: Sequence[str], name: str) -> str:
    """A table (rows, columns) of non-negative numbers as coloured cells, each named in a tooltip.

    Empty cells are not drawn; the colour goes with the square root. Numbers and names are written where there
    is room for them.
    """
    cell = max(4, min(34, 720 // max(table.shape)))
    roomy = cell >= 18
    left, top = (NAMES_WIDE if roomy else 8), 8
    wide, high = cell * table.shape[1], cell * table.shape[0]
    parts = [f'<rect x="{left}" y="{top}" width="{wide}" height="{high}" class="frame"/>']
    largest = float(table.max()) or 1.0
    for row, column in np.argwhere(table > 0):
        value = float(table[row, column])
        x, y = left + column * cell, top + row * cell
        title = f"{escape(rows[row])} → {escape(columns[column])}: {value:g}"
        depth = (value / largest) ** 0.5
        colour = SCALE[min(len(SCALE) - 1, int(depth * len(SCALE)))]
        parts.append(f'<rect x="{x}" y="{y}" width="{cell}" height="{cell}" fill="{colour}">')
        parts.append(f"<title>{title}</title></rect>")
        if roomy:
            ink = ' fill="#fff"' if depth > 0.5 else ' fill="#222"'
            parts.append(_text(x + cell / 2, y + cell / 2 + 4, f"{value:g}", "middle", ink))
    if roomy:
        foot = top + high + 10
        for place, label in enumerate(rows):
            parts.append(_text(left - 6, top + (place + 0.5) * cell + 4, _short(label), "end"))
        for place, label in enumerate(columns):
            x = left + (place + 0.5) * cell
            parts.append(_text(x, foot, _short(label), "end", f' transform="rotate(-60 {x} {foot})"'))
    return _svg(left + wide + 4, top + high + (150 if roomy else 8), name, parts)


def curves(
    lines: Sequence[tuple[str, np.ndarray, np.ndarray]],
    x_title: str,
    y_title: str,
    name: str,
    diagonal: bool = False,
) -> str:
    """Up to two lines over the unit square: (label, x, y) with values from 0 to 1."""
    parts = _axes(x_title, y_title)
    if diagonal:
        parts.append(f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" class="chance"/>')
    for place, (label, xs, ys) in enumerate(lines):
        points = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in zip(xs, ys, strict=True))
        pen = f'stroke="{SERIES[place % 2]}" stroke-width="2"' + (' stroke-dasharray="6 4"' if place else "")
        y = SIDE + 66 + 18 * place
        parts.append(f'<polyline points="{points}" fill="none" {pen}/>')
        parts.append(f'<line x1="50" y1="{y - 4}" x2="76" y2="{y - 4}" {pen}/>')
        parts.append(_text(82, y, label, "start"))
    return _svg(SIDE + 70, SIDE + 76 + 18 * len(lines), name, parts)


def _axes(x_title: str, y_title: str) -> list[str]:
    parts = [f'<rect x="{_x(0)}" y="{_y(1)}" width="{SIDE}" height="{SIDE}" class="frame"/>']
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(_text(_x(tick), _y(0) + 16, f"{tick:g}", "middle"))
        parts.append(_text(_x(0) - 6, _y(tick) + 4, f"{tick:g}", "end"))
    parts.append(_text(_x(0.5), _y(0) + 34, x_title, "middle"))
    parts.append(_text(12, _y(0.5), y_title, "middle", f' transform="rotate(-90 12 {_y(0.5)})"'))
    return parts


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{more}>{escape(text)}</text>'


def _x(value: float) -> float:
    return 50 + value * SIDE


def _y(value: float) -> float:
    return 10 + (1 - value) * SIDE


def _short(label: str) -> str:
    return label if len(label) <= 26 else label[:25] + "…"


def _svg(width: float, height: float, name: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" style="max-width:{width:g}px" '
        f'aria-label="{escape(name)}">{"".join(parts)}</svg>'
    )
