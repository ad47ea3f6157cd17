"""What the reader chose of their data, kept in the session, and what follows from it, computed once."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.classification.health.examine import Examination, examine
from core.classification.health.finding import ACTIONS, Treatment
from core.classification.health.near import Pair, near_pairs
from core.classification.labelled_texts import Split
from core.classification.preparing import Leak, Preparation, divide
from core.classification.shipped import LABEL, TEXT, sample_table
from core.classification.splitting import Shares
from core.classification.tables.table import Table
from core.errors import GlassboxError
from ui.classification.current_data import set_split
from ui.classification.data_link import DEFAULTS
from ui.queue import turn_in_queue

KEY = "classification.data"
COMPARED_AT_ONCE = 4_000
"""Texts whose near-duplicates are looked for unasked: about a second and a half."""
_EXAMINED, _PREPARED = f"{KEY}.examined", f"{KEY}.prepared"
_PAIRS, _LABELS, _COLUMNS = f"{KEY}.pairs", f"{KEY}.labels", f"{KEY}.columns"


@dataclass(frozen=True)
class Chosen:
    """A table and which of its columns are what."""

    name: str
    """A sample's name, or the first letters of the file's hash."""
    table: Table
    text: str
    label: str
    group: str | None
    """The column whose equal cells stay together."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Cells of the text column."""
        return self.table.column(self.text)

    @property
    def labels(self) -> tuple[str, ...]:
        """Cells of the label column."""
        return self.table.column(self.label)


@dataclass(frozen=True)
class Prepared:
    """What the choices lead to."""

    examination: Examination
    split: Split
    leak: Leak


def keep_table(name: str, table: Table) -> None:
    """Work on this table from now on."""
    st.session_state[f"{KEY}.table"] = (name, table)


def forget_table() -> None:
    """Work on no uploaded table any more."""
    st.session_state.pop(f"{KEY}.table", None)


def uploaded() -> tuple[str, Table] | None:
    """The reader's table with its name, or None."""
    return st.session_state.get(f"{KEY}.table")


def chosen() -> Chosen | None:
    """The table in use with its columns; None while a reader who wants to upload has not."""
    if st.session_state.get("classification.data_source", "sample") == "upload":
        kept = uploaded()
        if kept is None:
            return None
        columns = st.session_state.get(_COLUMNS, {}).get(kept[0])
        return Chosen(*kept, *columns) if columns else None
    sample = st.session_state.get("classification.data_sample", "en")
    return Chosen(f"sample-{sample}", sample_table(sample), TEXT, LABEL, None)


def keep_columns(name: str, text: str, label: str, group: str | None) -> None:
    """Remember which columns of the table `name` are what."""
    st.session_state[_COLUMNS] = {name: (text, label, group)}


def value_of(name: str) -> float:
    """A setting of the view as the reader or a link left it."""
    return float(st.session_state.get(f"classification.{name}", DEFAULTS[name]))


def hand_labels(data: Chosen) -> dict[int, str]:
    """Labels that the reader gave by hand, by row; for this table and label column only."""
    kept: dict[str, Any] = st.session_state.setdefault(_LABELS, {})
    place = f"{data.name}/{data.label}"
    if kept.get("of") != place:
        kept.clear()
        kept.update(of=place, labels={})
    labels: dict[int, str] = kept["labels"]
    return labels


def preparation(data: Chosen) -> Preparation:
    """Everything that the reader chose, or the defaults."""
    actions = {
        kind: st.session_state[f"{KEY}.action.{kind}"]
        for kind in ACTIONS
        if st.session_state.get(f"{KEY}.action.{kind}") in ACTIONS[kind]
    }
    treatment = Treatment(
        actions, dict(hand_labels(data)), value_of("data_likeness"), int(value_of("data_fewest"))
    )
    shares = Shares(value_of("data_validation") / 100, value_of("data_test") / 100)
    return Preparation(treatment, shares, int(value_of("data_seed")))


def examined(data: Chosen) -> Examination:
    """The check under the reader's choices; done when they change, then kept.

    Raises:
        GlassboxError: text and label are one column, or there are too many texts to compare.
    """
    if data.text == data.label:
        raise GlassboxError("classification.data.error.same_column")
    treatment = preparation(data).treatment
    place = (data.name, data.text, data.label, repr(treatment), compared(data))
    kept: tuple[object, Examination] | None = st.session_state.get(_EXAMINED)
    if kept is None or kept[0] != place:
        find = _remembered_pairs if compared(data) else _no_pairs
        kept = (place, examine(data.texts, data.labels, treatment, find))
        st.session_state[_EXAMINED] = kept
    return kept[1]


def prepared(data: Chosen) -> Prepared:
    """What the choices lead to: the check, and the split, which becomes the data of all views.

    Raises:
        GlassboxError: nothing can be learned from what is left; the data of the other views stay.
    """
    examination, wanted = examined(data), preparation(data)
    place = (data.name, data.text, data.label, data.group, repr(wanted), compared(data))
    kept: tuple[object, Prepared] | None = st.session_state.get(_PREPARED)
    if kept is None or kept[0] != place:
        together = data.table.column(data.group) if data.group else None
        kept = (place, Prepared(examination, *divide(examination, data.name, wanted, together)))
        st.session_state[_PREPARED] = kept
    set_split(kept[1].split)
    return kept[1]


def compared(data: Chosen) -> bool:
    """Whether near-duplicates are looked for: at once in small tables, on demand in large ones."""
    return len(data.table) <= COMPARED_AT_ONCE or st.session_state.get(f"{KEY}.compared") == data.name


def _remembered_pairs(texts: Sequence[str], likeness: float) -> tuple[Pair, ...]:
    """Near-duplicates; for the same texts and likeness found once a session."""
    kept: dict[object, tuple[Pair, ...]] = st.session_state.setdefault(_PAIRS, {})
    place = (tuple(texts), likeness)
    if place not in kept:
        # Seconds of work wait their turn; the short check of a small table does not.
        with turn_in_queue(st.empty()) if len(texts) > COMPARED_AT_ONCE else nullcontext():
            kept[place] = near_pairs(texts, likeness)
        for oldest in list(kept)[:-3]:
            del kept[oldest]
    return kept[place]


def _no_pairs(texts: Sequence[str], likeness: float) -> tuple[Pair, ...]:
    return ()


def link_values() -> Mapping[str, Any]:
    """What a link to this view says."""
    names = {name: st.session_state.get(f"classification.{name}", usual) for name, usual in DEFAULTS.items()}
    source = st.session_state.get("classification.data_source", "sample")
    return {
        "view": "data",
        "data_part": st.session_state.get("classification.data_part", "table"),
        "data_source": source,
        "data_sample": st.session_state.get("classification.data_sample", "en"),
        **names,
    }
