"""The tools of the old tutorials: which of them this machine still has, and what replaced them."""

import streamlit as st

from core.csv_export import csv_text
from ui.inputs import show_csv, show_link
from ui.text import t

ICONS = {"there": "✓", "missing": "✗", "broken": "✗"}


def show_tools() -> None:
    """The import check of this machine, name by name."""
    from core.translation.inside.old_tools import installed, old_tools, replacing_lines

    found = old_tools()
    st.markdown(
        t(
            "translation.inside.tools.asked",
            torch=installed("torch"),
            torchtext=installed("torchtext") or t("translation.inside.tools.absent"),
        )
    )
    rows = [
        {
            t("translation.inside.column.tool"): f"{each.tool.module}.{each.tool.attribute}",
            t("translation.inside.column.here"): " ".join(
                part
                for part in (ICONS[each.state], t(f"translation.inside.state.{each.state}"), each.reason)
                if part
            ),
            t("translation.inside.column.did"): t(f"translation.inside.tool.{each.tool.key}.did"),
            t("translation.inside.column.fate"): t(f"translation.inside.tool.{each.tool.key}.fate"),
            t("translation.inside.column.instead"): ", ".join(each.tool.replaced_by),
            t("translation.inside.column.lines"): each.lines,
        }
        for each in found
    ]
    for each in found:
        with st.container(border=True):
            st.markdown(
                t(
                    "translation.inside.tools.card",
                    icon=ICONS[each.state],
                    name=f"{each.tool.module}.{each.tool.attribute}",
                    state=t(f"translation.inside.state.{each.state}"),
                    did=t(f"translation.inside.tool.{each.tool.key}.did"),
                    fate=t(f"translation.inside.tool.{each.tool.key}.fate"),
                    files=", ".join(each.tool.replaced_by),
                    lines=each.lines,
                )
            )
    st.markdown(
        t(
            "translation.inside.tools.said",
            gone=sum(each.state != "there" for each in found),
            all=len(found),
            lines=replacing_lines(),
        )
    )
    st.caption(t("translation.inside.tools.tried"))
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(rows), "old_tools.csv", "translation.inside.tools.csv")
        show_link("translation", {"view": "inside", "inside_part": "tools"})
