"""The same text in up to four vocabularies: counts, and the tokens lined up so that differences stand out."""

from pathlib import Path

import streamlit as st

from core.errors import GlassboxError
from core.plots.tokenizer_alignment import alignment_columns
from core.plots.tokenizer_counts import counts_figure
from core.plots.tokenizer_tables import count_rows
from core.tokenizer.alignment import aligned
from core.tokenizer.encoding import Encoding
from ui.text import show_error, t
from ui.tokenizer.vocabularies import encoded, title_of, way_back

COLUMNS_ON_A_PAGE = 400
LONGEST_TRIED = 100_000
"""Characters up to which every vocabulary's way back is walked too."""
_FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "glassbox_aligned_tokens",
    css=(_FOLDER / "aligned.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "aligned.js").read_text(encoding="utf-8"),
)


def show_compare(names: list[str], text: str) -> None:
    """Counts and columns; `names` begins with the vocabulary that is looked at."""
    st.subheader(t("tokenizer.compare.title"), anchor=False)
    try:
        encodings = [encoded(name, text) for name in names]
    except GlassboxError as error:
        show_error(error)
        return
    titled = list(zip(map(title_of, names), encodings, strict=True))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(counts_figure(titled, t), key="tokenizer.compare.chart")
    with right:
        st.dataframe(
            count_rows(titled, _comes_back(names, text), t), hide_index=True, key="tokenizer.compare.table"
        )
    _show_columns(encodings, [title for title, _ in titled])


def _comes_back(names: list[str], text: str) -> list[bool]:
    """For each vocabulary, whether the text comes back exactly; nothing for a text too long to try all."""
    return [way_back(name, text).same for name in names] if len(text) <= LONGEST_TRIED else []


@st.fragment
def _show_columns(encodings: list[Encoding], titles: list[str]) -> None:
    alignment = aligned(encodings)
    st.markdown(t("tokenizer.compare.reading", agreement=alignment.agreement))
    pages = max(1, -(-len(alignment.segments) // COLUMNS_ON_A_PAGE))
    page = 1
    if pages > 1:
        page = st.pagination(pages, key=f"tokenizer.compare.page.{pages}")
    first = (page - 1) * COLUMNS_ON_A_PAGE
    columns = alignment_columns(alignment, encodings, first, first + COLUMNS_ON_A_PAGE)
    _component(
        data={
            "name": t("tokenizer.compare.name"),
            "titles": titles,
            "columns": [
                (column.differs, [(row.texts, row.kinds) for row in column.rows]) for column in columns
            ],
        },
        key="tokenizer.compare.columns",
    )
