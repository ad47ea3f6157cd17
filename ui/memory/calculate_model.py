"""Choosing the model: a published one by family, a pasted config.json, or sliders."""

import streamlit as st

from core.command_line import LARGEST_SETTINGS_FILE
from core.memory.architecture import Architecture
from core.memory.config_json import architecture_from
from core.memory.own_config import BUILDS, group_sizes
from core.memory.presets import families, family_of, preset, presets
from ui.inputs import show_segments
from ui.memory.calculate_inputs import choose, slide, switch
from ui.memory.calculate_link import SOURCES
from ui.memory.calculate_settings import chosen, config_text, key_of, model_settings
from ui.text import t

LAYERS = (1, 2, 4, 6, 8, 12, 16, 20, 24, 28, 30, 32, 36, 40, 48, 60, 64, 72, 80, 96, 112, 128)
HEADS = (1, 2, 4, 6, 8, 9, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 128)
HEAD_WIDTHS = (32, 48, 64, 80, 96, 128, 192, 256)
FEED_FORWARDS = (1.0, 1.5, 2.0, 2.5, 2.67, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0)
VOCABULARIES = (1000, 8000, 16_000, 32_000, 50_257, 64_000, 100_000, 128_000, 152_000, 200_000, 256_000)
EXPERTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


def show_model() -> None:
    """The three ways, and what belongs to the chosen one."""
    source = show_segments("memory", "source", SOURCES)
    if source == "preset":
        _show_presets()
    elif source == "config":
        _show_config()
    else:
        _show_own()


def chosen_architecture() -> Architecture:
    """The architecture of what is chosen.

    Raises:
        GlassboxError: a config that is none, or an architecture that cannot be.
    """
    settings = model_settings()
    return preset(settings["preset"]) if "preset" in settings else architecture_from(settings["config"])


def _show_presets() -> None:
    """The family, then the model; the family follows a model that a link names."""
    grouped = families()
    st.session_state[key_of("calculate.family")] = family_of(chosen("preset"))
    left, right = st.columns(2)
    with left:
        family = st.selectbox(
            t("memory.calculate.family.label"),
            list(grouped),
            key=key_of("calculate.family"),
            help=t("memory.calculate.family.help"),
            on_change=_first_of_family,
        )
    with right:
        names = [entry.name for entry in grouped[family]]
        choose("preset", names, lambda name: presets()[name].title)


def _first_of_family() -> None:
    family = st.session_state[key_of("calculate.family")]
    st.session_state[key_of("preset")] = families()[family][0].name


def _show_config() -> None:
    st.session_state.setdefault(key_of("config"), config_text())
    st.text_area(
        t("memory.calculate.config.label"),
        key=key_of("config"),
        height=190,
        max_chars=LARGEST_SETTINGS_FILE,
        help=t("memory.calculate.config.help"),
        persist_state="session",
    )
    st.button(
        t("memory.calculate.config.fill", model=presets()[chosen("preset")].title),
        key=key_of("calculate.config.fill"),
        type="tertiary",
        icon=":material/content_paste:",
        help=t("memory.calculate.config.fill_help"),
        on_click=_fill_config,
    )


def _fill_config() -> None:
    st.session_state[key_of("config")] = config_text()


def _show_own() -> None:
    choose("own_build", BUILDS)
    left, right = st.columns(2)
    with left:
        slide("own_layers", LAYERS)
        heads = slide("own_heads", HEADS)
        slide("own_head_width", HEAD_WIDTHS)
    with right:
        slide("own_feed_forward", FEED_FORWARDS)
        slide("own_vocabulary", VOCABULARIES)
        if chosen("own_build") == "llama" and len(group_sizes(heads)) > 1:
            slide("own_key_value_heads", group_sizes(heads))
            slide("own_experts", EXPERTS)
    switch("own_tied")
