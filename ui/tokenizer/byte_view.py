"""One token taken apart: its spelling in the vocabulary, its bytes, and the characters behind them."""

import streamlit as st

from core.plots.tokenizer_tables import character_rows
from core.plots.tokenizer_tokens import token_faces
from core.tokenizer.byte_view import clusters
from core.tokenizer.encoding import Encoding
from ui.text import t

MOST_CHARACTERS = 64
MOST_BYTES = 32


def show_token(encoding: Encoding, position: int) -> None:
    """The token at `position`: facts, and a row for each character that it touches."""
    token = encoding.tokens[position]
    st.subheader(t("tokenizer.token.title", position=position + 1), anchor=False)
    facts = {
        "id": f"{token.id}",
        "spelling": token.text[:MOST_CHARACTERS],
        "bytes": token.data[:MOST_BYTES].hex(" ").upper() or "∅",
        "place": f"{token.start}–{max(token.start, token.end - 1)}",
    }
    columns = st.columns([3, 5, 5, 3], vertical_alignment="bottom")
    for column, (name, value) in zip(columns, facts.items(), strict=True):
        with column:
            st.caption(t(f"tokenizer.token.{name}"), help=t(f"tokenizer.token.{name}_help"))
            st.code(value, language=None, wrap_lines=True)
    st.markdown(t(f"tokenizer.token.kind.{token_faces([token]).kinds}"))
    touched = encoding.text[token.start : token.end][:MOST_CHARACTERS]
    if touched:
        st.dataframe(character_rows(clusters(touched), t), hide_index=True, key="tokenizer.bytes.table")
        st.caption(t("tokenizer.bytes.reading"))
