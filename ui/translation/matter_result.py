"""One result of the ablation: what each change costs, one variant closely, a sentence by all of them."""

import streamlit as st

from core.csv_export import csv_text
from core.translation.ablation_result import AblationResult, Row, same_tokens, verdict
from core.translation.ablation_table import (
    SameTranslation,
    curve_table,
    reading_table,
    translations_of,
    whole_table,
)
from core.translation.ablations import ablation_settings
from ui.inputs import show_csv
from ui.text import naming, t
from ui.token_view import ShownToken, show_tokens


def show_result(result: AblationResult, source: str) -> str:
    """All sections; `source` tells the published result's controls from those of the reader's own.

    Returns:
        The variant that is looked at closely.
    """
    key = f"translation.matter.{source}"
    figure, table = st.container(), st.container()
    st.subheader(t("translation.matter.variant.title"), anchor=False)
    chosen = _show_choice(result)
    with figure:
        _show_differences(result, chosen, key)
    with table:
        _show_table(result, key)
    _show_closely(result, chosen, key)
    _show_sentences(result, key)
    with st.expander(t("translation.matter.limits_title"), icon=":material/help:"):
        st.markdown(t("translation.matter.limits", **result.settings))
    _show_origin(result)
    return chosen


def _show_differences(result: AblationResult, chosen: str, key: str) -> None:
    from core.plots.translation_matter import difference_figure

    chart = f"{key}.difference"
    st.plotly_chart(
        difference_figure(result, chosen, t),
        key=chart,
        on_select=lambda: _choose_clicked(chart),
        selection_mode="points",
        config={"displayModeBar": False},
    )
    caption = t(
        "translation.matter.difference.caption",
        bleu=result.baseline.score.bleu.value,
        sentences=result.validation_pairs,
    )
    seed = _seed_difference(result)
    if seed is not None:
        caption += " " + t("translation.matter.difference.seed_caption", seed=seed)
    st.caption(caption)


def _choose_clicked(chart: str) -> None:
    """Look closely at the variant whose point was clicked."""
    points = st.session_state[chart]["selection"]["points"]
    if points and points[0].get("customdata"):
        st.session_state["translation.matter_variant"] = points[0]["customdata"][-1]


def _show_table(result: AblationResult, key: str) -> None:
    st.dataframe(reading_table(result, t), hide_index=True, height="content", key=f"{key}.table")
    st.caption(
        t(
            "translation.matter.table.caption",
            sentences=result.validation_pairs,
            pairs=result.training_pairs,
            signature=result.signature,
        )
    )
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(whole_table(result, t)), "ablations.csv", f"{key}.csv")
        show_csv(
            lambda: csv_text(curve_table(result, t)),
            "learning_curves.csv",
            f"{key}.curves_csv",
            t("translation.matter.curves.csv"),
        )


def _show_choice(result: AblationResult) -> str:
    """Which variant is looked at; at first the one that costs most."""
    options = [row.variant for row in result.rows]
    key = "translation.matter_variant"
    if st.session_state.get(key) not in options:
        worst = result.by_difference[0].variant if result.by_difference else "baseline"
        st.session_state[key] = worst
    chosen = st.pills(
        t(f"{key}.label"),
        options,
        required=True,
        wrap=True,
        format_func=naming("translation.matter.name.*"),
        key=key,
        help=t(f"{key}.help"),
        persist_state="session",
    )
    return chosen or "baseline"


def _show_closely(result: AblationResult, chosen: str, key: str) -> None:
    """What the variant is, why it might matter, what was measured; its curve; its command."""
    from core.plots.translation_matter import curves_figure

    row = result.of(chosen) or result.baseline
    left, right = st.columns(2, gap="large")
    with left:
        values = {**result.settings, "right": 1 - ablation_settings(result.settings).label_smoothing}
        what = t(f"translation.matter.what.{row.variant}", **values)
        why = t(f"translation.matter.why.{row.variant}", **values)
        st.markdown(t("translation.matter.closely.what", text=what))
        st.markdown(t("translation.matter.closely.why", text=why))
        st.markdown(" ".join(_measured(result, row)))
        st.caption(t("translation.matter.closely.command"))
        st.code(row.command, language="bash", wrap_lines=True)
    with right:
        st.plotly_chart(curves_figure(result, row.variant, t), key=f"{key}.curves")
        st.caption(t("translation.matter.curves.caption", pairs=result.curve_pairs))


def _measured(result: AblationResult, row: Row) -> list[str]:
    """The figures of a row in sentences."""
    score, baseline = row.score, result.baseline
    interval = score.difference or score.bleu
    values = {
        "bleu": score.bleu.value,
        "baseline": baseline.score.bleu.value,
        "low": interval.low,
        "high": interval.high,
        "cost": -interval.value,
        "gain": interval.value,
        "chrf": score.chrf,
        "perplexity": row.perplexity,
        "baseline_perplexity": baseline.perplexity,
        "parameters": row.parameters,
        "seconds": row.seconds,
    }
    said = [t(f"translation.matter.closely.{verdict(row)}", **values)]
    if not same_tokens(row):
        said.append(t("translation.matter.closely.unknown", **vars(row.unknown)))
    elif row is not baseline:
        said.append(t("translation.matter.closely.perplexity", **values))
    seed = _seed_difference(result)
    inside = seed is not None and score.difference and abs(score.difference.value) <= abs(seed)
    if inside and row.variant != "other_seed":
        said.append(t("translation.matter.closely.inside_seed", seed=seed))
    both, norm, warmup = (
        _difference(result, name) for name in ("post_norm_no_warmup", "post_norm", "no_warmup")
    )
    if row.variant == "post_norm_no_warmup" and None not in (norm, warmup):
        said.append(t("translation.matter.closely.together", sum=(norm or 0) + (warmup or 0), both=both or 0))
    return said


def _show_sentences(result: AblationResult, key: str) -> None:
    st.subheader(t("translation.matter.sentences.title"), anchor=False)
    number = st.selectbox(
        t("translation.matter.sentences.label"),
        range(len(result.example_sources)),
        format_func=result.example_sources.__getitem__,
        key=f"{key}.sentence",
        help=t("translation.matter.sentences.help"),
        persist_state="session",
    )
    st.markdown(t("translation.matter.sentences.reference", text=result.example_references[number]))
    for place, same in enumerate(translations_of(result, number)):
        _show_translation(same, f"{key}.sentences.{place}")
    st.caption(t("translation.matter.sentences.caption"))


def _show_translation(same: SameTranslation, key: str) -> None:
    """Who wrote it, and its words; those that the reference does not have there are marked."""
    names = [t(f"translation.matter.name.{variant}") for variant in same.variants]
    with st.container(border=True, gap="small"):
        st.caption(t("translation.matter.sentences.between").join(names))
        if not same.text:
            st.markdown(t("translation.matter.sentences.nothing"))
            return
        other = t("translation.matter.sentences.other")
        words = [
            ShownToken(f"{word} ", 0 if known else 0.7, "" if known else other) for word, known in same.words
        ]
        show_tokens(words, key, clickable=False)


def _show_origin(result: AblationResult) -> None:
    precision = "half" if result.half_precision else "single"
    st.caption(
        t(
            "translation.matter.made",
            command=result.command,
            date=result.date,
            cores=result.cores,
            machine=result.machine,
            threads=result.threads,
            precision=t(f"translation.matter.precision.{precision}"),
            python=result.versions["python"],
            torch=result.versions["torch"],
            sacrebleu=result.versions["sacrebleu"],
            minutes=sum(row.seconds for row in result.rows) / 60,
        )
    )


def _seed_difference(result: AblationResult) -> float | None:
    return _difference(result, "other_seed")


def _difference(result: AblationResult, variant: str) -> float | None:
    """BLEU of a variant minus the baseline's; None where it was not run."""
    row = result.of(variant)
    return row.score.difference.value if row and row.score.difference else None
