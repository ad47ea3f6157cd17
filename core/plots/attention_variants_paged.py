"""PagedAttention: the memory map at a step, how many are served at once, and shared prefixes."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.attention.paged import Serving, ServingStep
from core.attention.shared_prefix import SharingStep
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

KEY = "attention.variants.paged"
IN_A_ROW = 16
Row = dict[str, object]


def memory_figure(serving: Serving, number: int, highlighted: int | None, words: Words) -> go.Figure:
    """Every block of the memory, row by row: how full it is, whose it is, the chosen request's outlined."""
    step, size = serving.steps[number - 1], serving.memory.block_size
    rows = -(-serving.memory.blocks // IN_A_ROW)
    shares: list[list[float | None]] = [[None] * IN_A_ROW for _ in range(rows)]
    owners = [[""] * IN_A_ROW for _ in range(rows)]
    notes = [[words(f"{KEY}.map.free")] * IN_A_ROW for _ in range(rows)]
    for held in step.held:
        for place, block in enumerate(held.blocks):
            row, column = divmod(block, IN_A_ROW)
            tokens = min(max(held.tokens - place * size, 0), size)
            shares[row][column] = tokens / size
            owners[row][column] = str(held.request.number + 1)
            notes[row][column] = words(
                f"{KEY}.map.hover", request=held.request.number + 1, place=place + 1, tokens=tokens, size=size
            )
    drawn = figure(words(f"{KEY}.map.{serving.way}"), "", "", 110 + 30 * rows)
    drawn.add_heatmap(
        z=shares,
        text=owners,
        customdata=notes,
        texttemplate="%{text}",
        textfont={"size": 10},
        zmin=0,
        zmax=1,
        colorscale=list(PALETTE.scale),
        colorbar={
            "title": {"text": words(f"{KEY}.map.scale")},
            "thickness": 10,
            "tickvals": [0, 0.5, 1],
            "tickformat": ".0%",
        },
        xgap=2,
        ygap=2,
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    drawn.update_layout(shapes=_frames(step, highlighted))
    drawn.update_xaxes(visible=False, range=[-0.6, IN_A_ROW - 0.4])
    drawn.update_yaxes(visible=False, range=[rows - 0.4, -0.6])
    return drawn


def _frames(step: ServingStep, highlighted: int | None) -> list[dict[str, object]]:
    """A frame around each block of the chosen request."""
    blocks = [block for held in step.held if held.request.number == highlighted for block in held.blocks]
    return [
        {
            "type": "rect",
            "x0": block % IN_A_ROW - 0.5,
            "x1": block % IN_A_ROW + 0.5,
            "y0": block // IN_A_ROW - 0.5,
            "y1": block // IN_A_ROW + 0.5,
            "line": {"color": PALETTE.bad, "width": 3},
        }
        for block in blocks
    ]


def table_rows(step: ServingStep, highlighted: int | None, size: int, words: Words) -> list[Row]:
    """The block table of the chosen request: its blocks in the order of its tokens."""
    found = next((held for held in step.held if held.request.number == highlighted), None)
    if found is None:
        return []
    return [
        {
            words(f"{KEY}.column.logical"): place,
            words(f"{KEY}.column.physical"): block,
            words(f"{KEY}.column.filled"): f"{min(max(found.tokens - place * size, 0), size)} / {size}",
        }
        for place, block in enumerate(found.blocks)
    ]


def together_figure(servings: Sequence[Serving], number: int, words: Words) -> go.Figure:
    """Requests in memory by step, both ways."""
    drawn = figure(
        words(f"{KEY}.together.title"), words(f"{KEY}.together.x"), words(f"{KEY}.together.y"), 320
    )
    for place, serving in enumerate(servings):
        drawn.add_scatter(
            x=[step.number for step in serving.steps],
            y=[len(step.held) for step in serving.steps],
            mode="lines",
            name=words(f"{KEY}.way.{serving.way}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2.5},
            hovertemplate="%{x}: %{y}<extra>%{fullData.name}</extra>",
        )
    drawn.add_vline(x=number, line={"color": PALETTE.neutral, "dash": "dot"})
    drawn.update_yaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn


def sharing_figure(step: SharingStep, block_size: int, words: Words) -> go.Figure:
    """Blocks below, sequences above, a line for each entry of a block table."""
    drawn = figure(words(f"{KEY}.sharing.title"), "", "", 300)
    blocks, sequences = len(step.filled), len(step.tables)
    middle = [(sequence + 0.5) * blocks / sequences - 0.5 for sequence in range(sequences)]
    x: list[float | None] = []
    y: list[float | None] = []
    for sequence, table in enumerate(step.tables):
        for block in table:
            x += [middle[sequence], block, None]
            y += [1, 0, None]
    drawn.add_scatter(x=x, y=y, mode="lines", line={"color": PALETTE.neutral, "width": 1.5}, hoverinfo="skip")
    drawn.add_scatter(
        x=middle,
        y=[1] * sequences,
        mode="markers+text",
        marker={"size": 18, "symbol": "circle", "color": PALETTE.accent},
        text=[words(f"{KEY}.sharing.sequence", number=number + 1) for number in range(sequences)],
        textposition="top center",
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=list(range(blocks)),
        y=[0] * blocks,
        mode="markers+text",
        marker={
            "size": 26,
            "symbol": "square",
            "color": [PALETTE.bad if block == step.block else PALETTE.series[1] for block in range(blocks)],
        },
        text=[
            words(
                f"{KEY}.sharing.block", number=block, filled=step.filled[block], size=block_size, count=count
            )
            for block, count in enumerate(step.counts)
        ],
        textposition="bottom center",
        hoverinfo="skip",
    )
    drawn.update_layout(showlegend=False)
    drawn.update_xaxes(visible=False, range=[-0.8, max(blocks, 2) - 0.2])
    drawn.update_yaxes(visible=False, range=[-0.75, 1.4])
    return drawn
