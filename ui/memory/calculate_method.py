"""Choosing how: the method with its own settings first, then precision, devices and card by group."""

import streamlit as st

from core.errors import GlassboxError
from core.memory.architecture import Architecture
from core.memory.fit import cards
from core.memory.korthikanti import CHECKPOINTING
from core.memory.layout import layout
from core.memory.methods import METHODS
from core.memory.number_formats import BYTES, WEIGHT_FORMATS
from core.memory.optimizers import OPTIMIZERS
from core.memory.parallel import OFFLOADS
from core.memory.plan import ATTENTIONS, PROCESSORS
from core.memory.precision import PRECISIONS, precision
from core.memory.relevant import is_relevant
from ui.memory.calculate_inputs import choose, number, switch
from ui.memory.calculate_link import MOST, OWN_CARD, SAME_FORMAT
from ui.memory.calculate_model import chosen_architecture
from ui.memory.calculate_settings import DEFAULTS, PLAN, chosen, key_of
from ui.text import t

ALL = "all"


def show_method() -> None:
    """The method, batch, length and card, which most readers need; the rest folded by group."""
    choose("method", METHODS)
    _show_own_settings()
    left, right = st.columns(2)
    with left:
        number("batch", 1, MOST)
    with right:
        number("length", 1, MOST, step=128)
    if counts("checkpointing"):
        choose("checkpointing", CHECKPOINTING)
    if counts("weight_format"):
        choose("weight_format", WEIGHT_FORMATS)
    _show_card()
    with st.expander(t("memory.calculate.group.precision"), icon=":material/straighten:"):
        _show_precision()
    with st.expander(t("memory.calculate.group.devices"), icon=":material/lan:"):
        _show_devices()
    with st.expander(t("memory.calculate.group.more"), icon=":material/more_horiz:"):
        _show_more()


def counts(name: str) -> bool:
    """Whether a setting means anything under what is chosen."""
    return is_relevant(name, {other: chosen(other) for other in PLAN})


def _show_own_settings() -> None:
    """What belongs to the method alone."""
    if counts("targets"):
        _show_targets()
    names = [name for name in ("rank", "alpha", "layers", "tokens") if counts(name)]
    if counts("projection"):
        switch("projection")
    if counts("hidden"):
        names.append("hidden")
    if names:
        for name, column in zip(names, st.columns(len(names)), strict=True):
            with column:
                number(name, 1, MOST)
    if counts("base_format"):
        choose("base_format", ("nf4", "nf4-single"))


def _show_targets() -> None:
    """The matrices that the model has; those chosen for another model that it lacks are left out."""
    try:
        names = _matrices(chosen_architecture())
    except GlassboxError:
        return  # the answer's place says what is wrong with the model
    options = [*names, ALL]
    kept = [target for target in chosen("targets") if target in options]
    st.session_state[key_of("targets")] = kept or [name for name in DEFAULTS["targets"] if name in names]
    words = {**names, ALL: t("memory.calculate.targets.all")}
    st.multiselect(
        t("memory.calculate.targets.label"),
        options,
        format_func=words.__getitem__,
        key=key_of("targets"),
        help=t("memory.calculate.targets.help"),
        persist_state="session",
    )


def _matrices(architecture: Architecture) -> dict[str, str]:
    """Role -> the role and its matrix's name, of every matrix of the blocks but a router."""
    found: dict[str, str] = {}
    for block in layout(architecture).blocks:
        for module in block.modules:
            if module.kind == "linear" and "router" not in module.roles:
                for role in module.roles:
                    found.setdefault(role, f"{role} · {module.name}")
    return found


def _show_card() -> None:
    sizes = {card.name: card.gigabytes for card in cards()}
    other = t("memory.calculate.card.own")
    options = [*sizes, OWN_CARD]
    choose("card", options, lambda name: f"{name} · {sizes[name]} GB" if name in sizes else other)
    if chosen("card") == OWN_CARD:
        number("card_gigabytes", 1, 10_000)


def _show_precision() -> None:
    if counts("cache_format"):
        choose("cache_format", (SAME_FORMAT, *BYTES))
    else:
        kept = precision(choose("dtype", tuple(PRECISIONS)))
        values = {name: BYTES[getattr(kept, name)] for name in ("weights", "gradients", "states")}
        master = BYTES[kept.master] if kept.master else 0
        each = values["weights"] + values["gradients"] + 2 * values["states"] + master
        st.caption(t("memory.calculate.dtype.adds_up", **values, master=master, each=each))
    if counts("adapter_format"):
        choose("adapter_format", tuple(BYTES))
    if counts("optimizer"):
        choose("optimizer", tuple(OPTIMIZERS))


def _show_devices() -> None:
    number("devices", 1, 1_000_000)
    if counts("zero"):
        choose("zero", (0, 1, 2, 3))
        left, right = st.columns(2)
        with left:
            number("tensor", 1, 1_000_000)
        with right:
            number("pipeline", 1, 1_000_000)
    else:
        st.caption(t("memory.calculate.devices.one"))
    if counts("sequence"):
        switch("sequence")
    offloads = OFFLOADS if counts("optimizer") else ("none", "all")
    choose("offload", offloads)


def _show_more() -> None:
    if counts("accumulation"):
        number("accumulation", 1, MOST)
    choose("attention", ATTENTIONS)
    if counts("dropout"):
        dropouts = (0.0, 0.05, 0.1, 0.2)
        choose("dropout", dropouts, lambda share: f"{share:g}")
    if counts("processor"):
        choose("processor", PROCESSORS)
    number("context_mebibytes", 0, 16_384, step=100)
