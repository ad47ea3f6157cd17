"""Every head removed in turn: a heat map, sharpness against effect, and the two heads that mislead most."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.attention.head_ranking import (
    CSV_FILE,
    MOSTLY_SINK,
    RESULT_FILE,
    HeadEffect,
    HeadRanking,
    read_ranking,
    read_shipped_ranking,
)
from core.attention.matter_texts import ranking_text
from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.attention_matter_rank import grid_figure, scatter_figure
from core.plots.attention_matter_switch import picture_figure
from ui.attention.controls import MODELS
from ui.attention.matter_link import REPLACEMENTS
from ui.attention.sentence import opened_model
from ui.inputs import show_csv, show_link, show_segments
from ui.job_panel import show_job_panel
from ui.queue import turn_in_queue
from ui.text import naming, show_error, t

if TYPE_CHECKING:
    from core.attention.ablation import Intact

SOURCES = ("shipped", "own")
MOST_PICTURED = 48
"""Tokens of the text that the pictures show, from its beginning."""
MOST_LISTED = 12


def show_rank() -> None:
    """Where the ranking comes from, and the ranking."""
    st.markdown(t("attention.matter.rank.lead"))
    model = show_segments("attention", "model", MODELS)
    source = show_segments("attention", "matter_source", SOURCES)
    try:
        ranking, csv = _shipped(model) if source == "shipped" else _own(model)
        if ranking is not None:
            _show_ranking(ranking, csv, source)
    except GlassboxError as error:
        show_error(error)


def _shipped(model: str) -> tuple[HeadRanking, str]:
    """The ranking that comes with the project, as the job wrote it.

    Raises:
        GlassboxError: its file is damaged.
    """
    ranking = read_shipped_ranking(model)
    with st.expander(t("attention.matter.rank.text", tokens=ranking.tokens), icon=":material/notes:"):
        st.write(ranking.text)
    st.caption(t("attention.matter.rank.shipped"))
    return ranking, csv_text(ranking.rows())


def _own(model: str) -> tuple[HeadRanking | None, str]:
    """The newest ranking of the reader's own job, and the controls to start one.

    Raises:
        GlassboxError: its result cannot be read.
    """
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.session_state.setdefault("attention.matter.rank_text", ranking_text())
        text = st.text_area(
            t("attention.matter.rank.own_text"),
            key="attention.matter.rank_text",
            height=170,
            help=t("attention.matter.rank.own_text_help"),
            persist_state="session",
        )
    with right:
        replacement = show_segments("attention", "matter_replacement", REPLACEMENTS)
        parameters: dict[str, Any] | None = {"text": text, "model": model, "replacement": replacement}
        if not text.strip():
            st.info(t("attention.matter.empty"), icon=":material/edit:")
            parameters = None
        job = show_job_panel(
            "attention.ablation", parameters, "attention.matter.job", "attention.matter.job.start"
        )
    if job is None:
        return None, ""
    ranking = read_ranking(job.result_folder / RESULT_FILE)
    if ranking.left_out:
        st.warning(
            t("attention.matter.left_out", read=ranking.tokens, left=ranking.left_out),
            icon=":material/content_cut:",
        )
    return ranking, (job.result_folder / CSV_FILE).read_text(encoding="utf-8")


def _show_ranking(ranking: HeadRanking, csv: str, source: str) -> None:
    measure = _show_measure(ranking)
    idle, vital = ranking.sharp_but_idle(measure), ranking.dull_but_vital(measure)
    marked = {**({"A": idle} if idle else {}), "B": vital}
    st.markdown(_said(ranking, measure))
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(scatter_figure(ranking, measure, marked, t), key="attention.matter.scatter.chart")
        st.caption(t("attention.matter.scatter.reading"))
    with right:
        st.plotly_chart(grid_figure(ranking, measure, marked, t), key="attention.matter.grid.chart")
        st.caption(t("attention.matter.grid.reading"))
    _show_pictures(ranking, measure, marked)
    with st.expander(t("attention.matter.rank.table", count=MOST_LISTED), icon=":material/table:"):
        st.dataframe(_table(ranking, measure), hide_index=True, key="attention.matter.rank.table.rows")
    with st.container(horizontal=True):
        show_csv(csv, "ablation.csv", "attention.matter.rank.csv")
        values = {"view": "matter", "matter_part": "rank", "model": ranking.model}
        show_link("attention", values if source == "shipped" else {**values, "matter_source": "own"})


def _show_measure(ranking: HeadRanking) -> str:
    if len(ranking.measures) == 1:
        st.caption(t("attention.matter.rank.vector_only"))
        return ranking.measures[0]
    return show_segments("attention", "matter_measure", ranking.measures)


def _said(ranking: HeadRanking, measure: str) -> str:
    """The finding in one sentence, with this ranking's own numbers."""
    count = max(1, len(ranking.heads) // 10)
    sharpest = sorted(ranking.heads, key=lambda effect: -effect.sharpness)[:count]
    top = ranking.ranked(measure)[:count]
    return t(
        "attention.matter.rank.said",
        correlation=ranking.correlation(measure),
        count=count,
        heads=len(ranking.heads),
        both=len([effect for effect in sharpest if effect in top]),
        chance=count * count / len(ranking.heads),
        sinks=len([effect for effect in sharpest if effect.sink_share >= MOSTLY_SINK]),
    )


def _show_pictures(ranking: HeadRanking, measure: str, marked: dict[str, HeadEffect]) -> None:
    """The attention pictures of the marked heads, side by side, on the text that was ranked."""
    st.subheader(t("attention.matter.rank.pictures"), anchor=False)
    with turn_in_queue(st.empty()):
        intact = _intact_of(ranking)
    for column, (letter, effect) in zip(st.columns(2, gap="large"), marked.items(), strict=False):
        with column:
            drawn = _picture(ranking, intact, letter, effect)
            st.plotly_chart(drawn, key=f"attention.matter.rank.picture.{letter}")
            st.caption(
                t(
                    f"attention.matter.rank.picture.{letter.lower()}",
                    sharpness=effect.sharpness,
                    value=effect.measure(measure),
                    measure=t(f"attention.matter.measure_short.{measure}"),
                    place=1 + ranking.ranked(measure).index(effect),
                    heads=len(ranking.heads),
                )
            )
    if ranking.tokens > MOST_PICTURED:
        st.caption(t("attention.matter.rank.pictured", shown=MOST_PICTURED, tokens=ranking.tokens))


def _picture(ranking: HeadRanking, intact: "Intact", letter: str, effect: HeadEffect) -> Any:
    """The head's map over the beginning of the text, computed anew from the layer's input."""
    model = opened_model(ranking.model)
    weights = model.layer(effect.layer, intact.hidden[effect.layer]).weights[effect.head]
    title = t("attention.matter.rank.picture.title", letter=letter, layer=effect.layer, head=effect.head)
    some = slice(MOST_PICTURED)
    return picture_figure(intact.tokens[some], weights[some, some], title, model.causal, t)


def _intact_of(ranking: HeadRanking) -> "Intact":
    """The ranked text read by the whole model, kept in the session.

    Raises:
        GlassboxError: the model is not in order.
    """
    from core.attention.ablation import read_intact

    place = (ranking.model, ranking.text)
    kept: tuple[tuple[str, str], Intact] | None = st.session_state.get("attention.matter.ranked")
    if kept is None or kept[0] != place:
        model = opened_model(ranking.model)
        with st.spinner(t("attention.matter.reading")):
            pieces, _ = model.read_start(ranking.text, ranking.tokens)
            kept = (place, read_intact(model, pieces.ids, pieces.tokens))
        st.session_state["attention.matter.ranked"] = kept
    return kept[1]


def _table(ranking: HeadRanking, measure: str) -> list[dict[str, object]]:
    names = naming("attention.matter.column.*")
    rows = []
    for effect in ranking.ranked(measure)[:MOST_LISTED]:
        row: dict[str, object] = {
            names("layer"): effect.layer,
            names("head"): effect.head,
            **{
                t(f"attention.matter.measure_axis.{name}"): round(effect.measure(name), 4)
                for name in ranking.measures
            },
        }
        if effect.loss_low is not None:
            row[names("interval")] = f"{effect.loss_low:+.3f} … {effect.loss_high:+.3f}"
        rows.append(
            {
                **row,
                names("sharpness"): round(effect.sharpness, 2),
                names("sink"): f"{effect.sink_share:.0%}",
            }
        )
    return rows
