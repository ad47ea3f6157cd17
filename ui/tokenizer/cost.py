"""The view of costs: what a meaning costs in each language, what a text costs, what more words would save."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.tokenizer_cost import expansion_figure, fertility_figure, fertility_rows, price_rows
from core.tokenizer.cleaning import prepared
from core.tokenizer.embedding_tables import EMBEDDING_TABLES, EmbeddingTable
from ui.inputs import show_csv, show_link
from ui.text import language, naming, show_error, t
from ui.tokenizer import controls
from ui.tokenizer.vocabularies import UPLOADED, encoded, kept_for, opened, show_choice, title_of

if TYPE_CHECKING:
    from core.tokenizer.cost import Expansion, Fertility


USUAL_MODEL = {
    "smollm2": "SmolLM2-135M",
    "qwen3": "Qwen3-0.6B",
    "deepseek": "DeepSeek-V3",
    "mistral-v1": "Mistral-7B",
}
BYTES_OF = {"float32": 4.0, "bfloat16": 2.0, "int8": 1.0, "int4": 0.5}


def show_cost() -> None:
    """Vocabularies, then the three bills."""
    st.markdown(t("tokenizer.cost.lead"))
    name, compared = show_choice(side_by_side=True)
    names = [each for each in (name, *compared) if each != UPLOADED]
    if len(names) < 1 + len(compared):
        st.info(t("tokenizer.cost.no_upload"), icon=":material/info:")
    with st.container(horizontal=True):
        show_link("tokenizer", _link_values(names))
    if names:
        _show_fertility(names)
        st.divider()
        _show_price(names)
        st.divider()
        _show_expansion(names[0])


def _link_values(names: list[str]) -> dict[str, str]:
    own = {"vocabulary": names[0]} if names else {}
    others = {"compare": ",".join(names[1:])} if names[1:] else {}
    return {"view": "cost", **own, **others, "domain": st.session_state.get("tokenizer.domain") or "medicine"}


def _show_fertility(names: list[str]) -> None:
    st.subheader(t("tokenizer.fertility.title"), anchor=False)
    try:
        measured = [(title_of(name), _fertility(name)) for name in names]
    except GlassboxError as error:
        show_error(error)
        return
    st.plotly_chart(fertility_figure(measured, t), key="tokenizer.fertility.chart")
    st.caption(t("tokenizer.fertility.reading", sentences=measured[0][1].languages[0].sentences))
    rows = fertility_rows(measured, t)
    with st.expander(t("tokenizer.fertility.table"), icon=":material/table:"):
        st.dataframe(rows, hide_index=True, key="tokenizer.fertility.table")
    show_csv(lambda: csv_text(rows), "fertility.csv", "tokenizer.fertility.download")


def _fertility(name: str) -> "Fertility":
    from core.tokenizer.cost import fertility
    from core.tokenizer.samples import parallel

    return kept_for("fertility", name, "", lambda: fertility(opened(name), parallel()))


def _show_price(names: list[str]) -> None:
    st.subheader(t("tokenizer.price.title"), anchor=False)
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = controls.show_text(height=120)
        price = st.number_input(
            t("tokenizer.price.label"),
            0.0,
            10_000.0,
            2.5,
            step=0.1,
            key="tokenizer.price",
            help=t("tokenizer.price.help"),
            persist_state="session",
        )
        times = st.number_input(
            t("tokenizer.price.times"),
            1,
            1_000_000_000,
            1_000,
            key="tokenizer.price.times",
            help=t("tokenizer.price.times_help"),
            persist_state="session",
        )
    with right:
        if not text:
            st.info(t("tokenizer.text.empty"), icon=":material/edit:")
            return
        try:
            usable = prepared(text).text
            counted = [(title_of(name), encoded(name, usable).count) for name in names]
            rows = price_rows(counted, float(price), int(times), t)
        except GlassboxError as error:
            show_error(error)
            return
        st.dataframe(rows, hide_index=True, key="tokenizer.price.table")
        st.caption(t("tokenizer.price.reading"))


def _show_expansion(name: str) -> None:
    st.subheader(t("tokenizer.expansion.title"), anchor=False)
    st.markdown(t("tokenizer.expansion.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        words, text = _show_domain()
        table, size = _show_model(name)
    with right:
        try:
            result = _expansion(name, text, words, table, size)
        except GlassboxError as error:
            show_error(error)
            return
        _show_bill(result, title_of(name))


def _show_domain() -> tuple[list[str], str]:
    """The words to add, one a line, and the text that they occur in."""
    from core.tokenizer.samples import domains

    known = domains()
    st.session_state.setdefault("tokenizer.domain", next(iter(known)))
    if st.session_state["tokenizer.domain"] not in known:
        st.session_state["tokenizer.domain"] = next(iter(known))
    titles = {id_: domain.title[language()] for id_, domain in known.items()}
    chosen = st.selectbox(
        t("tokenizer.expansion.domain"),
        list(known),
        format_func=titles.__getitem__,
        key="tokenizer.domain",
        help=t("tokenizer.expansion.domain_help"),
        persist_state="session",
    )
    domain = known[chosen]
    words = st.text_area(
        t("tokenizer.expansion.words"),
        "\n".join(domain.words),
        key=f"tokenizer.expansion.words.{chosen}",
        height=140,
        help=t("tokenizer.expansion.words_help"),
        persist_state="session",
    )
    text = st.text_area(
        t("tokenizer.expansion.text"),
        domain.text,
        key=f"tokenizer.expansion.text.{chosen}",
        height=140,
        help=t("tokenizer.expansion.text_help"),
        persist_state="session",
    )
    return words.splitlines(), text


def _show_model(name: str) -> tuple[EmbeddingTable, float]:
    """Whose embedding table grows, and in which number format."""
    usual = USUAL_MODEL.get(name, "Llama-3-8B")
    left, right = st.columns(2)
    with left:
        model = st.selectbox(
            t("tokenizer.expansion.model"),
            list(EMBEDDING_TABLES),
            index=list(EMBEDDING_TABLES).index(usual),
            key=f"tokenizer.expansion.model.{name}",
            help=t("tokenizer.expansion.model_help"),
            persist_state="session",
        )
    with right:
        form = st.selectbox(
            t("tokenizer.expansion.format"),
            list(BYTES_OF),
            index=1,
            format_func=naming("tokenizer.format.*"),
            key="tokenizer.expansion.format",
            help=t("tokenizer.expansion.format_help"),
            persist_state="session",
        )
    table = EMBEDDING_TABLES[model]
    kind = t(f"tokenizer.expansion.{'tied' if table.tied else 'untied'}")
    st.caption(t("tokenizer.expansion.table", dimension=table.dimension, kind=kind))
    return table, BYTES_OF[form]


def _expansion(
    name: str, text: str, words: list[str], table: EmbeddingTable, bytes_per_parameter: float
) -> "Expansion":
    from core.tokenizer.cost import expansion

    usable = prepared(text).text
    return expansion(opened(name), usable, words, table.dimension, table.tied, bytes_per_parameter)


def _show_bill(result: "Expansion", title: str) -> None:
    values = {
        "saved": f"{result.saved:,} ({result.saved_share:.0%})",
        "rows": f"{result.rows:,}",
        "parameters": f"{result.parameters:,}",
        "bytes": t("tokenizer.expansion.megabytes", size=result.bytes / 1e6),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(
                t(f"tokenizer.expansion.{name}"),
                value,
                help=t(f"tokenizer.expansion.{name}_help"),
                width="content",
            )
    st.plotly_chart(expansion_figure(result, title, t), key="tokenizer.expansion.chart")
    if result.already:
        st.caption(t("tokenizer.expansion.already", words=", ".join(result.already[:20])))
    st.caption(t("tokenizer.expansion.reading"))
