"""FlashAttention: the tile map at a step, the running statistics, overflow, and the traffic saved."""

from collections.abc import Sequence
from math import isinf

import plotly.graph_objects as go

from core.attention.flash import FlashRun, FlashStep, Overflow
from core.attention.flash_traffic import TrafficComparison
from core.plots.attention_variants_axes import tokens_along_x, tokens_along_y
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

KEY = "attention.variants.flash"
Row = dict[str, object]
Span = tuple[int, int]
SIGNS = {"used": "✓", "skipped": "∅"}


def tile_figure(run: FlashRun, number: int, tokens: Sequence[str], words: Words) -> go.Figure:
    """Scores of the present tile, tiles already used and thrown away, tiles to come, tiles never computed."""
    step = run.steps[number - 1]
    drawn = figure(
        words(f"{KEY}.tiles.title", step=number, steps=len(run.steps)),
        words(f"{KEY}.tiles.x"),
        words(f"{KEY}.tiles.y"),
        190 + 18 * max(run.length, 8),
    )
    grid: list[list[float | None]] = [[None] * run.length for _ in range(run.length)]
    for row, scores in zip(range(*step.rows), step.scores.tolist(), strict=True):
        for column, score in zip(range(*step.columns), scores, strict=True):
            grid[row][column] = None if isinf(score) else score
    drawn.add_heatmap(
        z=grid,
        colorscale=list(PALETTE.scale),
        colorbar={"title": {"text": words(f"{KEY}.tiles.score")}, "thickness": 10, "len": 0.7},
        hovertemplate="%{z:.3f}<extra></extra>",
        hoverongaps=False,
    )
    tiles = [
        (done.rows, done.columns, "now" if done is step else "used" if done.number < number else "later")
        for done in run.steps
    ]
    tiles += [(rows, columns, "skipped") for rows, columns in run.skipped]
    # All at once: plotly takes a hundredth of a second for each shape that is added by itself.
    drawn.update_layout(
        shapes=[_frame(*tile) for tile in tiles],
        annotations=[_sign(*tile) for tile in tiles if tile[2] in SIGNS],
    )
    tokens_along_x(drawn, tokens)
    tokens_along_y(drawn, tokens)
    drawn.update_xaxes(range=[-0.5, run.length - 0.5], showgrid=False)
    drawn.update_yaxes(range=[run.length - 0.5, -0.5], autorange=False, showgrid=False)
    return drawn


def _frame(rows: Span, columns: Span, state: str) -> dict[str, object]:
    """The outline of a tile; thick where the algorithm is."""
    fill = {"used": "rgba(15,139,141,0.22)", "skipped": "rgba(138,148,160,0.10)"}.get(state, "rgba(0,0,0,0)")
    width, colour = (3, PALETTE.bad) if state == "now" else (1, PALETTE.neutral)
    return {
        "type": "rect",
        "x0": columns[0] - 0.5,
        "x1": columns[1] - 0.5,
        "y0": rows[0] - 0.5,
        "y1": rows[1] - 0.5,
        "fillcolor": fill,
        "line": {"color": colour, "width": width, "dash": "dot" if state == "later" else "solid"},
        "layer": "above",
    }


def _sign(rows: Span, columns: Span, state: str) -> dict[str, object]:
    """A sign in the tile, so that its state does not hang on the colour."""
    return {
        "x": (sum(columns) - 1) / 2,
        "y": (sum(rows) - 1) / 2,
        "text": SIGNS[state],
        "showarrow": False,
        "font": {"size": 14},
    }


def statistics_rows(step: FlashStep, tokens: Sequence[str], words: Words) -> list[Row]:
    """A row for each query of the tile: what it knew, what the tile brought, what it knows now."""
    columns = zip(
        range(*step.rows),
        step.old_maximum.tolist(),
        step.scores.amax(1).tolist(),
        step.new_maximum.tolist(),
        step.rescale.tolist(),
        step.old_sum.tolist(),
        step.new_sum.tolist(),
        step.output.norm(dim=1).tolist(),
        strict=True,
    )
    names = ("token", "old_maximum", "tile_maximum", "new_maximum", "rescale", "old_sum", "new_sum", "output")
    return [
        {
            words(f"{KEY}.column.{name}"): tokens[row] if name == "token" else _number(value)
            for name, value in zip(names, (0.0, *numbers), strict=True)
        }
        for row, *numbers in columns
    ]


def _number(value: float) -> str:
    return "−∞" if isinf(value) else f"{value:.4g}"


def overflow_rows(found: Overflow, tokens: Sequence[str], words: Words) -> list[Row]:
    """A row for each position: its score, exp of it in half precision, and its share both ways."""
    return [
        {
            words(f"{KEY}.column.token"): token,
            words(f"{KEY}.column.score"): round(score, 3),
            words(f"{KEY}.column.exponential"): f"{exponential:.5g}",
            words(f"{KEY}.column.unsafe"): f"{unsafe:.4f}",
            words(f"{KEY}.column.safe"): f"{safe:.4f}",
        }
        for token, score, exponential, unsafe, safe in zip(
            tokens,
            found.scores.tolist(),
            found.exponentials.tolist(),
            found.unsafe.tolist(),
            found.safe.tolist(),
            strict=True,
        )
    ]


def traffic_figure(
    comparisons: Sequence[TrafficComparison], chosen: int, bytes_per_number: int, words: Words
) -> go.Figure:
    """Megabytes moved for one head by length, both ways, on two logarithmic axes."""
    drawn = figure(words(f"{KEY}.traffic.title"), words(f"{KEY}.traffic.x"), words(f"{KEY}.traffic.y"), 360)
    lengths = [each.length for each in comparisons]
    ways = {
        "written_out": [each.written_out.total for each in comparisons],
        "in_tiles": [each.in_tiles.total for each in comparisons],
    }
    for place, (way, numbers) in enumerate(ways.items()):
        drawn.add_scatter(
            x=lengths,
            y=[number * bytes_per_number / 1e6 for number in numbers],
            mode="lines+markers",
            name=words(f"{KEY}.traffic.{way}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place]},
            marker={"symbol": PALETTE.symbols[place], "size": 8},
            hovertemplate="%{x:,}: %{y:,.2f} MB<extra>%{fullData.name}</extra>",
        )
    drawn.add_vline(x=chosen, line={"color": PALETTE.neutral, "dash": "dot"})
    shown = lengths[::2]
    drawn.update_xaxes(type="log", tickvals=shown, ticktext=[f"{length:,}" for length in shown])
    drawn.update_yaxes(type="log")
    legend_below(drawn)
    return drawn
