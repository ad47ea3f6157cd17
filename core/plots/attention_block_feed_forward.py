"""Feed-forward layers: their share of real models, the neurons of a token, one neuron over a text."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.attention.block.feed_forward import SwitchedOff, TokenNeurons
from core.attention.block.feed_forward_size import FeedForwardSize
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

Row = dict[str, object]


def share_figure(models: Sequence[FeedForwardSize], words: Words) -> go.Figure:
    """The feed-forward layers' share of all parameters, model by model."""
    drawn = figure(words("attention.block.size.chart"), words("attention.block.size.x"), "", height=330)
    drawn.add_bar(
        x=[model.share for model in models],
        y=[model.name for model in models],
        orientation="h",
        marker={
            "color": [PALETTE.accent if model.gated else PALETTE.series[1] for model in models],
            "pattern": {"shape": ["" if model.gated else "/" for model in models]},
        },
        text=[
            f"{model.share:.0%} · " + words(f"attention.block.size.{'gated' if model.gated else 'plain'}")
            for model in models
        ],
        textposition="inside",
        insidetextanchor="start",
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(range=[0, 1], tickformat=".0%")
    return drawn


def size_rows(models: Sequence[FeedForwardSize], words: Words) -> list[Row]:
    """A row for each model: widths, ratio, parameters."""
    column = {
        name: words(f"attention.block.size.column.{name}")
        for name in ("model", "width", "inner", "ratio", "gate", "per_layer", "layers", "share")
    }
    return [
        {
            column["model"]: model.name,
            column["width"]: model.width,
            column["inner"]: model.inner,
            column["ratio"]: round(model.ratio, 3),
            column["gate"]: words(f"attention.block.size.{'gated' if model.gated else 'plain'}"),
            column["per_layer"]: model.per_layer,
            column["layers"]: model.layers,
            column["share"]: f"{model.share:.1%}",
        }
        for model in models
    ]


def neurons_figure(found: TokenNeurons, token: str, words: Words) -> go.Figure:
    """The largest steps that neurons of one layer add at one token, with what each promotes."""
    drawn = figure(
        words("attention.block.neurons.chart", layer=found.layer + 1, token=token_label(token)),
        words("attention.block.neurons.x"),
        "",
        height=120 + 34 * len(found.neurons),
    )
    labels = [f"{neuron.index}" for neuron in found.neurons]
    for positive in (True, False):
        own = [neuron for neuron in found.neurons if (neuron.coefficient >= 0) == positive]
        drawn.add_bar(
            x=[neuron.size for neuron in own],
            y=[f"{neuron.index}" for neuron in own],
            orientation="h",
            name=words(f"attention.block.neurons.{'positive' if positive else 'negative'}"),
            marker={
                "color": PALETTE.accent if positive else PALETTE.series[1],
                "pattern": {"shape": "" if positive else "/"},
            },
            text=[" ".join(token_label(token) for token in neuron.promoted[:3]) for neuron in own],
            textposition="auto",
            customdata=[neuron.coefficient for neuron in own],
            hovertemplate=words("attention.block.neurons.hover") + "<extra></extra>",
        )
    drawn.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=labels[::-1],
        title={"text": words("attention.block.neurons.y")},
    )
    legend_below(drawn)
    return drawn


def neuron_rows(found: TokenNeurons, words: Words) -> list[Row]:
    """A row for each neuron with its numbers and tokens."""
    column = {
        name: words(f"attention.block.neurons.column.{name}")
        for name in ("index", "gate", "up", "coefficient", "size", "promoted", "demoted")
    }
    return [
        {
            column["index"]: neuron.index,
            column["gate"]: round(neuron.gate, 3),
            column["up"]: round(neuron.up, 3),
            column["coefficient"]: round(neuron.coefficient, 3),
            column["size"]: round(neuron.size, 2),
            column["promoted"]: " | ".join(neuron.promoted),
            column["demoted"]: " | ".join(neuron.demoted),
        }
        for neuron in found.neurons
    ]


def over_text_figure(
    coefficients: Sequence[float], tokens: Sequence[str], neuron: int, words: Words
) -> go.Figure:
    """One neuron's coefficient on every token of the text."""
    drawn = figure(
        words("attention.block.over.chart", neuron=neuron),
        words("attention.block.over.x"),
        words("attention.block.over.y"),
        height=340,
    )
    places = list(range(len(tokens)))
    drawn.add_bar(
        x=places,
        y=list(coefficients),
        marker={
            "color": [PALETTE.accent if value >= 0 else PALETTE.series[1] for value in coefficients],
            "pattern": {"shape": ["" if value >= 0 else "/" for value in coefficients]},
        },
        customdata=[token_label(token) for token in tokens],
        hovertemplate="%{customdata}: %{y:.3f}<extra></extra>",
    )
    drawn.update_xaxes(
        tickvals=places,
        ticktext=[token_label(token) for token in tokens],
        tickangle=-60,
        tickfont={"size": 11},
    )
    return drawn


def switched_figure(found: SwitchedOff, words: Words) -> go.Figure:
    """The next token's probabilities with and without the neuron."""
    drawn = figure(
        words("attention.block.switched.chart"), words("attention.block.switched.x"), "", height=360
    )
    labels = [token_label(token) for token in found.tokens]
    places = list(range(len(labels)))
    for index, (name, values) in enumerate((("before", found.before), ("after", found.after))):
        drawn.add_bar(
            x=list(values),
            y=places,
            orientation="h",
            name=words(f"attention.block.switched.{name}"),
            marker={
                "color": (PALETTE.neutral, PALETTE.accent)[index],
                "pattern": {"shape": ("/", "")[index]},
            },
            hovertemplate="%{x:.2%}<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(tickvals=places, ticktext=labels, autorange="reversed")
    drawn.update_xaxes(tickformat=".0%", rangemode="tozero")
    legend_below(drawn)
    return drawn
