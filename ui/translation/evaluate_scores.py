"""An evaluation as a reader sees it: scores, intervals, comparisons, and by length or rarity."""

import streamlit as st

from core.csv_export import csv_text
from core.plots.translation_evaluate_scores import buckets_figure, comparisons_figure, scores_figure
from core.translation.evaluation_result import BucketKind, Evaluation
from core.translation.evaluation_tables import bucket_rows, comparison_rows, score_rows
from ui.inputs import show_csv, show_segments
from ui.text import t


def show_evaluation(evaluation: Evaluation, key: str) -> None:
    """Everything but the sentences.

    Args:
        evaluation: what was measured.
        key: tells this place from others of the page.
    """
    st.plotly_chart(scores_figure(evaluation, t), key=f"{key}.scores")
    st.caption(t("translation.evaluate.scores.caption", resamples=evaluation.resamples))
    rows = score_rows(evaluation, t)
    st.dataframe(rows, hide_index=True, key=f"{key}.scores.table")
    show_csv(lambda: csv_text(rows), "scores.csv", f"{key}.scores.csv")
    _show_signatures(evaluation)
    if evaluation.comparisons:
        _show_comparisons(evaluation, key)
    _show_buckets(evaluation, key)


def _show_signatures(evaluation: Evaluation) -> None:
    """How the figures were computed, to be quoted with them."""
    scores = evaluation.models[0]
    with st.expander(t("translation.evaluate.signatures.label"), icon=":material/fingerprint:"):
        st.markdown(t("translation.evaluate.signatures.about"))
        st.code(
            f"BLEU|{scores.signature}\nchrF2|{scores.chrf_signature}\n"
            f"spacy.blank('en') {evaluation.versions['spacy']}, lower() → BLEU|{scores.lowercased_signature}",
            language=None,
            wrap_lines=True,
        )


def _show_comparisons(evaluation: Evaluation, key: str) -> None:
    st.subheader(t("translation.evaluate.comparisons.heading"), anchor=False)
    st.plotly_chart(comparisons_figure(evaluation, t), key=f"{key}.comparisons")
    st.caption(t("translation.evaluate.comparisons.caption", resamples=evaluation.resamples))
    rows = comparison_rows(evaluation, t)
    st.dataframe(rows, hide_index=True, key=f"{key}.comparisons.table")
    show_csv(lambda: csv_text(rows), "comparisons.csv", f"{key}.comparisons.csv")


def _show_buckets(evaluation: Evaluation, key: str) -> None:
    st.subheader(t("translation.evaluate.buckets.heading"), anchor=False)
    kind = show_segments("translation", "evaluate_buckets", ("length", "rarity"))
    chosen: BucketKind = "length" if kind == "length" else "rarity"
    st.plotly_chart(buckets_figure(evaluation, chosen, t), key=f"{key}.buckets.{chosen}")
    st.caption(t(f"translation.evaluate.buckets.caption_{evaluation.axis(chosen)}"))
    rows = bucket_rows(evaluation, chosen, t)
    show_csv(lambda: csv_text(rows), f"by-{chosen}.csv", f"{key}.buckets.{chosen}.csv")
