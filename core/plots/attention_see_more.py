"""The attention sink layer by layer, rollout against raw attention, and all heads by entropy and distance."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go
from torch import Tensor

from core.attention.head_kinds import KINDS, HeadKinds
from core.attention.rollout import BlankedOut
from core.attention.sink import Sink
from core.plots.attention_see_grid import COLOURS, SYMBOLS
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label

Words = Callable[..., str]

LOGARITHMIC_FROM = 5.0
"""Ratio of lengths from which the axis counts in powers of ten."""


def sink_figure(sink: Sink, t: Words) -> go.Figure:
    """What the first token gets and what it gives, by layer."""
    drawing = figure(
        t("attention.see.sink.title"), t("attention.see.grid.layer"), t("attention.see.sink.axis"), height=400
    )
    lines = (("share", sink.share), ("carried", sink.carried), ("value_length", sink.value_length))
    for index, (name, line) in enumerate(lines):
        drawing.add_scatter(
            x=list(range(len(line))),
            y=line.tolist(),
            name=t(f"attention.see.sink.{name}"),
            mode="lines+markers",
            line={"dash": PALETTE.dashes[index], "width": 2.5},
            marker={"symbol": PALETTE.symbols[index], "size": 7},
            hovertemplate="%{y:.2f}",
        )
    drawing.update_layout(hovermode="x unified", margin_t=120)
    drawing.update_yaxes(rangemode="tozero")
    return drawing


def state_length_figure(sink: Sink, t: Words) -> go.Figure:
    """How much longer the first token's residual vector is than the others'."""
    drawing = figure(
        t("attention.see.sink.state_title"),
        t("attention.see.grid.layer"),
        t("attention.see.sink.state_axis"),
        height=300,
    )
    drawing.add_bar(
        x=list(range(len(sink.state_length))),
        y=sink.state_length.tolist(),
        marker={"color": PALETTE.accent},
        hovertemplate=t("attention.see.sink.state_hover") + "<extra></extra>",
    )
    if sink.state_length.max() > LOGARITHMIC_FROM:
        drawing.update_yaxes(type="log", dtick=1)
    return drawing


def rollout_figure(
    tokens: Sequence[str], raw: Tensor, rolled: Tensor, row: int, effects: BlankedOut | None, t: Words
) -> go.Figure:
    """For one token: raw attention of a layer, rollout up to it, and, where measured, what blanking does.

    Args:
        tokens: the text of each.
        raw: (n,) attention of the row, averaged over the layer's heads.
        rolled: (n,) rollout of the row.
        row: the token that looks.
        effects: what blanking each token did, if it was measured.
        t: the reader's wording.
    """
    drawing = figure(
        t("attention.see.rollout.title", token=token_label(tokens[row])),
        t("attention.see.looked_at"),
        t("attention.see.rollout.axis"),
        height=420,
    )
    places = list(range(len(tokens)))
    for index, (name, values) in enumerate((("raw", raw), ("rolled", rolled))):
        drawing.add_bar(
            x=places,
            y=values.tolist(),
            name=t(f"attention.see.rollout.{name}"),
            marker={"color": PALETTE.series[index], "pattern": {"shape": ("", "/")[index]}},
            hovertemplate="%{y:.3f}",
        )
    if effects is not None:
        drawing.add_scatter(
            x=list(effects.columns),
            y=(effects.effects / effects.effects.sum()).tolist(),
            name=t("attention.see.rollout.effect"),
            mode="markers",
            marker={
                "symbol": "diamond",
                "size": 11,
                "color": PALETTE.bad,
                "line": {"width": 1, "color": "white"},
            },
            hovertemplate="%{y:.3f}",
        )
    every = -(-len(tokens) // 40)
    drawing.update_xaxes(
        tickvals=places[::every], ticktext=[token_label(token) for token in tokens][::every], tickangle=-60
    )
    drawing.update_layout(barmode="group", hovermode="x unified", margin_t=110)
    return drawing


def heads_figure(kinds: HeadKinds, selected: tuple[int, int], t: Words) -> go.Figure:
    """Every head by how far it looks and at how many tokens."""
    drawing = figure(
        t("attention.see.heads.title"),
        t("attention.see.heads.distance_axis"),
        t("attention.see.heads.tokens_axis"),
        height=460,
    )
    shared_by = kinds.entropy.exp()
    for kind in KINDS:
        places = kinds.heads_of(kind)
        if not places:
            continue
        drawing.add_scatter(
            x=[kinds.distance[place].item() for place in places],
            y=[shared_by[place].item() for place in places],
            mode="markers",
            name=f"{t(f'attention.see.kind.{kind}')} ({len(places)})",
            customdata=places,
            marker={
                "symbol": SYMBOLS.get(kind, "circle-open-dot"),
                "color": COLOURS.get(kind, PALETTE.accent),
                "size": 9,
                "line": {"width": 1, "color": "white"},
            },
            hovertemplate=t("attention.see.heads.hover") + "<extra></extra>",
            unselected={"marker": {"opacity": 1}},
        )
    drawing.add_scatter(
        x=[kinds.distance[selected].item()],
        y=[shared_by[selected].item()],
        mode="markers",
        marker={"symbol": "circle-open", "size": 20, "color": PALETTE.bad, "line": {"width": 3}},
        name=t("attention.see.heads.selected"),
        hoverinfo="skip",
    )
    drawing.update_layout(clickmode="event+select", dragmode=False, margin_t=130)
    return drawing


def head_rows(kinds: HeadKinds, t: Words) -> list[dict[str, object]]:
    """One line for each head: kind, measures, entropy, distance."""
    words = {
        name: t(f"attention.see.heads.{name}") for name in ("layer", "head", "kind", "entropy", "distance")
    }
    lines: list[dict[str, object]] = []
    for kind in KINDS:
        for place in kinds.heads_of(kind):
            measures = {
                t(f"attention.see.kind.{name}"): _rounded(table[place].item())
                for name, table in kinds.scores.items()
            }
            lines.append(
                {
                    words["layer"]: place[0],
                    words["head"]: place[1],
                    words["kind"]: t(f"attention.see.kind.{kind}"),
                    words["entropy"]: round(kinds.entropy[place].item(), 3),
                    words["distance"]: round(kinds.distance[place].item(), 2),
                    **measures,
                }
            )
    return lines


def _rounded(share: float) -> float | None:
    return None if np.isnan(share) else round(share, 3)


def kind_rows(kinds: HeadKinds, t: Words) -> list[dict[str, object]]:
    """One line for each kind that occurs: what it is, how many heads, the clearest one."""
    names = [t(f"attention.see.kinds.{name}") for name in ("kind", "heads", "clearest", "measure", "about")]
    lines: list[dict[str, object]] = []
    for kind in KINDS:
        places = kinds.heads_of(kind)
        if places:
            layer, head = places[0]
            measure = kinds.scores[kind][places[0]].item() if kind in kinds.scores else None
            values = (
                t(f"attention.see.kind.{kind}"),
                len(places),
                f"{layer}.{head}",
                None if measure is None else round(measure, 2),
                t(f"attention.see.kind_about.{kind}"),
            )
            lines.append(dict(zip(names, values, strict=True)))
    return lines
