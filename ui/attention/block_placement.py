"""Four places of a norm in a deep network: formula, gradients, sensitivity and training."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.attention.block_controls import PLACEMENTS, kept_or_made, run_or_kept
from ui.inputs import show_csv, show_link
from ui.job_panel import show_job_panel
from ui.text import naming, show_error, t

if TYPE_CHECKING:
    from core.attention.block.deep_gradients import LayerGradients, Shaking
    from core.attention.block.placement_job import PlacementResult

JOB = "attention.placement"
DEPTHS = (6, 12, 24, 48)
FORMULAS = {
    "post": r"x_{\ell+1} = \mathrm{LN}\big(x_\ell + F(x_\ell)\big)",
    "pre": r"x_{\ell+1} = x_\ell + F\big(\mathrm{LN}(x_\ell)\big)",
    "sandwich": r"x_{\ell+1} = x_\ell + \mathrm{LN}\big(F(\mathrm{LN}(x_\ell))\big)",
    "deep": r"x_{\ell+1} = \mathrm{LN}\big(\alpha\, x_\ell + F(x_\ell)\big)",
}


def show_placement() -> None:
    """Formula and gradients, the nudge, then what training makes of it."""
    st.markdown(t("attention.block.placement.lead"))
    depth, placement = _show_inputs()
    _show_formula(placement, depth)
    st.subheader(t("attention.block.gradient.title"), anchor=False)
    _show_gradients(depth)
    with st.container(horizontal=True):
        show_link(
            "attention",
            {
                "view": "block",
                "block_part": "placement",
                "block_depth": depth,
                "block_placement": placement,
            },
        )
    st.divider()
    _show_training()
    st.divider()
    _show_shaking()


def _show_inputs() -> tuple[int, str]:
    left, right = st.columns(2, gap="large")
    with left:
        st.session_state.setdefault("attention.block_depth", 24)
        depth = st.slider(
            t("attention.block.gradient.depth"),
            6,
            48,
            step=6,
            key="attention.block_depth",
            help=t("attention.block.gradient.depth_help"),
            persist_state="session",
        )
    with right:
        st.session_state.setdefault("attention.block_placement", PLACEMENTS[0])
        placement = st.segmented_control(
            t("attention.block.placement.chosen"),
            PLACEMENTS,
            format_func=naming("attention.block.placement.*"),
            key="attention.block_placement",
            required=True,
            wrap=True,
            help=t("attention.block.placement.chosen_help"),
            persist_state="session",
        )
    return depth, placement or PLACEMENTS[0]


def _show_formula(placement: str, depth: int) -> None:
    from core.attention.block.placement import deep_norm_scales

    alpha, beta = deep_norm_scales(depth)
    st.latex(FORMULAS[placement])
    st.caption(
        t(
            f"attention.block.placement.about.{placement}",
            norms=2 * depth,
            depth=depth,
            alpha=alpha,
            beta=beta,
        )
    )


def _show_gradients(depth: int) -> None:
    def measure() -> "tuple[LayerGradients, ...]":
        from core.attention.block.deep_gradients import gradients_at_start
        from core.attention.block.deep_training import Training, shape_of

        return gradients_at_start(shape_of(Training(depth=depth)))

    found = kept_or_made("gradient", depth, measure)
    if found is None:
        return
    from core.plots.attention_block_placement import gradient_figure

    st.plotly_chart(gradient_figure(found, t), key="attention.block.gradient.chart")
    st.caption(t("attention.block.gradient.reading", **{one.placement: one.last_to_first for one in found}))
    rows = [
        {t(f"attention.block.placement.{one.placement}"): one.norms[layer] for one in found}
        for layer in range(depth)
    ]
    show_csv(lambda: csv_text(rows), "gradients.csv", "attention.block.gradient.csv")


def _show_shaking() -> None:
    st.subheader(t("attention.block.shaking.title"), anchor=False)
    st.markdown(t("attention.block.shaking.lead"))

    def measure() -> "tuple[Shaking, ...]":
        from core.attention.block.deep_gradients import shaking
        from core.attention.block.deep_training import Training, shape_of

        return shaking(shape_of(Training()), DEPTHS)

    found = run_or_kept("shaking", DEPTHS, measure)
    if found is None:
        return
    from core.plots.attention_block_placement import shaking_figure

    st.plotly_chart(shaking_figure(found, t), key="attention.block.shaking.chart")
    grown = {one.placement: one.moved[-1] / one.moved[0] for one in found}
    st.caption(t("attention.block.shaking.reading", first=DEPTHS[0], last=DEPTHS[-1], **grown))


def _show_training() -> None:
    from core.attention.block.placement_job import RESULT_FILE, read_result, read_shipped_result

    st.subheader(t("attention.block.training.title"), anchor=False)
    try:
        _show_result(read_shipped_result(), "attention.block.training.shipped")
    except GlassboxError as error:
        show_error(error)
    with st.expander(t("attention.block.training.again"), icon=":material/replay:"):
        st.markdown(t("attention.block.training.again_lead"))
        job = show_job_panel(
            JOB,
            _show_job_inputs(),
            "attention.block.training.job",
            "attention.block.training.start",
            {"loss": "attention.block.training.loss"},
        )
        if job is not None:
            try:
                _show_result(read_result(job.result_folder / RESULT_FILE), "attention.block.training.own")
            except GlassboxError as error:
                show_error(error)


def _show_job_inputs() -> dict[str, object]:
    columns = st.columns(4)
    numbers = {
        "depth": (2, 48, 12, 2),
        "step_count": (20, 1000, 60, 20),
        "warm": (10, 500, 30, 10),
    }
    values = {}
    for column, (name, (low, high, first, step)) in zip(columns, numbers.items(), strict=False):
        values[name] = column.number_input(
            t(f"attention.block.training.{name}"),
            low,
            high,
            first,
            step,
            key=f"attention.block.training.{name}",
            help=t(f"attention.block.training.{name}_help"),
            persist_state="session",
        )
    rate = columns[3].select_slider(
        t("attention.block.training.rate"),
        (1e-4, 3e-4, 1e-3, 3e-3, 1e-2),
        value=3e-3,
        key="attention.block.training.rate",
        help=t("attention.block.training.rate_help"),
        persist_state="session",
    )
    return {
        "depths": [values["depth"]],
        "steps": values["step_count"],
        "warm_ups": [0, values["warm"]],
        "learning_rate": rate,
    }


def _show_result(result: "PlacementResult", key: str) -> None:
    from core.plots.attention_block_placement import training_figure, training_rows

    parameters = result.parameters
    left, right = st.columns(2)
    with left:
        depth = _show_choice(f"{key}.depth", "depth", parameters.depths, {})
    with right:
        names = {count: t("attention.block.training.steps", count=count) for count in parameters.warm_ups}
        names[0] = t("attention.block.training.none")
        warm_up = _show_choice(f"{key}.warm_up", "warm_up", parameters.warm_ups, names)
    st.plotly_chart(training_figure(result, depth, warm_up, t), key=f"{key}.chart")
    st.caption(
        t(
            "attention.block.training.reading",
            unigram=result.unigram,
            rate=parameters.learning_rate,
            width=parameters.width,
        )
    )
    rows = training_rows(result, t)
    with st.expander(t("attention.block.training.table"), icon=":material/table:"):
        st.dataframe(rows, hide_index=True, key=f"{key}.table")
    show_csv(lambda: csv_text(rows), "placement.csv", f"{key}.csv")
    st.caption(
        t(
            "attention.block.training.made",
            command=result.command,
            date=result.date,
            python=result.versions["python"],
            torch=result.versions["torch"],
            cores=result.cores,
            minutes=sum(curve.seconds for curve in result.curves) / 60,
        )
    )


def _show_choice(key: str, name: str, options: tuple[int, ...], names: dict[int, str]) -> int:
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[-1] if name == "depth" else options[0]
    chosen = st.segmented_control(
        t(f"attention.block.training.{name}"),
        options,
        format_func={option: names.get(option, str(option)) for option in options}.__getitem__,
        key=key,
        required=True,
        help=t(f"attention.block.training.{name}_help"),
        persist_state="session",
    )
    return options[0] if chosen is None else int(chosen)
