"""Masks as heat maps: the kinds of Transformer, an order drawn by XLNet, and a causal mask opened."""

import plotly.graph_objects as go

from core.attention.families.objectives import KindPicture
from core.attention.families.opened_mask import OpenedMask
from core.attention.families.permutation import PermutationMask
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

LOSS = "●"
CLOSED, OPEN = "rgba(138, 148, 160, 0.18)", PALETTE.accent


def kind_figure(picture: KindPicture, words: Words) -> go.Figure:
    """Who may look at whom; rows whose output carries a loss are marked."""
    count = len(picture.inputs)
    drawn = _mask_figure(
        words(f"attention.families.value.kind.{picture.kind}"),
        [f"{place}" for place in range(count)],
        picture.mask,
        words,
    )
    labels = [token_label(token) for token in picture.inputs]
    guesses = [
        words("attention.families.kinds.no_guess")
        if target is None
        else words("attention.families.kinds.guess", target=token_label(target))
        for target in picture.targets
    ]
    _label(drawn, labels, [target is not None for target in picture.targets])
    drawn.update_traces(
        hovertext=[
            [
                _hover(labels[row], labels[column], bool(picture.mask[row, column]), words)
                + f"<br>{guesses[row]}"
                for column in range(count)
            ]
            for row in range(count)
        ]
    )
    if picture.kind == "encoder-decoder":
        edge = picture.encoder_length - 0.5
        drawn.add_hline(y=edge, line={"width": 2, "color": PALETTE.bad, "dash": "dash"})
        drawn.add_vline(x=edge, line={"width": 2, "color": PALETTE.bad, "dash": "dash"})
    return drawn


def permutation_figure(drawn_order: PermutationMask, tokens: tuple[str, ...], words: Words) -> go.Figure:
    """Who may look at whom in the drawn order."""
    labels = [token_label(token) for token in tokens]
    drawn = _mask_figure(
        words("attention.families.xlnet.figure"),
        [str(place) for place in range(len(tokens))],
        drawn_order.mask,
        words,
    )
    steps = {place: step + 1 for step, place in enumerate(drawn_order.order)}
    numbered = [f"{label} {steps[place]}" for place, label in enumerate(labels)]
    _label(drawn, numbered, list(drawn_order.predicted))
    drawn.update_traces(
        hovertext=[
            [
                _hover(numbered[row], numbered[column], bool(drawn_order.mask[row, column]), words)
                for column in range(len(tokens))
            ]
            for row in range(len(tokens))
        ]
    )
    return drawn


def _mask_figure(title: str, places: list[str], mask: object, words: Words) -> go.Figure:
    drawn = figure(
        title,
        words("attention.families.kinds.x"),
        words("attention.families.kinds.y"),
        height=210 + 17 * len(places),
    )
    drawn.add_heatmap(
        z=[[int(cell) for cell in row] for row in mask],  # type: ignore[attr-defined]
        zmin=0,
        zmax=1,
        colorscale=[[0, CLOSED], [1, OPEN]],
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="text",
    )
    return drawn


def _label(drawn: go.Figure, labels: list[str], with_loss: list[bool]) -> None:
    places = list(range(len(labels)))
    marked = [f"{label} {LOSS if loss else '   '}" for label, loss in zip(labels, with_loss, strict=True)]
    drawn.update_yaxes(
        autorange="reversed", tickvals=places, ticktext=marked, tickfont={"size": 11}, showgrid=False
    )
    drawn.update_xaxes(tickvals=places, ticktext=labels, tickangle=-60, tickfont={"size": 11}, showgrid=False)


def _hover(reader: str, read: str, is_open: bool, words: Words) -> str:
    state = words(f"attention.families.kinds.{'open' if is_open else 'closed'}")
    return words("attention.families.kinds.hover", reader=reader, read=read, state=state)


def opened_figure(result: OpenedMask, words: Words) -> go.Figure:
    """The loss of each token of the second half under both masks."""
    drawn = figure(
        words("attention.families.opened.figure"),
        words("attention.families.opened.x"),
        words("attention.families.opened.y"),
    )
    places = list(range(len(result.tokens)))
    series = (("causal", result.causal, "circle", "solid"), ("opened", result.opened, "x", "dash"))
    for number, (name, losses, symbol, dash) in enumerate(series):
        drawn.add_scatter(
            x=places,
            y=losses,
            mode="lines+markers",
            name=words(f"attention.families.opened.{name}"),
            marker={"symbol": symbol, "size": 9, "color": PALETTE.series[4 * number]},
            line={"dash": dash, "color": PALETTE.series[4 * number]},
            hovertemplate="%{y:.2f}",
        )
    drawn.update_xaxes(
        tickvals=places, ticktext=[token_label(token) for token in result.tokens], tickangle=-60
    )
    drawn.update_layout(hovermode="x unified")
    return drawn
