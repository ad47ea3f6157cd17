"""RoPE drawn: a pair turning in its plane, a score that a common shift leaves alone, decay by distance."""

from collections.abc import Sequence

import plotly.graph_objects as go
from torch import Tensor

from core.attention.positions.rope import PlaneSteps, Shifted
from core.attention.positions.rope_views import DecayView
from core.plots.attention_positions_plane import arrow, plane
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words


def plane_figure(
    steps: PlaneSteps, places: tuple[int, int], names: tuple[str, str], pair: int, words: Words
) -> go.Figure:
    """Query and key of one pair, unrotated (thin) and rotated (thick); a slider moves both tokens on.

    Args:
        steps: the points at every shift.
        places: positions of query and key before any shift.
        names: the two tokens as labels.
        pair: which pair.
        words: the reader's language.
    """
    lengths = [float(point.norm()) for point in steps.before]
    drawn = plane(
        words("attention.positions.rope.plane", pair=pair),
        words("attention.positions.axis.first"),
        words("attention.positions.axis.second"),
        max(lengths),
        height=520,
    )
    for length in lengths:
        drawn.add_shape(
            type="circle",
            x0=-length,
            x1=length,
            y0=-length,
            y1=length,
            line={"color": PALETTE.neutral, "dash": "dot"},
        )
    for place, kind in enumerate(("query", "key")):
        name = words(f"attention.positions.rope.{kind}_before", token=names[place])
        drawn.add_trace(arrow(steps.before[place].tolist(), name, place, faint=True))
    for place, kind in enumerate(("query", "key")):
        points = (steps.query, steps.key)[place]
        name = words(f"attention.positions.rope.{kind}_after", token=names[place])
        drawn.add_trace(arrow(points[0].tolist(), name, place))
    drawn.frames = [_frame(steps, index) for index in range(len(steps.shifts))]
    drawn.update_layout(
        sliders=[_slider(steps, places, words)],
        updatemenus=[_play_button(words)],
        legend={"y": -0.34, "yanchor": "top"},
    )
    return drawn


def _frame(steps: PlaneSteps, index: int) -> go.Frame:
    points = (steps.query[index].tolist(), steps.key[index].tolist())
    data = [go.Scatter(x=[0.0, x], y=[0.0, y]) for x, y in points]
    return go.Frame(data=data, traces=[2, 3], name=str(steps.shifts[index]))


def _slider(steps: PlaneSteps, places: tuple[int, int], words: Words) -> dict[str, object]:
    moving = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}
    return {
        "active": 0,
        "pad": {"t": 44},
        "currentvalue": {
            "prefix": words("attention.positions.rope.shift_now"),
            "font": {"size": 13, "color": PALETTE.neutral},
        },
        "steps": [
            {
                "method": "animate",
                "label": f"{places[0] + shift}, {places[1] + shift}",
                "args": [[str(shift)], moving],
            }
            for shift in steps.shifts
        ],
        "tickcolor": "rgba(0,0,0,0)",
        "font": {"color": "rgba(0,0,0,0)", "size": 1},
    }


def _play_button(words: Words) -> dict[str, object]:
    running = {
        "frame": {"duration": 120, "redraw": False},
        "transition": {"duration": 0},
        "fromcurrent": True,
    }
    return {
        "type": "buttons",
        "showactive": False,
        "direction": "left",
        "x": 1,
        "xanchor": "right",
        "y": 1.02,
        "yanchor": "bottom",
        "buttons": [
            {"label": words("attention.positions.rope.play"), "method": "animate", "args": [None, running]},
            {
                "label": words("attention.positions.rope.pause"),
                "method": "animate",
                "args": [[None], {"mode": "immediate", "frame": {"duration": 0}}],
            },
        ],
    }


def shifted_figure(found: Shifted, words: Words) -> go.Figure:
    """The score of one query and key against a common shift of both, rotated and with waves added."""
    drawn = figure(
        words("attention.positions.rope.shifted"),
        words("attention.positions.axis.shift"),
        words("attention.positions.axis.score"),
        340,
    )
    for place, (values, name) in enumerate(((found.rotated, "rotated"), (found.added, "added"))):
        drawn.add_scatter(
            x=found.shifts.tolist(),
            y=values.tolist(),
            mode="lines",
            name=words(f"attention.positions.rope.{name}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 3 - place},
            hovertemplate="%{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    legend_below(drawn)
    return drawn


def curves_figure(
    title: str,
    x_title: str,
    y_title: str,
    distances: Tensor,
    curves: Sequence[tuple[str, Tensor]],
    logarithmic: bool,
) -> go.Figure:
    """Named curves over distance.

    Args:
        title: the figure's.
        x_title: of the distances, unit included.
        y_title: of the values.
        distances: (n,).
        curves: (name, values (n,)) in the order of the legend.
        logarithmic: whether the distances stand on a logarithmic axis.
    """
    drawn = figure(title, x_title, y_title, 380)
    for place, (name, values) in enumerate(curves):
        drawn.add_scatter(
            x=distances.tolist(),
            y=values.tolist(),
            mode="lines",
            name=name,
            line={
                "color": PALETTE.series[place % len(PALETTE.series)],
                "dash": PALETTE.dashes[place % len(PALETTE.dashes)],
                "width": 2,
            },
            hovertemplate="%{x:.0f}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    if logarithmic:
        drawn.update_xaxes(type="log", dtick=1)
    legend_below(drawn)
    return drawn


def terms_figure(terms: Tensor, pair: int, words: Words) -> go.Figure:
    """What each pair adds to the score: (width / 2,), fast pairs first, the chosen one marked."""
    drawn = figure(
        words("attention.positions.rope.terms"),
        words("attention.positions.axis.pair"),
        words("attention.positions.axis.term"),
        300,
    )
    chosen = ["" if index != pair else "x" for index in range(len(terms))]
    drawn.add_vline(x=pair, line={"color": PALETTE.bad, "dash": "dash", "width": 1})
    drawn.add_bar(
        x=list(range(len(terms))),
        y=terms.tolist(),
        marker={
            "color": [PALETTE.accent if not mark else PALETTE.bad for mark in chosen],
            "pattern": {"shape": chosen},
        },
        hovertemplate="%{x}: %{y:.3f}<extra></extra>",
    )
    return drawn


def decay_rows(decay: DecayView) -> list[dict[str, object]]:
    """A row for each distance, for a download."""
    return [
        {
            "distance": int(distance),
            "mean_score": round(float(decay.trained[index]), 6),
            "random_angles_5": round(float(decay.random_low[index]), 6),
            "random_angles_95": round(float(decay.random_high[index]), 6),
            **{
                f"bound_base_{base.replace(',', '')}": round(float(bound[index]), 6)
                for base, bound in decay.bounds
            },
        }
        for index, distance in enumerate(decay.distances.tolist())
    ]
