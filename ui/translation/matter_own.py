"""The reader's own ablation on the caption grammar: set up, started, watched, and read."""

import streamlit as st

from core import jobs
from core.errors import GlassboxError
from core.jobs import Job
from core.translation.ablation_result import RESULT_FILE, read_ablations
from core.translation.ablations import JOB, VARIANTS, ablation_settings, starts
from ui.inputs import show_command, show_link
from ui.job_panel import SECONDS_BETWEEN_POLLS, show_job_panel
from ui.text import naming, show_error, t
from ui.translation.matter_link import OWN_LIMITS
from ui.workspace import workspace_hash

KIND = "translation.ablation"
SMALL: dict[str, object] = {
    "data": "grammar",
    "validation_pairs": 300,
    "vocabulary_size": 600,
    "layers": 1,
    "heads": 4,
    "tokens_per_batch": 512,
    "learning_rate": 3e-3,
    "warmup_steps": 60,
}
"""What is not set on the page."""
FIRST = {"pairs": (3000, 500), "epochs": (6, 1), "width": (64, 8), "seed": (0, 1)}
"""The first value of each setting and its step."""
FIRST_VARIANTS = ("greedy", "other_seed", "no_positions", "one_head", "words", "no_warmup", "post_norm")


def show_own() -> None:
    """Settings and progress side by side, then the whole result."""
    st.markdown(t("translation.matter.own.lead"))
    left, right = st.columns([1, 2], gap="large")
    with left:
        parameters = _show_inputs()
        with st.container(horizontal=True):
            _show_own_link()
            if parameters is not None:
                show_command(f"{JOB} --settings settings.json", parameters)
    with right:
        job = show_job_panel(KIND, parameters, "translation.matter.job", "translation.matter.own.start")
        if job is None:
            _show_live()
    if job is not None:
        _show_done(job)


def _show_inputs() -> dict[str, object] | None:
    """The job's parameters, or None where they do not go together, with the reason."""
    key = "translation.matter_variants"
    st.session_state.setdefault(key, list(FIRST_VARIANTS))
    variants = st.pills(
        t("translation.matter.own.variants"),
        [name for name in VARIANTS if name != "baseline"],
        selection_mode="multi",
        wrap=True,
        format_func=naming("translation.matter.name.*"),
        key=key,
        help=t("translation.matter.own.variants_help"),
        persist_state="session",
    )
    numbers = {name: _show_number(name) for name in FIRST}
    chosen = [name for name in VARIANTS if name == "baseline" or name in variants]
    trainings = sum(VARIANTS[name].trained for name in chosen)
    st.caption(
        t(
            "translation.matter.own.work",
            trainings=trainings,
            pairs=numbers["pairs"],
            epochs=numbers["epochs"],
        )
    )
    parameters = {**SMALL, **numbers, "variants": chosen}
    try:
        ablation_settings(parameters)
    except GlassboxError as error:
        show_error(error)
        return None
    return parameters


def _show_number(name: str) -> int:
    first, step = FIRST[name]
    low, high = OWN_LIMITS[name]
    key = f"translation.matter_{name}"
    st.session_state.setdefault(key, first)
    return int(
        st.number_input(
            t(f"translation.matter.own.{name}"),
            low,
            high,
            step=step,
            key=key,
            help=t(f"translation.matter.own.{name}_help"),
            persist_state="session",
        )
    )


def _show_own_link() -> None:
    state = st.session_state
    values = {f"matter_{name}": state[f"translation.matter_{name}"] for name in FIRST}
    variants = ",".join(state["translation.matter_variants"])
    show_link(
        "translation",
        {"view": "matter", "matter_source": "own", "matter_variants": variants, **values},
    )


def _show_live() -> None:
    """The curves of the newest run while it is at work; an empty place says what will be here."""
    own = [job for job in jobs.jobs_of(workspace_hash()) if job.kind == KIND]
    if not own:
        st.info(t("translation.matter.own.empty"), icon=":material/play_circle:")
        return
    running = own[-1].state().status == "running"
    st.fragment(_draw_live, run_every=SECONDS_BETWEEN_POLLS if running else None)(own[-1])


def _draw_live(job: Job) -> None:
    from core.plots.translation_matter import live_figure

    try:
        settings = ablation_settings(job.parameters)
    except GlassboxError:
        return  # the panel above says what is wrong with it
    curves = job.curves()
    if any(curves.get(variant) for variant in VARIANTS):
        st.plotly_chart(live_figure(curves, starts(settings), t), key="translation.matter.live")
        st.caption(t("translation.matter.curves.live_caption"))


def _show_done(job: Job) -> None:
    from ui.translation.matter_result import show_result

    try:
        result = read_ablations(job.result_folder / RESULT_FILE)
    except GlassboxError as error:
        show_error(error)
        return
    show_result(result, "own")
