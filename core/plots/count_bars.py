"""Counts as horizontal bars with the number at the end of each, in the order given."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go


def add_count_bars(
    drawn: go.Figure, labels: Sequence[str], counts: Sequence[int], marker: Mapping[str, object]
) -> None:
    """Add one bar a label to `drawn`, the first on top, with room for the numbers; `marker` is Plotly's."""
    drawn.add_bar(
        x=list(counts),
        y=list(labels),
        orientation="h",
        marker=dict(marker),
        text=[f"{count:,}" for count in counts],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,}<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(range=[0, 1.15 * max([*counts, 1])])
