"""The logit lens: what every layer would say as a heat map of tokens, and one position layer by layer."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.attention.logit_lens import LogitLens
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

SHADES = ("probability", "final", "entropy")
"""What the colour of a cell may say."""
LONGEST_IN_A_CELL = 9


def lens_figure(lens: LogitLens, first: int, columns: int, shade: str, t: Words) -> go.Figure:
    """Rows are layers from the bottom up, columns positions; each cell holds the token the layer would say.

    Args:
        lens: the text as every layer reads it.
        first: the first position that is drawn.
        columns: how many positions are drawn.
        shade: one of `SHADES`.
        t: the reader's wording.
    """
    places = range(first, min(first + columns, len(lens.tokens)))
    layers = range(len(lens.entropy))
    drawn = figure(
        t("attention.matter.lens.title"),
        t("attention.matter.lens.x"),
        t("attention.matter.lens.y"),
        height=170 + 21 * len(layers),
    )
    source = {
        "probability": [[row[0] for row in layer] for layer in lens.top_probabilities],
        "final": lens.final_probability,
        "entropy": lens.entropy,
    }[shade]
    # Where much is certain the map is dark, whatever it shows: entropy runs the other way.
    scale = list(PALETTE.scale)[::-1] if shade == "entropy" else list(PALETTE.scale)
    drawn.add_heatmap(
        z=[[source[layer][place] for place in places] for layer in layers],
        x=list(range(len(places))),
        y=list(layers),
        text=[[_in_a_cell(lens.top_tokens[layer][place][0]) for place in places] for layer in layers],
        texttemplate="%{text}",
        textfont={"size": 11},
        customdata=[[_hover(lens, layer, place, t) for place in places] for layer in layers],
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=scale,
        zmin=0,
        zmax=None if shade == "entropy" else 1,
        xgap=1,
        ygap=1,
        colorbar={
            "title": {"text": t(f"attention.matter.lens.shade.{shade}"), "side": "right"},
            "thickness": 12,
        },
    )
    drawn.update_xaxes(
        tickvals=list(range(len(places))),
        ticktext=[token_label(lens.tokens[place]) for place in places],
        tickangle=-45,
        side="bottom",
        showgrid=False,
    )
    drawn.update_yaxes(tickvals=list(range(0, len(layers), 2)), showgrid=False, zeroline=False)
    return drawn


def _in_a_cell(token: str) -> str:
    label = token_label(token.strip() or token)
    return label if len(label) <= LONGEST_IN_A_CELL else label[: LONGEST_IN_A_CELL - 1] + "…"


def _hover(lens: LogitLens, layer: int, place: int, t: Words) -> str:
    best = zip(lens.top_tokens[layer][place], lens.top_probabilities[layer][place], strict=True)
    lines = [f"{token_label(token)}  {probability:.1%}" for token, probability in best]
    said = t(
        "attention.matter.lens.hover",
        layer=layer,
        name=token_label(lens.tokens[place]),
        rank=lens.final_rank[layer][place],
        probability=lens.final_probability[layer][place],
        entropy=lens.entropy[layer][place],
    )
    return "<br>".join([said, *lines])


def lens_position_figure(lens: LogitLens, place: int, t: Words) -> go.Figure:
    """One position through the layers: ranks of the final and of the read token, and the entropy."""
    layers = list(range(len(lens.entropy)))
    drawn = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06)
    base = figure(
        t("attention.matter.lens.place_title", name=token_label(lens.tokens[place])), "", "", height=520
    )
    drawn.update_layout(base.layout)
    series = (
        ("final", [row[place] for row in lens.final_rank], PALETTE.accent, "solid", "circle"),
        ("read", [row[place] for row in lens.input_rank], PALETTE.series[1], "dash", "square"),
    )
    for name, ranks, colour, dash, symbol in series:
        drawn.add_scatter(
            x=layers,
            y=ranks,
            mode="lines+markers",
            name=t(f"attention.matter.lens.rank.{name}"),
            line={"color": colour, "dash": dash},
            marker={"symbol": symbol, "size": 6},
            hovertemplate="%{x}: %{y:,}<extra>%{fullData.name}</extra>",
            row=1,
            col=1,
        )
    drawn.add_scatter(
        x=layers,
        y=[row[place] for row in lens.entropy],
        mode="lines+markers",
        name=t("attention.matter.lens.shade.entropy"),
        line={"color": PALETTE.series[3], "dash": "dot"},
        marker={"symbol": "diamond", "size": 6},
        hovertemplate="%{x}: %{y:.2f}<extra>%{fullData.name}</extra>",
        row=2,
        col=1,
    )
    drawn.update_yaxes(
        type="log", autorange="reversed", title_text=t("attention.matter.lens.rank.y"), row=1, col=1
    )
    drawn.update_yaxes(rangemode="tozero", title_text=t("attention.matter.lens.entropy.y"), row=2, col=1)
    drawn.update_xaxes(title_text=t("attention.matter.lens.y"), row=2, col=1)
    grid = "rgba(138, 148, 160, 0.25)"
    drawn.update_xaxes(gridcolor=grid, zerolinecolor=grid, automargin=True)
    drawn.update_yaxes(gridcolor=grid, zerolinecolor=grid, automargin=True)
    legend_below(drawn)
    return drawn
