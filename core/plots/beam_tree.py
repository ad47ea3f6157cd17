"""The tree of a beam search: which hypotheses lived, were dropped, or finished."""

from collections.abc import Callable, Sequence
from html import escape
from math import exp

import plotly.graph_objects as go

from core.decoding.beam import BeamResult
from core.decoding.beam_tree import ROOT, BeamNode, Fate
from core.errors import GlassboxError
from core.plots.theme import PALETTE, figure
from core.translation.beam import BeamResult as TranslationResult
from core.translation.beam_tree import BeamNode as TranslationNode
from core.wording import Words

Node = BeamNode | TranslationNode
FATES: tuple[Fate, ...] = ("dropped", "kept", "finished", "best")
"""Drawn in this order, so that the best path lies on top."""
STYLE: dict[Fate, tuple[str, str, str]] = {
    "best": (PALETTE.accent, "solid", "circle"),
    "kept": (PALETTE.series[3], "dash", "square"),
    "finished": (PALETTE.bad, "longdash", "diamond"),
    "dropped": (PALETTE.neutral, "dot", "x-thin-open"),
}
"""Colour, dash and marker of each fate: no two fates differ by colour alone."""
MOST_NODES = 990
"""Each node is a marker and a line to its parent, and a page stays quick up to about 2,000 marks."""
MOST_STEPS = 16
"""More steps than this leave no room for the tokens' texts."""
LONGEST_TEXT = 12
LANE_HEIGHT = 36
"""Pixels: room for a marker with its text above it."""


def beam_tree_figure(
    result: BeamResult | TranslationResult,
    token_text: Callable[[int], str],
    words: Words,
    first_step: int = 1,
    last_step: int | None = None,
    texts: str = "decoding.beam_tree",
) -> go.Figure:
    """Draw the steps `first_step` to `last_step` of the tree, a column for each, the best candidate on top.

    Args:
        result: a search made with `record_tree`.
        token_text: what to write for a token id.
        words: the reader's wording.
        first_step: the first generated token drawn, from 1.
        last_step: the last one; by default, as many as can be read. A window with too many nodes is
            cut at its end; the title names the steps that are drawn.
        texts: where the wording lies.

    Raises:
        GlassboxError: the tree was not recorded.
    """
    if not result.tree:
        raise GlassboxError("decoding.error.no_beam_tree")

    def say(key: str, /, **values: object) -> str:
        return words(f"{texts}.{key}", **values)

    total = max(node.step for node in result.tree)
    first = min(max(first_step, 1), total)
    last = _last_step(result.tree, first, min(total, last_step or first + MOST_STEPS - 1))
    nodes = [node for node in result.tree if first <= node.step <= last]
    lanes = _lanes(nodes)
    titles = (
        say("title", first=first, last=last, total=total),
        say("x"),
    )
    grouped = len({group for group, _ in lanes}) > 1
    y_title = say("y_groups" if grouped else "y")
    drawing = figure(*titles, y_title, height=160 + LANE_HEIGHT * len(lanes))
    _add_start(drawing, result, first, lanes, token_text, say)
    for fate in FATES:
        of_fate = [node for node in nodes if node.fate == fate]
        if of_fate:
            drawing.add_traces(_fate_traces(fate, of_fate, result, first, lanes, token_text, say))
    _label_axes(drawing, lanes, first, last, grouped, say)
    return drawing


def _last_step(tree: Sequence[Node], first: int, wanted: int) -> int:
    """The last step up to `wanted` with which the window keeps to `MOST_NODES`."""
    last = first
    while last < wanted and sum(first <= node.step <= last + 1 for node in tree) <= MOST_NODES:
        last += 1
    return last


def _lanes(nodes: Sequence[Node]) -> dict[tuple[int, int], int]:
    """The height of each (group, rank), the first group's best on top at 0."""
    places = sorted({(node.group, node.rank) for node in nodes})
    return {place: -height for height, place in enumerate(places)}


def _add_start(
    drawing: go.Figure,
    result: BeamResult | TranslationResult,
    first: int,
    lanes: dict[tuple[int, int], int],
    token_text: Callable[[int], str],
    say: Words,
) -> None:
    """What the first column hangs on: the prompt, or the last tokens before the window."""
    parents = {node.parent for node in result.tree if node.step == first}
    earlier = [result.tree[parent] for parent in sorted(parents) if parent != ROOT]
    heights = [_height(node, lanes) for node in earlier] or [0]
    texts = [_shown(token_text(node.token)) for node in earlier] or [say("prompt")]
    name = say("earlier" if earlier else "prompt")
    drawing.add_trace(
        go.Scatter(
            x=[first - 1] * len(heights),
            y=heights,
            mode="markers+text",
            marker={"color": PALETTE.neutral, "symbol": "circle-open", "size": 9},
            text=texts,
            textposition="top right",  # at the left edge, where a centred text would be cut
            name=name,
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
    )


def _fate_traces(
    fate: Fate,
    nodes: Sequence[Node],
    result: BeamResult | TranslationResult,
    first: int,
    lanes: dict[tuple[int, int], int],
    token_text: Callable[[int], str],
    say: Words,
) -> list[go.Scatter]:
    """The lines to the nodes of one fate, and the nodes with their texts."""
    colour, dash, symbol = STYLE[fate]
    x: list[float | None] = []
    y: list[float | None] = []
    for node in nodes:
        start = 0 if node.parent == ROOT else _height(result.tree[node.parent], lanes)
        x += [node.step - 1, node.step, None]
        y += [start, _height(node, lanes), None]
    label = say(f"fate.{fate}")
    width = 3 if fate == "best" else 1.5
    line = {"color": colour, "dash": dash, "width": width}
    marker = {"color": colour, "symbol": symbol, "size": 10, "line": {"width": 2, "color": colour}}
    lines = go.Scatter(
        x=x, y=y, mode="lines", line=line, name=label, legendgroup=fate, showlegend=False, hoverinfo="skip"
    )
    dots = go.Scatter(
        x=[node.step for node in nodes],
        y=[_height(node, lanes) for node in nodes],
        mode="markers+text",
        marker=marker,
        text=[_shown(token_text(node.token)) for node in nodes],
        textposition="top center",
        textfont={"size": 12},
        hovertext=[_hover(node, label, token_text, say) for node in nodes],
        hoverinfo="text",
        name=label,
        legendgroup=fate,
    )
    return [lines, dots]


def _height(node: Node, lanes: dict[tuple[int, int], int]) -> int:
    """A node's lane; a rank that occurs only before the window is drawn below the last one."""
    return lanes.get((node.group, node.rank), -len(lanes))


def _shown(text: str) -> str:
    """A token's text, cut to fit a node, its blanks visible; Plotly would read `<b>` as bold: escaped.

    Quotation marks are not: Plotly would show their entities.
    """
    text = text.replace("\n", "⏎") if text.strip() else text.replace("\n", "⏎").replace(" ", "␣")
    return escape(text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…", quote=False)


def _hover(node: Node, fate: str, token_text: Callable[[int], str], say: Words) -> str:
    return say(
        "hover",
        token=escape(token_text(node.token), quote=False),
        step=node.step,
        fate=fate,
        log_probability=node.log_probability,
        probability=exp(node.log_probability),
        score=node.score,
        rank=node.rank,
    )


def _label_axes(
    drawing: go.Figure, lanes: dict[tuple[int, int], int], first: int, last: int, grouped: bool, say: Words
) -> None:
    texts = [say("group_rank", group=group + 1, rank=rank) if grouped else str(rank) for group, rank in lanes]
    drawing.update_yaxes(
        tickvals=list(lanes.values()), ticktext=texts, zeroline=False, range=[-len(lanes) - 0.4, 0.9]
    )
    drawing.update_xaxes(dtick=max(1, (last - first) // 10), range=[first - 1.4, last + 0.6], zeroline=False)
