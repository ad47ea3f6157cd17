"""The controls of the decoding lesson: prompt, strategy, and the knobs that matter for it."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.decoding.settings import RANGES, STRATEGIES, DecodingSettings, Strategy
from ui.cache import decoding_presets
from ui.inputs import choice_of, number_in, short_text, show_segments
from ui.models import ready_language_model
from ui.questions import show_questions
from ui.queue import turn_in_queue
from ui.text import language, naming, t

if TYPE_CHECKING:
    from core.decoding.measurements import Measurement

VIEWS = ("generate", "compare", "sweep", "why")


@dataclass(frozen=True)
class Knob:
    """How one number of the settings is offered; the range of a slider may be narrower than the legal one."""

    low: float
    high: float
    step: float
    default: float


KNOBS: dict[str, Knob] = {
    "max_new_tokens": Knob(5, 300, 5, 80),
    "temperature": Knob(0.1, 2.0, 0.05, 1.0),
    "top_k": Knob(0, 200, 1, 0),
    "top_p": Knob(0.05, 1.0, 0.01, 1.0),
    "min_p": Knob(0.0, 0.5, 0.01, 0.0),
    "typical_p": Knob(0.05, 1.0, 0.01, 1.0),
    "repetition_penalty": Knob(0.8, 2.0, 0.05, 1.0),
    "presence_penalty": Knob(-2.0, 2.0, 0.1, 0.0),
    "frequency_penalty": Knob(-2.0, 2.0, 0.1, 0.0),
    "no_repeat_ngram_size": Knob(0, 6, 1, 0),
    "dry_multiplier": Knob(0.0, 2.0, 0.1, 0.0),
    "num_beams": Knob(1, 16, 1, 4),
    "length_penalty": Knob(-2.0, 2.0, 0.1, 1.0),
    "num_beam_groups": Knob(1, 8, 1, 1),
    "diversity_penalty": Knob(0.0, 5.0, 0.1, 0.0),
    "penalty_alpha": Knob(0.0, 1.0, 0.05, 0.6),
    "contrastive_k": Knob(2, 10, 1, 4),
}
KNOBS_OF_STRATEGY: dict[str, tuple[str, ...]] = {
    "greedy": (),
    "sample": ("temperature", "top_k", "top_p", "min_p", "typical_p"),
    "beam": ("num_beams", "length_penalty", "num_beam_groups", "diversity_penalty"),
    "contrastive": ("penalty_alpha", "contrastive_k"),
}
REMEDIES = (
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
    "no_repeat_ngram_size",
    "dry_multiplier",
)


def link_readers() -> Mapping[str, Callable[[str], Any]]:
    """What the address of this page may hold."""
    whole = {field.name for field in fields(DecodingSettings) if field.type in (int, "int")}
    numbers = {name: number_in(knob.low, knob.high, name in whole) for name, knob in KNOBS.items()}
    return {
        **numbers,
        "seed": number_in(RANGES["seed"].low, RANGES["seed"].high, whole=True),
        "strategy": choice_of(STRATEGIES),
        "view": choice_of(VIEWS),
        "prompt": short_text,
        "preset": _apply_preset,
    }


def _apply_preset(name: str) -> str:
    preset = next((preset for preset in decoding_presets() if preset.id == name), None)
    if preset is None:
        raise ValueError(name)
    st.session_state["decoding.prompt"] = preset.text
    return name


def show_prompt() -> str:
    """The presets and the prompt, one below the other."""
    presets = {preset.id: preset for preset in decoding_presets()}
    st.session_state.setdefault("decoding.prompt", next(iter(presets.values())).text)
    st.selectbox(
        t("decoding.preset.label"),
        list(presets),
        format_func={name: preset.label[language()] for name, preset in presets.items()}.__getitem__,
        key="decoding.preset",
        help=t("decoding.preset.help"),
        on_change=_preset_chosen,
        persist_state="session",
    )
    return st.text_area(
        t("decoding.prompt.label"),
        key="decoding.prompt",
        help=t("decoding.prompt.help"),
        height=120,
        persist_state="session",
    )


def _preset_chosen() -> None:
    _apply_preset(st.session_state["decoding.preset"])


def show_settings() -> tuple[DecodingSettings, bool]:
    """Strategy and knobs; the second value says whether the fast engine is wanted."""
    strategy: Strategy | None = st.segmented_control(
        t("decoding.strategy.label"),
        STRATEGIES,
        default=None if "decoding.strategy" in st.session_state else "greedy",
        format_func=naming("decoding.strategy.*"),
        key="decoding.strategy",
        required=True,
        wrap=True,
        help=t("decoding.strategy.help"),
        persist_state="session",
    )
    strategy = strategy or STRATEGIES[0]
    chosen: dict[str, Any] = {"strategy": strategy, "max_new_tokens": _show_knob("max_new_tokens")}
    chosen |= {name: _show_knob(name) for name in KNOBS_OF_STRATEGY[strategy]}
    fast = False
    if strategy == "sample":
        chosen["seed"] = _show_seed()
    if strategy in ("greedy", "sample"):
        fast = st.toggle(
            t("decoding.fast.label"),
            key="decoding.fast",
            help=t("decoding.fast.help"),
            persist_state="session",
        )
    with st.expander(t("decoding.remedies.label"), icon=":material/healing:", expanded=_remedy_in_use()):
        chosen |= {name: _show_knob(name) for name in REMEDIES}
    return DecodingSettings(**chosen), fast


def settings_in_use() -> DecodingSettings:
    """The settings of the first view, read without drawing its controls."""
    strategy: Strategy = st.session_state.get("decoding.strategy") or "greedy"
    names = ("max_new_tokens", *KNOBS_OF_STRATEGY[strategy], *REMEDIES, "seed")
    values = {
        name: st.session_state[f"decoding.{name}"] for name in names if f"decoding.{name}" in st.session_state
    }
    return replace(DecodingSettings(strategy=strategy), **values)


def link_values(prompt: str, settings: DecodingSettings, view: str) -> dict[str, Any]:
    """What a shared link must say: everything that differs from the defaults."""
    defaults = asdict(DecodingSettings())
    changed = {name: value for name, value in asdict(settings).items() if value != defaults[name]}
    return {"view": view, "prompt": prompt, "strategy": settings.strategy, **changed}


def _remedy_in_use() -> bool:
    return any(
        st.session_state.get(f"decoding.{name}", KNOBS[name].default) != KNOBS[name].default
        for name in REMEDIES
    )


def _show_knob(name: str) -> float:
    knob = KNOBS[name]
    whole = isinstance(knob.default, int)
    number: Callable[[float], float] = int if whole else float
    key = f"decoding.{name}"
    st.session_state.setdefault(key, number(knob.default))
    return st.slider(
        t(f"{key}.label"),
        number(knob.low),
        number(knob.high),
        step=number(knob.step),
        key=key,
        help=t(f"{key}.help"),
        persist_state="session",
    )


def _show_seed() -> int:
    st.session_state.setdefault("decoding.seed", 0)
    limits = RANGES["seed"]
    return st.number_input(
        t("decoding.seed.label"),
        int(limits.low),
        int(limits.high),
        step=1,
        key="decoding.seed",
        help=t("decoding.seed.help"),
        persist_state="session",
    )


def show_view() -> str:
    """Which experiment of the lesson is looked at."""
    return show_segments("decoding", "view", VIEWS)


def command(prompt: str, fast: bool) -> str:
    """The command line that repeats the run, the prompt quoted for a shell."""
    engine = " --engine llama.cpp" if fast else ""
    return f"python -m core generate --prompt {shlex.quote(prompt)} --settings settings.json{engine} --json"


def show_lesson_questions() -> None:
    """The lesson's questions: predict, run, measure, answer."""
    show_questions("decoding", measure)


def measure(name: str) -> "Measurement":
    """Run the measurement of that name on the lesson's model, in turn with the other readers."""
    from core.decoding.measurements import MEASUREMENTS

    model = ready_language_model("smollm2-135m")
    with turn_in_queue(st.empty()):
        return MEASUREMENTS[name](model)
