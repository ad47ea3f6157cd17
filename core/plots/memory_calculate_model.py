"""Where a model's parameters are, module by module, and what one of its blocks keeps."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.memory.kept import KeptTensors
from core.memory.parameter_rows import ModuleRow
from core.plots.memory_terms import MEBIBYTE
from core.plots.theme import PALETTE, figure
from core.wording import Words

Row = dict[str, object]


def parameters_figure(parts: Mapping[str, int], title: str, words: Words) -> go.Figure:
    """One stacked bar of the parameters by part."""
    total = sum(parts.values())
    drawn = figure(
        words("memory.calculate.parameters.title", model=title, total=total),
        words("memory.calculate.parameters.x"),
        "",
        height=230,
    )
    for place, (part, count) in enumerate(parts.items()):
        drawn.add_bar(
            x=[100 * count / total],
            y=[""],
            orientation="h",
            name=words(f"memory.calculate.part.{part}"),
            marker={"color": PALETTE.series[place]},
            text=[f"{words(f'memory.calculate.part.{part}')}<br>{100 * count / total:.1f}%"],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hovertext=[words("memory.calculate.parameters.hover", count=count, share=count / total)],
            hovertemplate="%{hovertext}<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(
        barmode="stack",
        uniformtext={"minsize": 11, "mode": "hide"},
        showlegend=True,
        legend={"yref": "container", "y": 0, "yanchor": "bottom", "traceorder": "normal"},
    )
    drawn.update_yaxes(showticklabels=False, title=None)
    drawn.update_xaxes(range=[0, 100], ticksuffix="%")
    return drawn


def module_table(rows: Sequence[ModuleRow], words: Words) -> list[Row]:
    """A row for each module: its shape, how often it is there, its parameters in the whole model."""
    return [
        {
            words("memory.calculate.column.module"): row.name,
            words("memory.calculate.column.part"): words(f"memory.calculate.part.{row.part}"),
            words("memory.calculate.column.shape"): f"{row.outputs:,} × {row.inputs:,}"
            if row.inputs > 1 or row.part != "norms"
            else f"{row.outputs:,}",
            words("memory.calculate.column.bias"): "✓" if row.bias else "",
            words("memory.calculate.column.copies"): row.copies * row.blocks,
            words("memory.calculate.column.parameters"): row.parameters,
        }
        for row in rows
    ]


def kept_figure(kept: KeptTensors, words: Words) -> go.Figure:
    """The tensors of one block, largest on top."""
    names = [words(f"memory.predict.kept.{tensor.name}") for tensor in kept.tensors]
    sizes = [tensor.bytes / MEBIBYTE for tensor in kept.tensors]
    drawn = figure(
        words("memory.calculate.kept.title", total=kept.total / MEBIBYTE),
        words("memory.calculate.kept.x"),
        "",
        height=130 + 30 * len(names),
    )
    drawn.add_bar(
        x=sizes,
        y=[_wrapped(name) for name in names],
        orientation="h",
        marker={"color": PALETTE.accent},
        text=[f"{size:,.1f}" for size in sizes],
        textposition="outside",
        cliponaxis=False,
        hovertext=names,
        hovertemplate="%{hovertext}: %{x:,.2f} MiB<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category", showgrid=False, tickfont={"size": 11})
    drawn.update_xaxes(range=[0, 1.25 * max(sizes)])
    return drawn


def _wrapped(name: str, width: int = 34) -> str:
    """The name on two lines where it is long, parted at a space."""
    if len(name) <= width or " " not in name[:width]:
        return name
    cut = name[:width].rindex(" ")
    return name[:cut] + "<br>" + name[cut + 1 :]
