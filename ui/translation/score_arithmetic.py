"""One translation against one reference: BLEU or chrF with every step, and sacreBLEU's verdict beside it."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.plots.translation_evaluate_ngrams import MOST_TOKENS, VERDICTS, characters_figure, ngrams_figure
from core.translation.bleu import BleuArithmetic, longest_matches
from core.translation.chrf import ChrfArithmetic
from ui.inputs import show_csv
from ui.text import naming, t
from ui.token_view import ShownToken, show_tokens
from ui.translation.score_formulas import bleu_formula, brevity_formula, chrf_formula

if TYPE_CHECKING:
    from core.translation.scoring import Bleu, Chrf, Tokens

SCORES = ("bleu", "chrf")
ROUNDING = 1e-9
"""A smaller difference of two scores is that of floating-point numbers."""
LONGEST = 5000
"""Characters of each side that are scored here."""


def show_score_arithmetic(hypothesis: str, reference: str, key: str) -> None:
    """The score of `hypothesis` against `reference`, opened.

    Args:
        hypothesis: a translation.
        reference: what a person wrote.
        key: begins with the view's word; tells this panel from others of the page.
    """
    if not reference.strip():
        st.info(t("translation.evaluate.arithmetic.no_reference"), icon=":material/edit:")
        return
    if max(len(hypothesis), len(reference)) > LONGEST:
        st.warning(t("translation.evaluate.arithmetic.cut", longest=LONGEST), icon=":material/content_cut:")
    hypothesis, reference = hypothesis[:LONGEST], reference[:LONGEST]
    score = _segments(key, "score", SCORES)
    if score == "bleu":
        _show_bleu(hypothesis, reference, key)
    else:
        _show_chrf(hypothesis, reference, key)


def _segments(key: str, name: str, options: tuple[str, ...]) -> str:
    place = f"{key}.{name}"
    st.session_state.setdefault(place, options[0])
    chosen = st.segmented_control(
        t(f"translation.evaluate.{name}.label"),
        options,
        format_func=naming(f"translation.evaluate.{name}.*"),
        key=place,
        required=True,
        wrap=True,
        help=t(f"translation.evaluate.{name}.help"),
        persist_state="session",
    )
    return chosen or options[0]


def _show_bleu(hypothesis: str, reference: str, key: str) -> None:
    from core.translation.scoring import TOKENS, bleu_arithmetic, sentence_bleu

    tokens: Tokens = _segments(key, "tokens", TOKENS)  # type: ignore[assignment]
    with st.spinner(t("translation.evaluate.arithmetic.cutting")):
        opened = bleu_arithmetic(hypothesis, reference, tokens)
        library = sentence_bleu(hypothesis, reference, tokens)
    _show_verdicts("BLEU", opened.parts.score, library)
    _show_sides(opened, key)
    if opened.tokens:
        first = _show_window(len(opened.tokens), key)
        st.plotly_chart(ngrams_figure(opened, t, first), key=f"{key}.ngrams")
        st.caption(t("translation.evaluate.ngrams.caption"))
    rows = _bleu_rows(opened)
    st.dataframe(rows, hide_index=True, key=f"{key}.table")
    st.caption(t("translation.evaluate.bleu_table.caption"))
    _show_bleu_formulas(opened, tokens)
    with st.container(horizontal=True, vertical_alignment="center"):
        show_csv(lambda: csv_text(_ngram_rows(opened)), "bleu-ngrams.csv", f"{key}.csv")
    if st.toggle(
        t("translation.evaluate.ways.label"), key=f"{key}.ways", help=t("translation.evaluate.ways.help")
    ):
        _show_ways(hypothesis, reference, key)


def _show_verdicts(name: str, own: float, library: "Bleu | Chrf") -> None:
    """The score made here and the library's, which must be the same, with the signature."""
    with st.container(horizontal=True, gap="large"):
        st.metric(t("translation.evaluate.verdict.own", name=name), f"{own:.2f}", width="content")
        st.metric(
            t("translation.evaluate.verdict.library", name=name),
            f"{library.score:.2f}",
            width="content",
            help=t("translation.evaluate.verdict.help"),
        )
        difference = abs(own - library.score)
        st.metric(
            t("translation.evaluate.verdict.difference"),
            f"{difference:.1g}" if difference > ROUNDING else "0",
            width="content",
            help=t("translation.evaluate.verdict.difference_help"),
        )
    st.code(f"{name}|{library.signature} = {library.score:.2f}", language=None, wrap_lines=True)


def _show_sides(opened: BleuArithmetic, key: str) -> None:
    """Both sentences, each token the darker the longer the n-gram around it that the other side has."""
    sides = (("translation", opened.tokens, opened.reference), ("reference", opened.reference, opened.tokens))
    for place, (name, tokens, other) in enumerate(sides):
        st.markdown(f"**{t(f'translation.evaluate.side.{name}')}**")
        if not tokens:
            st.caption(t("translation.evaluate.side.empty"))
            continue
        shown = [
            ShownToken(f"{token} ", length / 4, t("translation.evaluate.side.note", length=length))
            for token, length in zip(tokens, longest_matches(tokens, other), strict=True)
        ]
        legend = (t("translation.evaluate.side.none"), t("translation.evaluate.side.four")) if place else None
        show_tokens(shown, f"{key}.side.{name}", clickable=False, legend=legend)


def _show_window(tokens: int, key: str) -> int:
    """The first token that the figure draws; long sentences are moved through."""
    if tokens <= MOST_TOKENS:
        return 0
    return int(
        st.slider(
            t("translation.evaluate.ngrams.window"),
            1,
            tokens - MOST_TOKENS + 1,
            key=f"{key}.window.{tokens}",
            help=t("translation.evaluate.ngrams.window_help", count=MOST_TOKENS),
        )
        - 1
    )


def _bleu_rows(opened: BleuArithmetic) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for place, row in enumerate(opened.ngrams):
        verdicts = [ngram.verdict for ngram in row]
        mark = " *" if opened.parts.smoothed[place] else ""
        unused = place >= opened.parts.orders
        rows.append(
            {
                t("translation.evaluate.bleu_table.length"): place + 1,
                t("translation.evaluate.bleu_table.all"): len(row),
                **{
                    t(f"translation.evaluate.ngrams.{verdict}"): verdicts.count(verdict)
                    for verdict in VERDICTS
                },
                t("translation.evaluate.bleu_table.precision"): "–"
                if unused
                else f"{opened.parts.precisions[place]:.1%}{mark}",
            }
        )
    return rows


def _show_bleu_formulas(opened: BleuArithmetic, tokens: str) -> None:
    st.latex(brevity_formula(opened))
    st.latex(bleu_formula(opened))
    if any(opened.parts.smoothed):
        st.caption(t("translation.evaluate.smoothing.exp"))
    elif tokens == "spacy" and opened.parts.score == 0:
        st.caption(t("translation.evaluate.smoothing.none"))
    if opened.parts.orders < len(opened.ngrams):
        st.caption(t("translation.evaluate.smoothing.short", orders=opened.parts.orders))


def _ngram_rows(opened: BleuArithmetic) -> list[dict[str, object]]:
    return [
        {
            t("translation.evaluate.bleu_table.length"): len(ngram.tokens),
            t("translation.evaluate.csv.place"): ngram.first + 1,
            t("translation.evaluate.csv.ngram"): " ".join(ngram.tokens),
            t("translation.evaluate.csv.in_translation"): ngram.in_translation,
            t("translation.evaluate.csv.in_reference"): ngram.in_reference,
            t("translation.evaluate.csv.verdict"): t(f"translation.evaluate.ngrams.{ngram.verdict}"),
        }
        for row in opened.ngrams
        for ngram in row
    ]


def _show_ways(hypothesis: str, reference: str, key: str) -> None:
    """The same two sentences by every way of cutting: why figures of different tools do not compare."""
    from core.translation.scoring import TOKENS, sentence_bleu, tokenizer

    with st.spinner(t("translation.evaluate.arithmetic.cutting")):
        rows = []
        for tokens in TOKENS:
            verdict = sentence_bleu(hypothesis, reference, tokens)
            rows.append(
                {
                    t("translation.evaluate.ways.way"): t(f"translation.evaluate.tokens.{tokens}"),
                    "BLEU": round(verdict.score, 2),
                    t("translation.evaluate.ways.cut"): " ".join(tokenizer(tokens)(hypothesis)),
                    t("translation.evaluate.ways.signature"): verdict.signature,
                }
            )
    st.dataframe(rows, hide_index=True, key=f"{key}.ways.table")
    st.caption(t("translation.evaluate.ways.caption"))


def _show_chrf(hypothesis: str, reference: str, key: str) -> None:
    from core.translation.chrf import chrf_arithmetic
    from core.translation.scoring import sentence_chrf

    opened = chrf_arithmetic(hypothesis, reference)
    _show_verdicts("chrF2", opened.score, sentence_chrf(hypothesis, reference))
    st.plotly_chart(characters_figure(opened, t), key=f"{key}.characters")
    st.caption(t("translation.evaluate.characters.caption"))
    rows = _chrf_rows(opened)
    st.dataframe(rows, hide_index=True, key=f"{key}.chrf_table")
    st.latex(chrf_formula(opened))
    st.caption(t("translation.evaluate.characters.formula"))
    show_csv(lambda: csv_text(rows), "chrf.csv", f"{key}.chrf_csv")


def _chrf_rows(opened: ChrfArithmetic) -> list[dict[str, object]]:
    return [
        {
            t("translation.evaluate.characters.x"): order.length,
            t("translation.evaluate.characters.translation"): order.translation,
            t("translation.evaluate.characters.reference"): order.reference,
            t("translation.evaluate.characters.matches"): order.matches,
            t("translation.evaluate.characters.precision_name"): f"{order.precision:.1%}",
            t("translation.evaluate.characters.recall_name"): f"{order.recall:.1%}",
        }
        for order in opened.orders
    ]
