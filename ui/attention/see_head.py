"""All heads as one picture, and the chosen one large: as a map and token by token."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.plots.attention_see_grid import overview_figure
from core.plots.attention_see_head import head_figure, shades
from ui.attention.see_place import cell_of, choose_cell, choose_head, clicked_data
from ui.inputs import show_csv, show_segments
from ui.text import t
from ui.token_view import ShownToken, show_tokens

if TYPE_CHECKING:
    from core.attention.head_kinds import HeadKinds
    from core.attention.reading import Reading

ARRANGEMENTS = ("across", "down", "kind")
DIRECTIONS = ("looks", "seen")
WORTH_NAMING = 0.005
"""A smaller weight would be read as 0%."""


def show_grid(reading: "Reading", kinds: "HeadKinds") -> None:
    """Every head as a small map; a click shows it large."""
    from core.attention.small_maps import small_maps

    st.subheader(t("attention.see.grid.heading"), anchor=False)
    arrangement = show_segments("attention", "see_arrangement", ARRANGEMENTS)
    small = small_maps(reading, kinds, arrangement)
    chosen = (st.session_state["attention.layer"], st.session_state["attention.head"])
    st.plotly_chart(
        overview_figure(small, chosen, arrangement, reading.model.layer_count, t),
        key="attention.see.grid",
        on_select=_grid_clicked,
        selection_mode="points",
        config={"displayModeBar": False},
    )
    st.caption(t("attention.see.grid.reading"))
    if small.pooled > 1:
        st.caption(t("attention.see.grid.pooled", tokens=reading.length, pooled=small.pooled))


def _grid_clicked() -> None:
    place = clicked_data("attention.see.grid")
    if place is not None:
        choose_head(int(place[0]), int(place[1]))


def show_head(reading: "Reading", kinds: "HeadKinds") -> tuple[int, int]:
    """One head large; returns the cell (row, column) that is looked at, counted from 0."""
    layer, head = _show_choice(reading)
    row, column = cell_of(reading)
    weights = reading.weights[layer, head]
    st.subheader(
        t(
            "attention.see.head.heading",
            layer=layer,
            head=head,
            kind=t(f"attention.see.kind.{kinds.kinds[layer][head]}"),
        ),
        anchor=False,
    )
    st.markdown(_facts(kinds, layer, head))
    left, right = st.columns([3, 2], gap="large")
    with right:
        _show_tokens(reading, layer, head, row)
    with left:
        st.plotly_chart(
            head_figure(
                reading.tokens,
                weights,
                (row, column),
                t("attention.see.head.title", layer=layer, head=head),
                reading.model.causal,
                reading.generated,
                t,
            ),
            key="attention.see.map",
            on_select=_cell_clicked,
            selection_mode="points",
            config={"displayModeBar": False},
        )
        st.caption(t("attention.see.head.reading"))
    return row, column


def _show_choice(reading: "Reading") -> tuple[int, int]:
    model = reading.model
    with st.container(horizontal=True, gap="medium"):
        for name, last in (("layer", model.layer_count - 1), ("head", model.head_count - 1)):
            st.number_input(
                t(f"attention.see.head.{name}", last=last),
                0,
                last,
                step=1,
                key=f"attention.{name}",
                help=t(f"attention.see.head.{name}_help"),
                persist_state="session",
                on_change=_forget_column,
                width=220,
            )
    return int(st.session_state["attention.layer"]), int(st.session_state["attention.head"])


def _forget_column() -> None:
    st.session_state.pop("attention.see_column", None)


def _facts(kinds: "HeadKinds", layer: int, head: int) -> str:
    kind = kinds.kinds[layer][head]
    entropy = kinds.entropy[layer, head]
    measured = kinds.scores.get(kind)
    about = t(f"attention.see.kind_about.{kind}")
    if measured is not None:
        where = "measured_repeated" if kind in ("induction", "same") else "measured"
        about += " " + t(f"attention.see.head.{where}", share=measured[layer, head].item())
    numbers = t(
        "attention.see.head.numbers",
        entropy=entropy.item(),
        shared=entropy.exp().item(),
        distance=kinds.distance[layer, head].item(),
    )
    return f"{about} {numbers}"


def _cell_clicked() -> None:
    cell = clicked_data("attention.see.map")
    if cell is not None:
        choose_cell(int(cell[0]), int(cell[1]))


def _show_tokens(reading: "Reading", layer: int, head: int, row: int) -> None:
    """The sentence, shaded by what the chosen token looks at, or by who looks at it."""
    direction = show_segments("attention", "see_direction", DIRECTIONS)
    weights = reading.weights[layer, head]
    shown = weights[row] if direction == "looks" else weights[:, row]
    notes = [t(f"attention.see.head.note_{direction}", share=share) for share in shown.tolist()]
    tokens = [
        ShownToken(token, shade, note)
        for token, shade, note in zip(reading.tokens, shades(shown), notes, strict=True)
    ]
    legend = (t("attention.see.head.little"), t("attention.see.head.much"))
    chosen = show_tokens(tokens, "attention.see.tokens", selected=row, legend=legend)
    if chosen is not None and chosen != row:
        choose_cell(chosen)
        st.rerun(scope="fragment")
    strongest = [
        place for place in shown.argsort(descending=True)[:4].tolist() if shown[place] >= WORTH_NAMING
    ]
    st.markdown(
        t(
            f"attention.see.head.strongest_{direction}",
            token=_quoted(reading.tokens[row]),
            places=", ".join(
                f"{_quoted(reading.tokens[place])} {shown[place].item():.0%}" for place in strongest
            ),
        )
    )
    st.caption(t("attention.see.head.tokens_reading"))
    show_csv(
        lambda: csv_text(_rows(reading, layer, head)),
        f"attention_{layer}_{head}.csv",
        "attention.see.head.download",
        t("attention.see.head.download"),
    )


def _quoted(token: str) -> str:
    """A token inside a sentence of Markdown, as code, its marks harmless."""
    return "`" + token.replace("`", "ʼ").replace("\n", "↵").replace(" ", "␣") + "`"


def _rows(reading: "Reading", layer: int, head: int) -> list[dict[str, object]]:
    names = [f"{place + 1} {token}" for place, token in enumerate(reading.tokens)]
    return [
        {t("attention.see.looking"): name, **dict(zip(names, weights, strict=True))}
        for name, weights in zip(names, reading.weights[layer, head].tolist(), strict=True)
    ]
