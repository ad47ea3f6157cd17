"""How a word is put together: its symbols in a row, and above them the merges that joined them."""

from collections.abc import Iterator
from dataclasses import dataclass

import plotly.graph_objects as go

from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.tokenizer.training.replay import MergeNode
from core.wording import Words

MOST_LEAVES = 60


@dataclass(frozen=True)
class _Place:
    """A node and where it is drawn."""

    node: MergeNode
    x: float
    y: int
    children: tuple["_Place", ...]


def merge_tree_figure(root: MergeNode, word: str, words: Words) -> go.Figure:
    """The tree; every merge with the number of the step that learnt it, what no merge joins in grey."""
    tree = _placed(root, iter(range(10**6)))
    places = list(_walk(tree))
    drawn = figure(
        words("tokenizer.tree.title", word=token_label(word)), "", "", height=150 + 62 * (tree.y + 1)
    )
    for learnt, colour, dash in ((True, PALETTE.accent, "solid"), (False, PALETTE.neutral, "dot")):
        x, y = _lines([place for place in places if place.children and _is_learnt(place) == learnt])
        drawn.add_scatter(
            x=x, y=y, mode="lines", line={"color": colour, "dash": dash, "width": 2}, hoverinfo="skip"
        )
    shown = [place for place in places if place.node.rank is not None or not place.children]
    drawn.add_scatter(
        x=[place.x for place in shown],
        y=[place.y for place in shown],
        mode="markers+text",
        marker={
            "size": 9,
            "color": [PALETTE.accent if place.children else PALETTE.neutral for place in shown],
            "symbol": ["circle" if place.children else "square" for place in shown],
        },
        text=[_text(place.node) for place in shown],
        textposition=["top center" if place.children else "bottom center" for place in shown],
        hovertext=[_said(place.node, words) for place in shown],
        hoverinfo="text",
        cliponaxis=False,
    )
    drawn.update_layout(showlegend=False)
    drawn.update_xaxes(visible=False, range=[-0.7, sum(not place.children for place in places) - 0.3])
    drawn.update_yaxes(visible=False, range=[-0.6, tree.y + 0.8])
    return drawn


def _placed(node: MergeNode, leaves: Iterator[int]) -> _Place:
    """The node's place: leaves side by side, a parent above the middle of its children."""
    children = tuple(_placed(child, leaves) for child in (node.left, node.right) if child is not None)
    if not children:
        return _Place(node, float(next(leaves)), 0, ())
    middle = (children[0].x + children[-1].x) / 2
    return _Place(node, middle, 1 + max(child.y for child in children), children)


def _walk(place: _Place) -> Iterator[_Place]:
    yield place
    for child in place.children:
        yield from _walk(child)


def _is_learnt(place: _Place) -> bool:
    return place.node.rank is not None


def _lines(parents: list[_Place]) -> tuple[list[float | None], list[float | None]]:
    """Lines from every parent to its children; None lifts the pen."""
    x: list[float | None] = []
    y: list[float | None] = []
    for parent in parents:
        for child in parent.children:
            x += [parent.x, child.x, None]
            y += [parent.y, child.y, None]
    return x, y


def _text(node: MergeNode) -> str:
    label = token_label(node.token)
    return label if node.rank is None else f"{label}<br><sub>#{node.rank}</sub>"


def _said(node: MergeNode, words: Words) -> str:
    label = token_label(node.token)
    if node.rank is None:
        return label
    return words("tokenizer.tree.hover", token=label, step=node.rank)
