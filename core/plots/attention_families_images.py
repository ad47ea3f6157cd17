"""An image cut into patches, the count of its tokens, and how little joins it to a language model."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.attention.families.image_patches import Image, ImageModel, patch_count
from core.plots.theme import PALETTE, figure
from core.wording import Words

Row = dict[str, object]
CONTEXT = 4096


def patches_figure(image: Image, patch: int, words: Words) -> go.Figure:
    """The image with the borders of its patches."""
    side = image.shape[0]
    title = words("attention.families.images.title", side=side, grid=side // patch)
    drawn = figure(
        title, words("attention.families.images.x"), words("attention.families.images.y"), height=560
    )
    drawn.add_image(z=image, hoverinfo="skip")
    borders: list[float | None] = []
    along: list[float | None] = []
    for place in range(0, side + 1, patch):
        borders += [place - 0.5, place - 0.5, None]
        along += [-0.5, side - 0.5, None]
    line = {"color": "rgba(255, 255, 255, 0.75)", "width": 1}
    for x, y in ((borders, along), (along, borders)):
        drawn.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)
    drawn.update_xaxes(range=[-0.5, side - 0.5], showgrid=False, constrain="domain")
    drawn.update_yaxes(range=[side - 0.5, -0.5], showgrid=False, scaleanchor="x", constrain="domain")
    return drawn


def token_grid_figure(
    resolutions: Sequence[int], sizes: Sequence[int], chosen: tuple[int, int], words: Words
) -> go.Figure:
    """Image tokens for every resolution and patch that fit; the chosen pair framed."""
    counts = [
        [None if resolution % patch else patch_count(resolution, patch) for patch in sizes]
        for resolution in resolutions
    ]
    largest = max(count for row in counts for count in row if count)
    drawn = figure(
        words("attention.families.images.grid"),
        words("attention.families.images.grid_x"),
        words("attention.families.images.grid_y"),
        height=150 + 44 * len(resolutions),
    )
    drawn.add_heatmap(
        z=[[None if count is None else (count / largest) ** 0.4 for count in row] for row in counts],
        x=[str(patch) for patch in sizes],
        y=[str(resolution) for resolution in resolutions],
        colorscale=list(PALETTE.scale),
        showscale=False,
        xgap=3,
        ygap=3,
        text=[["" if count is None else f"{count:,}" for count in row] for row in counts],
        texttemplate="%{text}",
        hovertext=[
            [
                ""
                if count is None
                else words(
                    "attention.families.images.grid_hover", resolution=resolution, patch=patch, count=count
                )
                for patch, count in zip(sizes, row, strict=True)
            ]
            for resolution, row in zip(resolutions, counts, strict=True)
        ],
        hoverinfo="text",
    )
    row, column = list(resolutions).index(chosen[0]), list(sizes).index(chosen[1])
    drawn.add_shape(
        type="rect",
        x0=column - 0.5,
        x1=column + 0.5,
        y0=row - 0.5,
        y1=row + 0.5,
        line={"color": PALETTE.bad, "width": 4},
    )
    drawn.update_xaxes(type="category", showgrid=False)
    drawn.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return drawn


def joint_rows(models: Sequence[ImageModel], words: Words) -> list[Row]:
    """What each model is made of, and the share of what joins the two halves."""

    def column(name: str) -> str:
        return words(f"attention.families.images.column.{name}")

    return [
        {
            column("model"): model.title,
            column("tokens"): model.tokens,
            column("context"): f"{model.tokens / CONTEXT:.0%}",
            column("vision"): round(model.vision / 1e6, 1),
            column("projector"): round(model.projector / 1e6, 1),
            column("text"): round(model.text_parameters / 1e6, 1),
            column("share"): f"{model.projector_share:.2%}",
            column("source"): model.source,
        }
        for model in models
    ]
