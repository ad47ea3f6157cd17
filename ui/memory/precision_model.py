"""The whole of MiniLM in every format: bytes, errors by matrix, scores of sentence pairs and their order."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.quantise.matrix_names import SCOPES
from core.memory.quantise.weight_formats import COMPARED, FORMATS
from ui.inputs import LONGEST_TEXT_IN_A_LINK, show_command, show_csv, show_link, show_segments
from ui.memory.precision_controls import show_block, show_choice
from ui.memory.precision_link import DOUBLE, SOURCES
from ui.memory.precision_weights import number_columns
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.memory.quantise.sentence_pairs import SentencePair
    from core.memory.quantise.similarity import ScoreChange
    from core.memory.quantise.survey import FormatReport

    Reports = dict[str, FormatReport]
    Changes = dict[str, ScoreChange]

RUNS = "memory.precision.surveys"
MOST_RUNS = 6
COMMAND = "python -m core memory precision --scope {scope} --block {block} --double-quantisation"
FIRST_PAIRS = """The train leaves at nine. | At nine, the train departs.
She likes green tea. | She likes black coffee.
The river flooded the cellar. | He bought a new guitar.
"""


def show_model() -> None:
    """The choice on the left, size against harm on the right, the rest below."""
    st.markdown(t("memory.precision.model.asked"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        scope = show_segments("memory", "precision_scope", SCOPES)
        block = show_block()
        double = show_segments("memory", "precision_double", DOUBLE) == "double"
        pairs = _show_pairs()
        pressed = st.button(
            t("memory.precision.model.start"),
            key="memory.precision.model.start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=pairs is None,
        )
        _show_sharing(scope, block, double)
    with right:
        reports = _reports(scope, block, double, pairs, pressed) if pairs else None
        if reports is None:
            st.info(t("memory.precision.model.empty"), icon=":material/play_circle:")
    if reports is not None and pairs is not None:
        _show_result(reports, pairs, right)


def _show_pairs() -> "tuple[SentencePair, ...] | None":
    from core.memory.quantise.sentence_pairs import shipped_pairs, typed_pairs

    if show_segments("memory", "precision_pairs", SOURCES) == "sample":
        return shipped_pairs()
    st.session_state.setdefault("memory.precision_text", FIRST_PAIRS)
    text = st.text_area(
        t("memory.precision.model.own_label"),
        key="memory.precision_text",
        help=t("memory.precision.model.own_help"),
        height=180,
        persist_state="session",
    )
    try:
        return typed_pairs(text)
    except GlassboxError as error:
        show_error(error)
        return None


def _show_sharing(scope: str, block: int, double: bool) -> None:
    values = {
        "precision_scope": scope,
        "precision_block": block,
        "precision_double": "double" if double else "single",
        "precision_pairs": st.session_state["memory.precision_pairs"],
    }
    if values["precision_pairs"] == "own":
        values["precision_text"] = st.session_state["memory.precision_text"][:LONGEST_TEXT_IN_A_LINK]
    command = COMMAND.format(scope=scope, block=block)
    with st.container(horizontal=True):
        show_link("memory", {"view": "precision", "precision_part": "model", **values})
        show_command(
            command if double else command.replace("--double", "--no-double"),
            {"scope": scope, "block": block, "double": double},
        )


def _reports(
    scope: str, block: int, double: bool, pairs: "tuple[SentencePair, ...]", pressed: bool
) -> "Reports | None":
    """Every format's report for these settings, computed where the button says so; None before that."""
    runs: dict[object, Reports] = st.session_state.setdefault(RUNS, {})
    key = (scope, block, double, pairs)
    if key in runs or not pressed:
        return runs.get(key)
    try:
        runs[key] = _computed(scope, block, double, pairs)
    except GlassboxError as error:
        show_error(error)
        return None
    for oldest in list(runs)[:-MOST_RUNS]:
        del runs[oldest]
    return runs[key]


def _computed(scope: str, block: int, double: bool, pairs: "tuple[SentencePair, ...]") -> "Reports":
    from core.memory.quantise.sentence_pairs import shipped_pairs
    from core.memory.quantise.survey import survey
    from ui.cache import precision_survey

    place, reports = st.empty(), {}
    with turn_in_queue(place):
        bar = place.progress(0.0)
        for done, name in enumerate(FORMATS):
            working = t("memory.precision.model.working", format=t(f"memory.precision.format.{name}"))
            bar.progress(done / len(FORMATS), text=working)
            if pairs == shipped_pairs():
                reports[name] = precision_survey(name, scope, block, double)
            else:
                reports[name] = survey(name, pairs, scope, block, double)  # type: ignore[arg-type]
    place.empty()
    return reports


def _show_result(
    reports: "Reports", pairs: "tuple[SentencePair, ...]", right: "st.delta_generator.DeltaGenerator"
) -> None:
    from core.memory.quantise.similarity import score_change
    from core.plots.memory_precision_model import matrices_figure, size_figure

    plain = reports["fp32"]
    known = [pair.grade for pair in pairs if pair.grade is not None]
    grades = known if len(known) == len(pairs) else None
    changes = {name: score_change(plain.scores, report.scores, grades) for name, report in reports.items()}
    compared = {name: changes[name] for name in COMPARED}
    with right:
        st.plotly_chart(size_figure(reports, compared, t), key="memory.precision.size.chart")
        st.caption(t("memory.precision.size.caption"))
        _show_finding(reports, changes)
    _show_table(reports, changes)
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(matrices_figure(reports, t), key="memory.precision.matrices.chart")
        st.caption(t("memory.precision.matrices.caption"))
    with right:
        _show_scores(reports, changes, pairs)


def _show_finding(reports: "Reports", changes: "Changes") -> None:
    plain, small = reports["fp32"], reports["int8"]
    st.markdown(
        t(
            "memory.precision.model.said",
            int8=changes["int8"].mean,
            nf4=changes["nf4"].mean,
            row=changes["int8-channel"].mean,
            couples=changes["int8"].couples,
            swapped_int8=changes["int8"].swapped,
            swapped_row=changes["int8-channel"].swapped,
            swapped_nf4=changes["nf4"].swapped,
            full=plain.model_bytes / 2**20,
            small=small.model_bytes / 2**20,
            times=plain.model_bytes / small.model_bytes,
            why=t(f"memory.precision.model.why_{small.scope}"),
        )
    )


def _show_table(reports: "Reports", changes: "Changes") -> None:
    from core.plots.memory_precision_model import model_rows

    rows = model_rows(reports, changes, t)
    st.dataframe(
        rows,
        hide_index=True,
        key="memory.precision.model.table",
        height="content",
        placeholder="–",
        column_config={
            t("memory.precision.column.format"): st.column_config.TextColumn(pinned=True),
            **number_columns(
                ("predicted", "counted"), ("relative", "zeroed"), ("largest", "change", "worst")
            ),
        },
    )
    st.caption(t("memory.precision.model.table_caption"))
    show_csv(lambda: csv_text(rows), "formats.csv", "memory.precision.model.csv")


def _show_scores(reports: "Reports", changes: "Changes", pairs: "tuple[SentencePair, ...]") -> None:
    """The scores and the order of one format against float32's."""
    from core.plots.memory_precision_model import order_figure, pair_rows, scores_figure

    name = show_choice("compared", COMPARED, "memory.precision.model.format", "memory.precision.format.*")
    before, after, change = reports["fp32"], reports[name], changes[name]
    st.plotly_chart(scores_figure(pairs, before, after, t), key="memory.precision.scores.chart")
    moved = pairs[change.at]
    st.caption(
        t(
            "memory.precision.scores.caption",
            first=moved.first,
            second=moved.second,
            before=before.scores[change.at],
            after=after.scores[change.at],
        )
    )
    st.plotly_chart(order_figure(pairs, before, after, t), key="memory.precision.order.chart")
    st.caption(t("memory.precision.order.caption"))
    rows = pair_rows(pairs, before, after, t)
    show_csv(lambda: csv_text(rows), "pairs.csv", "memory.precision.pairs.csv")
