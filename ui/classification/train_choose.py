"""Which methods are to learn: each with a sentence on what it does, about how long it takes, its settings."""

from typing import Any

import streamlit as st

from core.classification.labelled_texts import Split
from core.classification.methods.table import METHODS, Method
from core.classification.settings import CHOICES, RANGES, TrainSettings
from ui.classification.train_link import is_whole
from ui.classification.tune_note import TUNING, show_foreign_note
from ui.text import naming, t

FIRST = ("tfidf", "knn", "probe")
"""Chosen until the reader chooses: seconds each."""
STEPS = {
    "inverse_penalty": 1.0,
    "learning_rate": 1e-5,
    "layer_decay": 0.05,
    "label_smoothing": 0.05,
    "dropout": 0.05,
    "weight_decay": 0.01,
    "batch_tokens": 256.0,
    "longest": 8.0,
}
FORMATS = {"learning_rate": "%.1e"}


def show_methods(split: Split) -> dict[str, dict[str, Any]]:
    """The chosen methods, each with its settings."""
    st.markdown(f"**{t('classification.train.choose.title')}**")
    chosen = {}
    for method in METHODS.values():
        with st.container(gap="small"):
            is_chosen = _show_choice(method)
            place = st.empty()
            settings = _show_settings(method) if is_chosen and method.uses else {}
            if is_chosen:
                chosen[method.name] = settings
            cost = about_time(method.seconds(split, method.settings(settings)))
            place.caption(f"{t(f'classification.train.does.{method.name}')} **{cost}**")
            if is_chosen and method.name in TUNING:
                show_foreign_note(split.training.texts)
    return chosen


def about_time(seconds: float) -> str:
    """`seconds` in the unit that one would say."""
    if seconds < 90:
        return t("classification.train.choose.seconds", count=max(1, round(seconds)))
    if seconds < 90 * 60:
        return t("classification.train.choose.minutes", count=round(seconds / 60))
    return t("classification.train.choose.hours", count=seconds / 3600)


def _show_choice(method: Method) -> bool:
    key = f"classification.train_use_{method.name}"
    st.session_state.setdefault(key, method.name in FIRST)
    return st.checkbox(
        f"**{t(f'classification.train.method.{method.name}')}**",
        key=key,
        help=t(f"classification.train.more.{method.name}"),
        persist_state="session",
    )


def _show_settings(method: Method) -> dict[str, Any]:
    """Every setting that the method reads, with what moving it does."""
    usual = method.settings()
    for name in method.uses:
        st.session_state.setdefault(_key(method, name), getattr(usual, name))
    with st.expander(t("classification.train.choose.settings"), icon=":material/tune:"):
        values = {name: _show_setting(_key(method, name), name) for name in method.uses}
        st.button(
            t("classification.train.choose.reset"),
            key=f"classification.train.reset.{method.name}",
            icon=":material/restart_alt:",
            type="tertiary",
            help=t("classification.train.choose.reset_help"),
            on_click=_reset,
            args=(method, usual),
        )
    return values


def _reset(method: Method, usual: TrainSettings) -> None:
    for name in method.uses:
        st.session_state[_key(method, name)] = getattr(usual, name)


def _key(method: Method, name: str) -> str:
    return f"classification.train_{method.name}_{name}"


def _show_setting(key: str, name: str) -> Any:
    words: dict[str, Any] = {
        "label": t(f"classification.train.setting.{name}"),
        "help": t(f"classification.train.setting_help.{name}"),
        "key": key,
        "persist_state": "session",
    }
    if name in CHOICES:
        return st.selectbox(
            options=CHOICES[name], format_func=naming(f"classification.train.option.{name}.*"), **words
        )
    if name not in RANGES:
        return st.toggle(**words)
    low, high = RANGES[name]
    if is_whole(name):
        return st.number_input(min_value=int(low), max_value=int(high), step=int(STEPS.get(name, 1)), **words)
    return st.number_input(
        min_value=float(low),
        max_value=float(high),
        step=STEPS.get(name),
        format=FORMATS.get(name, "%.3g"),
        **words,
    )
