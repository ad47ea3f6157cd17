"""The reader's trainings side by side: one figure, and the settings in which they differ."""

from dataclasses import asdict

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.jobs import Job
from core.translation.own_models import run_name, training_jobs
from core.translation.train_compare import differing_settings
from core.translation.train_record import RunRecord, read_record
from core.translation.train_settings import run_settings
from ui.inputs import show_csv
from ui.text import naming, show_error, t
from ui.translation.train_own import show_own_model
from ui.workspace import workspace_hash

MOST_RUNS = 7


def show_runs() -> None:
    """All trainings that have finished an epoch; empty, it says how they come here."""
    found = {run_name(job): job for job in training_jobs(workspace_hash())}
    records = {name: record for name, job in found.items() if (record := _record(job))}
    if not records:
        st.info(t("translation.train.runs.empty"), icon=":material/stacked_line_chart:")
        return
    names = list(reversed(records))
    kept = st.session_state.get("translation.train.runs.chosen", names[:MOST_RUNS])
    st.session_state["translation.train.runs.chosen"] = [name for name in kept if name in records] or names[
        :1
    ]
    chosen = st.multiselect(
        t("translation.train.runs.chosen"),
        names,
        key="translation.train.runs.chosen",
        max_selections=MOST_RUNS,
        help=t("translation.train.runs.chosen_help"),
    )
    if not chosen:
        st.caption(t("translation.train.runs.none"))
        return
    _show_curves({name: records[name] for name in chosen})
    _show_table({name: (found[name], records[name]) for name in chosen})
    _show_use({name: found[name] for name in chosen if found[name].state().status == "done"})


def _record(job: Job) -> RunRecord | None:
    try:
        record = read_record(job.result_folder)
    except GlassboxError as error:
        show_error(error)
        return None
    return record if record and record.epochs else None


def _show_curves(records: dict[str, RunRecord]) -> None:
    from core.plots.translation_train import MEASURES, runs_figure

    graded = all(record.words_in_german_order is not None for record in records.values())
    measures = [name for name in MEASURES if graded or name != "order"]
    if st.session_state.get("translation.train.runs.measure") not in measures:
        st.session_state["translation.train.runs.measure"] = measures[0]
    measure = st.segmented_control(
        t("translation.train.runs.measure"),
        measures,
        format_func=naming("translation.train.measure.*"),
        key="translation.train.runs.measure",
        required=True,
        wrap=True,
        help=t("translation.train.runs.measure_help"),
        persist_state="session",
    )
    st.plotly_chart(runs_figure(records, measure or measures[0], t), key="translation.train.runs.figure")
    one_kind = len({record.data for record in records.values()}) == 1
    st.caption(t("translation.train.runs.caption" if one_kind else "translation.train.runs.caption_mixed"))


def _show_table(runs: dict[str, tuple[Job, RunRecord]]) -> None:
    """What differs, and how each ended."""
    settings = {name: asdict(run_settings(job.parameters)) for name, (job, _) in runs.items()}
    different = differing_settings(settings)
    rows = [
        {
            t("translation.train.column.run"): name,
            **{_setting_name(setting): str(values[name]) for setting, values in different.items()},
            t("translation.train.column.parameters"): f"{record.parameters:,}",
            t("translation.train.column.epochs"): len(record.epochs),
            t("translation.train.measure.perplexity"): f"{record.epochs[-1].perplexity:.2f}",
            t("translation.train.measure.bleu"): f"{record.epochs[-1].bleu:.1f}",
            t("translation.train.measure.order"): _percent(record.epochs[-1].order),
            t("translation.train.column.seconds"): f"{sum(epoch.seconds for epoch in record.epochs):.0f}",
        }
        for name, (_, record) in runs.items()
    ]
    st.dataframe(rows, hide_index=True, key="translation.train.runs.table")
    key = "table_caption" if different else "table_caption_same"
    st.caption(t(f"translation.train.runs.{key}"))
    show_csv(lambda: csv_text(rows), "runs.csv", "translation.train.runs.csv")


def _setting_name(setting: str) -> str:
    plain = {"data": "translation.train_data.label", "pairs": "translation.train.pairs.label"}
    if setting == "upload":
        return t("translation.train.upload.label")
    return t(plain.get(setting, f"translation.train.setting.{setting}"))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _show_use(finished: dict[str, Job]) -> None:
    """Translate with one of them."""
    if not finished:
        return
    name = st.selectbox(
        t("translation.train.runs.use"),
        list(finished),
        key="translation.train.runs.use",
        help=t("translation.train.runs.use_help"),
    )
    if name in finished:
        show_own_model(finished[name])
