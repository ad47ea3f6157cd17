"""After BERT, in figures: ALBERT's parameters, RoBERTa's masks, SpanBERT's runs, ELECTRA's labels."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.attention.families.albert import BertSize
from core.attention.families.electra import Replaced
from core.attention.families.masking_schemes import Coverage
from core.plots.theme import PALETTE, figure
from core.wording import Words

Row = dict[str, object]


def albert_figure(sizes: Mapping[str, BertSize], words: Words) -> go.Figure:
    """Stacked parameters of BERT with none, each and both of ALBERT's savings."""
    drawn = figure(
        words("attention.families.albert.chart"), words("attention.families.albert.x"), "", height=330
    )
    rows = [words(f"attention.families.albert.{name}") for name in sizes]
    parts = {
        "embedding": [size.embedding + size.projection for size in sizes.values()],
        "layers": [size.layers for size in sizes.values()],
        "rest": [size.pooler for size in sizes.values()],
    }
    for number, (part, counts) in enumerate(parts.items()):
        name = words(f"attention.families.albert.{part}")
        drawn.add_bar(
            x=[count / 1e6 for count in counts],
            y=rows,
            orientation="h",
            name=name,
            marker={
                "color": PALETTE.series[number],
                "pattern": {"shape": ("", "/", ".")[number], "solidity": 0.25},
            },
            hovertext=[
                words("attention.families.albert.hover", row=row, part=name, count=count)
                for row, count in zip(rows, counts, strict=True)
            ],
            hoverinfo="text",
        )
    totals = [size.total / 1e6 for size in sizes.values()]
    drawn.add_scatter(
        x=totals,
        y=rows,
        mode="text",
        text=[f" {total:.1f}" for total in totals],
        textposition="middle right",
        showlegend=False,
        hoverinfo="skip",
        cliponaxis=False,
    )
    drawn.update_layout(barmode="stack", legend={"traceorder": "normal"}, margin={"t": 84})
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(range=[0, 1.15 * max(totals)])
    return drawn


def coverage_figure(found: Coverage, words: Words) -> go.Figure:
    """The share of tokens that were ever to be guessed, epoch by epoch."""
    drawn = figure(
        words("attention.families.roberta.chart"),
        words("attention.families.roberta.x"),
        words("attention.families.roberta.y"),
        height=340,
    )
    for number, (name, shares) in enumerate((("static", found.static), ("dynamic", found.dynamic))):
        drawn.add_scatter(
            x=list(range(1, len(shares) + 1)),
            y=[100 * share for share in shares],
            mode="lines",
            name=words(f"attention.families.roberta.{name}"),
            line={"dash": PALETTE.dashes[1 - number], "color": PALETTE.series[number], "width": 3},
            hovertemplate="%{y:.1f}%",
        )
    drawn.update_layout(hovermode="x unified")
    drawn.update_yaxes(range=[0, 105])
    return drawn


def spans_figure(counts: Sequence[int], expected: Sequence[float], words: Words) -> go.Figure:
    """Sampled lengths of hidden runs against their distribution."""
    drawn = figure(
        words("attention.families.span.chart"),
        words("attention.families.span.x"),
        words("attention.families.span.y"),
        height=340,
    )
    lengths, total = list(range(1, len(counts) + 1)), sum(counts)
    drawn.add_bar(
        x=lengths,
        y=[100 * count / total for count in counts],
        name=words("attention.families.span.drawn"),
        marker={"color": PALETTE.accent},
        hovertemplate="%{y:.1f}%",
    )
    drawn.add_scatter(
        x=lengths,
        y=[100 * share for share in expected],
        mode="markers",
        name=words("attention.families.span.expected"),
        marker={"symbol": "diamond-open", "size": 11, "color": PALETTE.bad, "line": {"width": 2}},
        hovertemplate="%{y:.1f}%",
    )
    drawn.update_xaxes(tickvals=lengths)
    drawn.update_layout(hovermode="x unified")
    return drawn


def electra_rows(result: Replaced, words: Words) -> list[Row]:
    """Every token with what the main model reads and the label that it must give."""
    rows: list[Row] = []
    for token, given, chosen, replaced in zip(
        result.tokens, result.inputs, result.chosen, result.replaced, strict=True
    ):
        label = "replaced" if replaced else ("agreed" if chosen else "original")
        rows.append(
            {
                words("attention.families.bert.original"): token,
                words("attention.families.bert.given"): given,
                words("attention.families.electra.label"): words(f"attention.families.electra.{label}"),
            }
        )
    return rows
