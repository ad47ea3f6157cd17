"""What is chosen in the calculator, as one flat table of settings; also for views that draw no control."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.memory.config_json import decoded_config
from core.memory.fit import GIGABYTE, cards
from core.memory.number_formats import BYTES
from core.memory.own_config import OwnSizes, own_config
from core.memory.presets import presets
from core.memory.relevant import METHODS_OF, is_relevant, relevant_settings
from ui.memory.calculate_link import OWN_CARD, SAME_FORMAT
from ui.text import t

MEBIBYTE = 2**20
DEFAULTS: dict[str, Any] = {
    "source": "preset",
    "preset": "llama-2-7b",
    "own_build": "llama",
    "own_layers": 32,
    "own_heads": 32,
    "own_head_width": 128,
    "own_key_value_heads": 8,
    "own_feed_forward": 3.5,
    "own_vocabulary": 128_000,
    "own_tied": False,
    "own_experts": 1,
    "method": "full",
    "rank": 8,
    "alpha": 16,
    "targets": ["q", "v"],
    "dropout": 0.0,
    "layers": 2,
    "tokens": 20,
    "hidden": 64,
    "projection": False,
    "adapter_format": "fp32",
    "base_format": "nf4",
    "batch": 1,
    "length": 2048,
    "accumulation": 1,
    "dtype": "mixed",
    "optimizer": "adamw",
    "checkpointing": "none",
    "attention": "flash",
    "weight_format": "fp16",
    "cache_format": SAME_FORMAT,
    "processor": "gpu",
    "devices": 1,
    "zero": 0,
    "tensor": 1,
    "pipeline": 1,
    "sequence": False,
    "offload": "none",
    "context_mebibytes": 500,
    "card": "RTX 4090",
    "card_gigabytes": 24,
}
"""Of every control; what a link does not name is so."""
PLAN = tuple(DEFAULTS)[tuple(DEFAULTS).index("method") : tuple(DEFAULTS).index("context_mebibytes")]
"""The controls that are settings of the plan under their own names."""


def key_of(name: str) -> str:
    """Where a control's value is."""
    return f"memory.{name}"


def chosen(name: str) -> Any:
    """The value of a control, drawn or not."""
    return st.session_state.get(key_of(name), config_text() if name == "config" else DEFAULTS.get(name))


def config_text() -> str:
    """What the field for a config.json holds before anything is pasted: the chosen preset's own."""
    return json.dumps(presets()[chosen("preset")].config, indent=1)


def own_sizes() -> OwnSizes:
    """The sizes on the sliders."""
    values = {name.removeprefix("own_"): chosen(name) for name in DEFAULTS if name.startswith("own_")}
    return OwnSizes(**values)


def model_settings() -> dict[str, Any]:
    """The model: a preset's name, or the content of a config.json.

    Raises:
        GlassboxError: what was pasted is no JSON object.
    """
    if chosen("source") == "config":
        return {"config": decoded_config(chosen("config"))}
    if chosen("source") == "own":
        return {"config": own_config(own_sizes())}
    return {"preset": chosen("preset")}


def plan_settings() -> dict[str, Any]:
    """What `core.memory.plan.plan_from` takes, without what changes nothing.

    Raises:
        GlassboxError: what was pasted is no JSON object.
    """
    values = {name: chosen(name) for name in PLAN}
    if values["cache_format"] == SAME_FORMAT:
        values["cache_format"] = ""
    if values["method"] == "inference":
        weights = values["weight_format"]
        values["dtype"] = weights if weights in BYTES else "fp16"
        if weights in BYTES:
            values["weight_format"] = ""
    values["context_bytes"] = chosen("context_mebibytes") * MEBIBYTE
    return {**model_settings(), **relevant_settings(values)}


def comparison_settings() -> dict[str, Any]:
    """The plan that all methods are compared on, with every setting that counts under any of them.

    What only inference has stays at its default, as its row stands beside those that train.

    Raises:
        GlassboxError: what was pasted is no JSON object.
    """
    values = {name: chosen(name) for name in PLAN if name not in ("weight_format", "cache_format")}
    shared = {
        name: value for name, value in values.items() if is_relevant(name, {**values, "method": "full"})
    }
    own = {name: values[name] for name in METHODS_OF if name in values}
    values = {**shared, **own, "method": "full", "context_bytes": chosen("context_mebibytes") * MEBIBYTE}
    return {**model_settings(), **values}


def link_settings() -> dict[str, Any]:
    """The controls as a link holds them: the model and what counts under the method.

    Raises:
        GlassboxError: what was pasted is no JSON object.
    """
    source = chosen("source")
    names: list[str] = ["source"]
    names += [name for name in DEFAULTS if name.startswith("own_")] if source == "own" else [source]
    settings = {name: chosen(name) for name in PLAN}
    names += [name for name in PLAN if is_relevant(name, settings)]
    names += ["context_mebibytes", "card"] + (["card_gigabytes"] if chosen("card") == OWN_CARD else [])
    values = {name: _in_a_link(chosen(name)) for name in names}
    if source == "config":
        values["config"] = json.dumps(decoded_config(chosen("config")), separators=(",", ":"))
    return values


def _in_a_link(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if isinstance(value, list) else value


def card_memory() -> int:
    """Bytes of the chosen card."""
    return card_gigabytes() * GIGABYTE


def card_gigabytes() -> int:
    """Its size as its maker states it."""
    sizes: Mapping[str, int] = {card.name: card.gigabytes for card in cards()}
    return sizes.get(chosen("card"), chosen("card_gigabytes"))


def apply(changes: Mapping[str, Any]) -> None:
    """Set controls to what a remedy needs; call before they are drawn, as from a button's callback."""
    for name, value in changes.items():
        st.session_state[key_of(name)] = value


def card_title() -> str:
    """The chosen card's name."""
    return t("memory.calculate.card.named") if chosen("card") == OWN_CARD else str(chosen("card"))
