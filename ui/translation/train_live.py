"""A training as it goes: what it translates, its losses, its scores, and which word order it knows."""

from functools import partial
from itertools import groupby

import streamlit as st

from core.csv_export import csv_text
from core.jobs import Job
from core.translation.train_record import EpochRecord, RunRecord
from ui.inputs import show_csv
from ui.text import t


def show_progress(job: Job, record: RunRecord | None, epochs: int) -> None:
    """Everything that the job has left of its planned epochs; empty places say what will be there."""
    from core.plots.translation_train import loss_figure, order_figure, quality_figure

    if record is not None and record.epochs:
        _show_figures(record)
        st.plotly_chart(quality_figure(record, epochs, t), key="translation.train.quality")
        kind = "grammar" if record.words_in_german_order is not None else "pairs"
        st.caption(
            t(
                f"translation.train.figure.quality_caption.{kind}",
                scored=record.scored,
                signature=record.signature,
            )
        )
        _show_samples(record)
        if any(epoch.by_pattern for epoch in record.epochs):
            st.plotly_chart(order_figure(record, t), key="translation.train.order")
            st.caption(t("translation.train.figure.order_caption"))
    steps = job.curves().get("step_loss", [])
    if steps:
        st.plotly_chart(loss_figure(record, steps, epochs, t), key="translation.train.loss")
        st.caption(t("translation.train.figure.loss_caption"))
    if record is not None and record.epochs:
        rows = epoch_rows(record)
        show_csv(lambda: csv_text(rows), "training.csv", "translation.train.csv")
    elif not job.state().ended:
        st.caption(t("translation.train.first_epoch"))


def _show_figures(record: RunRecord) -> None:
    """The newest epoch in numbers."""
    newest = record.epochs[-1]
    with st.container(horizontal=True, gap="large"):
        st.metric(t("translation.train.measure.bleu"), f"{newest.bleu:.1f}", width="content")
        st.metric(t("translation.train.measure.perplexity"), f"{newest.perplexity:.2f}", width="content")
        st.metric(t("translation.train.speed"), f"{newest.pairs_per_second:,.0f}", width="content")
        if newest.order is not None:
            st.metric(t("translation.train.measure.order"), f"{newest.order:.0%}", width="content")


def _show_samples(record: RunRecord) -> None:
    """Three held-out sentences, and how each was translated after each epoch."""
    st.markdown(f"**{t('translation.train.samples.title')}**")
    for place, sample in enumerate(record.samples):
        rows = []
        if sample.word_for_word:
            rows.append(_row("–", sample.word_for_word, t("translation.train.samples.word_for_word")))
        for (text, right), alike in groupby(record.epochs, partial(_written, place=place)):
            numbers = [epoch.number for epoch in alike]
            span = f"{numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
            rows.append(_row(span, text, _verdict(right)))
        rows.append(_row("=", sample.reference, t("translation.train.samples.reference")))
        st.text(sample.source)
        st.dataframe(rows, hide_index=True, key=f"translation.train.samples.{place}")
    kind = "grammar" if record.words_in_german_order is not None else "pairs"
    st.caption(t(f"translation.train.samples.caption.{kind}"))


def _written(epoch: EpochRecord, place: int) -> tuple[str, tuple[bool, ...]]:
    """How an epoch translated the sentence at `place`, and whether its order was right."""
    return epoch.samples[place], epoch.right[place : place + 1]


def _verdict(right: tuple[bool, ...]) -> str:
    if not right:
        return ""
    return t("translation.train.samples.right" if right[0] else "translation.train.samples.wrong")


def _row(epoch: str, text: str, verdict: str) -> dict[str, str]:
    return {
        t("translation.train.column.epoch"): epoch,
        t("translation.train.column.verdict"): verdict,
        t("translation.train.column.translation"): text,
    }


def epoch_rows(record: RunRecord) -> list[dict[str, object]]:
    """A row an epoch, for a spreadsheet."""
    return [
        {
            t("translation.train.column.epoch"): epoch.number,
            t("translation.train.measure.training_loss"): round(epoch.training_loss, 4),
            t("translation.train.measure.validation_loss"): round(epoch.validation_loss, 4),
            t("translation.train.measure.perplexity"): round(epoch.perplexity, 4),
            t("translation.train.measure.bleu"): round(epoch.bleu, 2),
            t("translation.train.measure.order"): "" if epoch.order is None else round(epoch.order, 4),
            t("translation.train.column.seconds"): round(epoch.seconds, 1),
            **{
                t("translation.train.column.sample", number=number): text
                for number, text in enumerate(epoch.samples, 1)
            },
        }
        for epoch in record.epochs
    ]
