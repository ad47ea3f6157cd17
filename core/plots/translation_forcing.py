"""One sentence decoded along its reference and freely: what is written, and how likely the right token is."""

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

if TYPE_CHECKING:
    from core.translation.forcing import Compared, Way

SHOWN: tuple["Way", ...] = ("forced", "free")
ROW = 25
"""Pixels."""


def ladder_figure(compared: "Compared", t: Words) -> go.Figure:
    """A row a place, a column a way of decoding: the token written, coloured by the right one's probability.

    The right token names the row; a token that is not the right one carries a sign. A line marks the
    place where they part.
    """
    rows = len(compared.reference)
    values: list[list[float | None]] = [[None, None] for _ in range(rows)]
    texts = [["", ""] for _ in range(rows)]
    hovers = [["", ""] for _ in range(rows)]
    for column, way in enumerate(SHOWN):
        given, wrote = compared.spelled[way]
        for place, chance in enumerate(compared.probabilities(way)):
            own, right = wrote[place], compared.reference[place]
            values[place][column] = chance
            texts[place][column] = token_label(own) + ("" if own == right else " ✗")
            hovers[place][column] = t(
                "translation.forcing.ladder.hover",
                given=token_label(given[place]),
                own=token_label(own),
                right=token_label(right),
                percent=100 * chance,
            )
    # A title beside the labels would run into them on a narrow screen: the x axis carries it, on top.
    drawn = figure(
        t("translation.forcing.ladder.title"), t("translation.forcing.ladder.y"), "", height=150 + ROW * rows
    )
    drawn.add_heatmap(
        z=values,
        text=texts,
        customdata=hovers,
        texttemplate="%{text}",
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        zmin=0,
        zmax=1,
        xgap=3,
        ygap=2,
        colorscale=list(PALETTE.scale),
        colorbar={
            "title": {"text": t("translation.forcing.ladder.scale"), "side": "right"},
            "tickformat": ".0%",
            "thickness": 12,
        },
    )
    drawn.update_xaxes(
        tickvals=[0, 1],
        ticktext=[t(f"translation.forcing.way.{way}") for way in SHOWN],
        side="top",
        showgrid=False,
    )
    drawn.update_yaxes(
        tickvals=list(range(rows)),
        ticktext=[f"{place + 1} {token_label(token)}" for place, token in enumerate(compared.reference)],
        range=[rows - 0.5, -0.5],
        showgrid=False,
    )
    drawn.update_layout(margin={"t": 104})
    if compared.parting is not None:
        line = {"color": PALETTE.bad, "width": 3, "dash": "dot"}
        drawn.add_hline(y=compared.parting + 0.5, line=line)
    return drawn


def chance_figure(compared: "Compared", t: Words) -> go.Figure:
    """The probability of the reference's token at each place, its beginning given and freely."""
    drawn = figure(
        t("translation.forcing.chance.title"),
        t("translation.forcing.chance.x"),
        t("translation.forcing.chance.y"),
        height=340,
    )
    labels = [token_label(token) for token in compared.reference]
    for number, way in enumerate(SHOWN):
        chances = compared.probabilities(way)
        drawn.add_scatter(
            x=list(range(1, len(chances) + 1)),
            y=list(chances),
            customdata=labels[: len(chances)],
            mode="lines+markers",
            name=t(f"translation.forcing.way.{way}"),
            line={"color": PALETTE.series[number], "dash": PALETTE.dashes[number]},
            marker={"symbol": PALETTE.symbols[number], "size": 8},
            hovertemplate="%{customdata}: %{y:.1%}<extra>%{fullData.name}</extra>",
        )
    every = -(-len(labels) // 16)
    drawn.update_xaxes(
        tickvals=list(range(1, len(labels) + 1, every)), ticktext=labels[::every], tickangle=-60
    )
    drawn.update_yaxes(range=[-0.03, 1.03], tickformat=".0%")
    if compared.parting is not None:
        drawn.add_vline(
            x=compared.parting + 1,
            line={"color": PALETTE.bad, "dash": "dot", "width": 2},
            annotation_text=t("translation.forcing.chance.parting"),
            annotation_position="top",
        )
    legend_below(drawn)
    return drawn
