"""The health check: each kind of trouble with its rows, and what is done about it."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.classification.health.examine import Examination
from core.classification.health.finding import ACTIONS, Finding
from core.classification.health.near import LEAST_LIKE, MOST_COMPARED
from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.classification.data_link import DEFAULTS
from ui.classification.data_state import (
    KEY,
    Chosen,
    compared,
    examined,
    hand_labels,
    prepared,
)
from ui.inputs import show_csv
from ui.text import naming, show_error, t

SHOWN_ROWS = 300
SHOWN_CHARACTERS = 400
ICONS = {
    "no_text": "indeterminate_check_box",
    "no_label": "label_off",
    "spelling": "spellcheck",
    "conflict": "call_split",
    "duplicate": "content_copy",
    "no_words": "emoji_symbols",
    "long": "notes",
    "language": "translate",
    "near": "difference",
    "small": "compress",
    "imbalance": "balance",
}


def show_health(data: Chosen) -> None:
    """The two thresholds, figures, and every finding."""
    _show_thresholds(data)
    try:
        with st.spinner(t("classification.data.checking")):
            found = examined(data)
    except GlassboxError as error:
        show_error(error)
        return
    try:
        prepared(data)
    except GlassboxError as error:
        show_error(error)
    _show_figures(found)
    _show_hand_labels(data)
    if not found.findings:
        st.success(t("classification.data.health.clean"), icon=":material/verified:")
    for finding in found.findings:
        _show_finding(data, finding, found.usable.classes)
    if not compared(data):
        _offer_comparison(data)


def _offer_comparison(data: Chosen) -> None:
    """Why near-duplicates were not looked for in a large table, and a button where it can be done."""
    rows = len(data.table)
    if rows > MOST_COMPARED:
        st.info(
            t("classification.data.health.too_many", rows=rows, most=MOST_COMPARED), icon=":material/timer:"
        )
        return
    st.info(t("classification.data.health.not_compared", rows=rows), icon=":material/timer:")
    if st.button(
        t("classification.data.health.compare"),
        key=f"{KEY}.compare",
        help=t("classification.data.health.compare_help"),
    ):
        st.session_state[f"{KEY}.compared"] = data.name
        st.rerun()


def _show_thresholds(data: Chosen) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.session_state.setdefault("classification.data_likeness", DEFAULTS["data_likeness"])
        st.slider(
            t("classification.data.likeness"),
            LEAST_LIKE,
            1.0,
            step=0.05,
            key="classification.data_likeness",
            help=t("classification.data.likeness_help"),
            persist_state="session",
            width=340,
        )
        st.session_state.setdefault("classification.data_fewest", int(DEFAULTS["data_fewest"]))
        st.number_input(
            t("classification.data.fewest"),
            2,
            200,
            key="classification.data_fewest",
            help=t("classification.data.fewest_help"),
            persist_state="session",
            width=260,
        )


def _show_figures(found: Examination) -> None:
    """What came in, what was done, what is left."""
    figures = {
        "rows": found.rows,
        "left_out": found.rows - len(found.usable),
        "changed": sum(finding.changed for finding in found.findings),
        "usable": len(found.usable),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in figures.items():
            st.metric(t(f"classification.data.health.{name}"), f"{value:,}", width="content")
    st.caption(t("classification.data.health.order"))


def _show_hand_labels(data: Chosen) -> None:
    """How many rows have a label given by hand, and a way back."""
    labels = hand_labels(data)
    if labels:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(t("classification.data.health.by_hand", count=len(labels)))
            if st.button(t("classification.data.health.by_hand_undo"), key=f"{KEY}.by_hand.undo"):
                labels.clear()
                st.rerun()


def _show_finding(data: Chosen, finding: Finding, classes: Sequence[str]) -> None:
    """One kind of trouble: what it is, what is done, and its rows."""
    kind = finding.kind
    with st.container(border=True):
        left, right = st.columns([3, 1], vertical_alignment="center")
        with left:
            st.markdown(
                f":material/{ICONS[kind]}: **{t(f'classification.data.finding.{kind}')}** · "
                + t("classification.data.health.count", count=len(finding.flagged))
            )
            st.markdown(_sentence(finding))
        with right:
            _show_action(kind)
            st.caption(_done(finding))
        with st.expander(t("classification.data.health.rows_title"), icon=":material/table_rows:"):
            _show_rows(data, finding, classes)


def _done(finding: Finding) -> str:
    """How many rows the action touched."""
    counts = {"dropped": finding.dropped, "changed": finding.changed}
    said = [
        t(f"classification.data.health.done_{name}", count=count) for name, count in counts.items() if count
    ]
    return " · ".join(said) or t("classification.data.health.done_none")


def _sentence(finding: Finding) -> str:
    """What was found, its values filled in; a label from the table is shown as code, never as markup."""
    values = dict(finding.values)
    if "language" in values:
        values["language"] = t(f"classification.data.language.{values['language']}")
    for name in ("largest", "smallest"):
        if name in values:
            values[name] = f"`{str(values[name]).replace('`', '')[:40]}`"
    return t(f"classification.data.about.{finding.kind}", count=len(finding.flagged), **values)


def _show_action(kind: str) -> None:
    actions = ACTIONS[kind]
    st.selectbox(
        t("classification.data.action_label"),
        actions,
        format_func=naming(f"classification.data.action.{kind}.*"),
        key=f"{KEY}.action.{kind}",
        help=t(f"classification.data.action_help.{kind}"),
        label_visibility="collapsed",
        disabled=len(actions) == 1,
        persist_state="session",
    )


def _show_rows(data: Chosen, finding: Finding, classes: Sequence[str]) -> None:
    """The rows, their labels open to change by hand, and all of them as CSV."""
    label = t("classification.data.column.label")
    rows = [
        {
            t("classification.data.column.row"): flagged.row + 1,
            t("classification.data.column.text"): flagged.text[:SHOWN_CHARACTERS],
            label: flagged.label,
            t(f"classification.data.column.about.{finding.kind}"): flagged.about,
        }
        for flagged in finding.flagged
    ]
    if not any(flagged.about for flagged in finding.flagged):
        for row in rows:
            row.popitem()
    leave_out = t("classification.data.leave_out")
    options = sorted({*classes, *(flagged.label for flagged in finding.flagged if flagged.label)})
    signature = hash((data.name, data.label, tuple(finding.flagged[:SHOWN_ROWS]))) & 0xFFFFFFFF
    edited: list[dict[str, Any]] = st.data_editor(
        rows[:SHOWN_ROWS],
        hide_index=True,
        disabled=[name for name in rows[0] if name != label],
        column_config={
            label: st.column_config.SelectboxColumn(options=[*options, leave_out], width="medium")
        },
        key=f"{KEY}.rows.{finding.kind}.{signature}",
    )
    changed = {
        flagged.row: "" if row[label] == leave_out else str(row[label] or "")
        for flagged, row in zip(finding.flagged, edited, strict=False)
        if row[label] != flagged.label
    }
    st.caption(t("classification.data.health.edit", shown=min(SHOWN_ROWS, len(rows)), count=len(rows)))
    show_csv(lambda: csv_text(rows), f"{finding.kind}.csv", f"{KEY}.csv.{finding.kind}")
    if changed:
        hand_labels(data).update(changed)
        st.rerun()
