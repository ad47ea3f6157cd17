"""Two models side by side: only what differs, with what it means."""

import streamlit as st

from core.attention.families.parameters import parameters
from core.attention.families.table import PARTS, differences, families, family
from core.csv_export import csv_text
from core.plots.attention_families_compare import difference_rows, shares_figure, size_rows
from core.plots.attention_families_table import property_name
from ui.inputs import show_csv, show_link
from ui.text import language, t

FIRST, SECOND = "gpt-2", "llama-7b"


def show_compare() -> None:
    """The choice, the differing parts and numbers, where the parameters are."""
    st.markdown(t("attention.families.compare.lead"))
    left, right = st.columns(2)
    with left:
        first = family(_choice("first", FIRST))
    with right:
        second = family(_choice("second", SECOND))
    with st.container(horizontal=True):
        show_link(
            "attention",
            {
                "view": "families",
                "families_part": "compare",
                "families_first": first.name,
                "families_second": second.name,
            },
        )
    changed = second.changed[language()]
    st.markdown(
        t("attention.families.compare.changed", title=second.title, year=second.year, changed=changed)
    )
    found = differences(first, second)
    if not found:
        st.success(t("attention.families.compare.same"), icon=":material/check:")
        return
    models, counts = (first, second), (parameters(first), parameters(second))
    parts = difference_rows(found, (first.title, second.title), t)
    sizes = size_rows(found, models, counts, t)
    if parts:
        st.subheader(t("attention.families.compare.parts"), anchor=False)
        st.table(parts)
    kept = [name for name in PARTS if name not in {each.name for each in found}]
    if kept:
        names = ", ".join(property_name(name, t) for name in kept)
        st.caption(t("attention.families.compare.kept", names=names))
    columns = st.columns([2, 3], gap="large")
    with columns[0]:
        st.subheader(t("attention.families.compare.sizes"), anchor=False)
        st.dataframe(
            sizes, hide_index=True, key="attention.families.sizes", height="content", placeholder="–"
        )
        show_csv(lambda: csv_text(sizes), "sizes.csv", "attention.families.sizes.download")
    with columns[1]:
        st.plotly_chart(shares_figure(models, counts, t), key="attention.families.shares")
        st.caption(t("attention.families.compare.reading"))


def _choice(name: str, first: str) -> str:
    """One of the models; the key is `attention.families_<name>`."""
    titles = {row.name: f"{row.title} · {row.released}" for row in families()}
    key = f"attention.families_{name}"
    st.session_state.setdefault(key, first)
    return str(
        st.selectbox(
            t(f"attention.families.compare.{name}"),
            list(titles),
            format_func=titles.__getitem__,
            key=key,
            help=t("attention.families.compare.help"),
            persist_state="session",
        )
    )
