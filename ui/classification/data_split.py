"""How the rows are divided: shares and seed, each class in each part, and what would have leaked."""

import streamlit as st

from core.classification.labelled_texts import Split
from core.classification.overview import class_rows
from core.csv_export import csv_text
from ui.classification.data_link import DEFAULTS
from ui.classification.data_state import KEY, Prepared
from ui.inputs import show_csv
from ui.text import t


def show_split_controls() -> None:
    """How much is held out, and the seed."""
    with st.container(horizontal=True, gap="medium"):
        for name, low, high in (("data_validation", 5, 40), ("data_test", 5, 50), ("data_seed", 0, 9999)):
            st.session_state.setdefault(f"classification.{name}", int(DEFAULTS[name]))
            st.number_input(
                t(f"classification.{name}.label"),
                low,
                high,
                key=f"classification.{name}",
                help=t(f"classification.{name}.help"),
                persist_state="session",
                width=230,
            )


def show_split(found: Prepared) -> None:
    """The parts, the leak that grouping prevents, and each class in each part."""
    from core.plots.classification_data import split_figure

    split, leak = found.split, found.leak
    with st.container(horizontal=True, gap="medium"):
        for part in ("training", "validation", "test"):
            st.metric(
                t(f"classification.data.part.{part}"),
                f"{len(getattr(split, part)):,}",
                help=t(f"classification.data.part.{part}_help"),
                width="content",
            )
        st.metric(
            t("classification.data.leak.metric"),
            f"{leak.leaked:,}",
            help=t("classification.data.leak.metric_help"),
            width="content",
        )
    kind = "none" if not leak.unkept else "kept" if not leak.leaked else "leaks"
    show = st.warning if kind == "leaks" else st.success
    show(
        t(f"classification.data.leak.{kind}", leaked=leak.leaked, unkept=leak.unkept, test=leak.test),
        icon=":material/water_drop:",
    )
    rows = class_rows(split)
    st.plotly_chart(split_figure(rows, t), key=f"{KEY}.split")
    st.caption(t("classification.data.figure.split_caption"))
    untested = [row.label for row in rows if not row.test or not row.validation]
    if untested:
        names = ", ".join(f"`{label.replace('`', '')[:40]}`" for label in untested[:8])
        st.caption(t("classification.data.untested", count=len(untested), names=names))
    show_csv(
        lambda: csv_text(_rows(split)), "split.csv", f"{KEY}.split.csv", t("classification.data.split_csv")
    )


def _rows(split: Split) -> list[dict[str, object]]:
    """Every usable row with its part, for whoever wants to repeat a training elsewhere."""
    parts = ("training", "validation", "test")
    return [
        {"row": row + 1, "part": part, "text": text, "label": label}
        for part, data in zip(parts, (split.training, split.validation, split.test), strict=True)
        for text, label, row in zip(data.texts, data.labels, data.rows, strict=True)
    ]
