"""Every setting of the model and of its training, with what moving it does."""

from collections.abc import Sequence
from typing import Any, cast

import streamlit as st

from core.translation.settings import CHOICES, RANGES
from core.translation.train_settings import Data, suggested
from ui.text import naming, t
from ui.translation.train_link import FRACTIONS, MODEL, MODEL_DETAILS, SETTINGS, TRAINING, TRAINING_DETAILS

STEPS = {
    "width": 16,
    "feed_forward": 64,
    "vocabulary_size": 100,
    "tokens_per_batch": 256,
    "learning_rate": 0.0005,
    "warmup_steps": 50,
    "dropout": 0.05,
    "label_smoothing": 0.05,
    "bpe_dropout": 0.05,
}


def show_settings() -> dict[str, dict[str, Any]]:
    """The settings as parameters of a job: `model` and `training`."""
    data = st.session_state["translation.train_data"]
    for name, value in _usual(data).items():
        st.session_state.setdefault(f"translation.train_{name}", value)
    with st.expander(t("translation.train.settings.model"), icon=":material/account_tree:"):
        model = _show((*MODEL, *MODEL_DETAILS))
    with st.expander(t("translation.train.settings.training"), icon=":material/fitness_center:"):
        training = _show((*TRAINING, *TRAINING_DETAILS))
    st.button(
        t("translation.train.settings.reset"),
        key="translation.train.settings.reset",
        icon=":material/restart_alt:",
        type="tertiary",
        help=t("translation.train.settings.reset_help"),
        on_click=suggest,
        args=(data,),
    )
    return {"model": model, "training": training}


def suggest(data: str) -> None:
    """Set every setting to what suits the data."""
    for name, value in _usual(data).items():
        st.session_state[f"translation.train_{name}"] = value


def _usual(data: str) -> dict[str, Any]:
    usual = suggested(cast(Data, data))
    return {
        name: getattr(usual.model, name) if hasattr(usual.model, name) else getattr(usual.training, name)
        for name in SETTINGS
    }


def _show(names: Sequence[str]) -> dict[str, Any]:
    """Controls of these settings, two in a row."""
    values: dict[str, Any] = {}
    for first in range(0, len(names), 2):
        row = names[first : first + 2]
        for column, name in zip(st.columns(2), row, strict=False):
            with column:
                values[name] = _show_one(name)
    return values


def _show_one(name: str) -> Any:
    key = f"translation.train_{name}"
    label, about = t(f"translation.train.setting.{name}"), t(f"translation.train.setting_help.{name}")
    if name in CHOICES:
        return st.selectbox(
            label,
            CHOICES[name],
            format_func=naming(f"translation.train.choice.{name}.*"),
            key=key,
            help=about,
            persist_state="session",
        )
    if name == "tied":
        return st.toggle(label, key=key, help=about, persist_state="session")
    low, high = RANGES[name]
    kind = float if name in FRACTIONS else int
    return st.number_input(
        label,
        kind(low),
        kind(high),
        step=kind(STEPS.get(name, 1)),
        format="%.4f" if name == "learning_rate" else None,
        key=key,
        help=about,
        persist_state="session",
    )
