"""The Transformer's parts at work: how long the stream's vectors are, what each adds, what each costs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

if TYPE_CHECKING:
    from core.translation.inside.opened_pass import PartRecord
    from core.translation.inside.removal import Removal
    from core.translation.inside.removal_costs import RemovalCosts

ATTENTIONS = (("encoder", "attention"), ("decoder", "attention"), ("decoder", "cross"))


def part_name(side: str, layer: int, part: str, t: Words) -> str:
    """Such as "Decoder 2 · cross-attention"; layers count from 1, what belongs to none has no number."""
    place = t(f"translation.inside.side.{side}") + ("" if layer < 0 else f" {layer + 1}")
    return f"{place} · {t(f'translation.inside.part.{part}')}"


def removal_name(removal: "Removal", t: Words) -> str:
    """The part's name with what of it is taken away."""
    if removal.kind == "positions":
        return part_name(removal.side, -1, "positions", t)
    name = part_name(removal.side, removal.layer, removal.part, t)
    if removal.kind == "head":
        return f"{name} · {t('translation.inside.one_head', number=removal.head + 1)}"
    return f"{name} · {t('translation.inside.path')}" if removal.kind == "residual" else name


def stream_figure(records: Sequence["PartRecord"], t: Words) -> go.Figure:
    """A row a part, downwards: the length of the stream's vectors before it, and of what it adds."""
    names = [part_name(record.side, record.layer, record.part, t) for record in records]
    places = list(range(len(records)))
    drawn = figure(
        t("translation.inside.stream.title"),
        t("translation.inside.stream.x"),
        "",
        height=150 + 34 * len(records),
    )
    series = (
        ("before", [record.before for record in records], PALETTE.neutral, ""),
        ("added", [record.added for record in records], PALETTE.accent, "/"),
    )
    for name, values, colour, pattern in series:
        drawn.add_bar(
            x=values,
            y=places,
            orientation="h",
            name=t(f"translation.inside.stream.{name}"),
            marker={"color": colour, "pattern": {"shape": pattern}},
            customdata=[[label, record.cosine] for label, record in zip(names, records, strict=True)],
            hovertemplate=t("translation.inside.stream.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(
        tickvals=places, ticktext=names, range=[len(records) - 0.5, -0.5], tickfont={"size": 11}
    )
    drawn.update_layout(barmode="group")
    legend_below(drawn)
    return drawn


def whole_figure(costs: "RemovalCosts", t: Words) -> go.Figure:
    """Bars, the dearest on top: positions, and all parts of one kind at once."""
    rows = costs.of("whole")
    names = [t(f"translation.inside.whole.{row.name}") for row in rows]
    drawn = figure(
        t("translation.inside.whole.title"), t("translation.inside.costs.x"), "", height=140 + 34 * len(rows)
    )
    drawn.add_bar(
        x=[row.extra.value for row in rows],
        y=names,
        orientation="h",
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [row.extra.high - row.extra.value for row in rows],
            "arrayminus": [row.extra.value - row.extra.low for row in rows],
        },
        marker={"color": PALETTE.accent},
        hovertemplate="%{y}: %{x:+.3f}<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", tickfont={"size": 11})
    return drawn


def path_figure(costs: "RemovalCosts", t: Words) -> go.Figure:
    """Bars in pairs: one part taken away, and the residual path around it taken away."""
    by_place = {
        group: {row.removed[0].code.removesuffix(".residual"): row for row in costs.of(group)}
        for group in ("part", "residual")
    }
    codes = list(by_place["part"])
    names = [removal_name(by_place["part"][code].removed[0], t) for code in codes]
    drawn = figure(
        t("translation.inside.paths.title"), t("translation.inside.costs.x"), "", height=150 + 40 * len(codes)
    )
    for group, colour, pattern in (("part", PALETTE.accent, ""), ("residual", PALETTE.bad, "/")):
        drawn.add_bar(
            x=[by_place[group][code].extra.value for code in codes],
            y=names,
            orientation="h",
            name=t(f"translation.inside.paths.{group}"),
            marker={"color": colour, "pattern": {"shape": pattern}},
            hovertemplate="%{y}: %{x:+.3f}<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(barmode="group")
    drawn.update_yaxes(autorange="reversed", tickfont={"size": 11})
    legend_below(drawn)
    return drawn


def heads_figure(costs: "RemovalCosts", t: Words) -> go.Figure:
    """All heads as one heat map: a row an attention of a layer, a column a head."""
    found = {row.removed[0].code: row.extra.value for row in costs.of("head")}
    rows = [(side, layer, part) for side, part in ATTENTIONS for layer in range(costs.layers)]
    values = [
        [found[f"{side}.{layer}.{part}.{head}"] for head in range(costs.heads)] for side, layer, part in rows
    ]
    drawn = figure(
        t("translation.inside.heads.title"),
        t("translation.inside.heads.x"),
        "",
        height=150 + 32 * len(rows),
    )
    drawn.add_heatmap(
        z=values,
        x=list(range(1, costs.heads + 1)),
        y=[part_name(side, layer, part, t) for side, layer, part in rows],
        text=[[f"{value:+.2f}" for value in row] for row in values],
        texttemplate="%{text}",
        colorscale=list(PALETTE.scale),
        colorbar={"title": {"text": t("translation.inside.heads.scale"), "side": "right"}, "thickness": 12},
        xgap=2,
        ygap=2,
        hovertemplate="%{y}, %{x}: %{z:+.3f}<extra></extra>",
    )
    drawn.update_xaxes(dtick=1, showgrid=False)
    drawn.update_yaxes(autorange="reversed", showgrid=False, tickfont={"size": 11})
    return drawn
