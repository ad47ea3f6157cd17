"""Switch heads or layers off: the loss and the next token before and after, beside the head's picture."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.attention_matter_switch import next_token_figure, picture_figure, token_change_figure
from ui.attention.matter_link import KINDS, MOST_PARTS, REPLACEMENTS
from ui.attention.matter_reading import intact_of, read_sentence, shown_token
from ui.attention.sentence import show_sentence
from ui.inputs import show_csv, show_link, show_segments
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.ablation import Intact, Removal
    from core.attention.effects import LanguageEffect, VectorEffect
    from core.attention.reading import Reading

    Effect = LanguageEffect | VectorEffect

FIRST_HEADS = {"smollm2-135m": ["1.5"], "minilm-l6": ["5.11"]}
"""Switched off at first: the head that the shipped ranking puts on top."""
MOST_EFFECTS = 24
"""Effects kept in a session."""


def show_switch() -> None:
    """What to switch off on the left, what it did on the right, and the pictures below."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        model, text = show_sentence()
    with right:
        reading = read_sentence(model, text)
    if reading is None:
        return
    with left:
        removal = _show_choice(reading)
    if removal is None:
        with right:
            st.info(t("attention.matter.error.nothing"), icon=":material/touch_app:")
        return
    with right:
        try:
            intact = intact_of(reading)
            effect = _effect(reading, intact, removal)
        except GlassboxError as error:
            show_error(error)
            return
        _show_effect(reading, effect)
    with left, st.container(horizontal=True):
        show_link("attention", _link_values(model, text, removal))
        show_csv(lambda: csv_text(_rows(reading, effect)), "ablation.csv", "attention.matter.switch.csv")
    _show_tokens_and_picture(reading, intact, removal, effect)


def _show_choice(reading: "Reading") -> "Removal | None":
    """The parts to switch off and what stands in for them; None where nothing is chosen."""
    from core.attention.ablation import Removal, heads_of_layer

    kind = show_segments("attention", "matter_kind", KINDS)
    heads: tuple[tuple[int, int], ...] = ()
    layers: list[int] = []
    if kind == "heads":
        heads = _show_heads(reading)
    else:
        layers = _show_layers(reading)
    replacement = show_segments("attention", "matter_replacement", REPLACEMENTS)
    if kind == "attention":
        heads = tuple(place for layer in layers for place in heads_of_layer(reading.model, layer))
    if not heads and not layers:
        return None
    return Removal(
        heads, tuple(layers) if kind == "block" else (), "mean" if replacement == "mean" else "zero"
    )


def _show_heads(reading: "Reading") -> tuple[tuple[int, int], ...]:
    model = reading.model
    options = [f"{layer}.{head}" for layer in range(model.layer_count) for head in range(model.head_count)]
    key = "attention.matter_heads"
    kept = [place for place in st.session_state.get(key, []) if place in options]
    if key not in st.session_state or (st.session_state[key] and not kept):
        kept = FIRST_HEADS[model.name]
    st.session_state[key] = kept
    chosen = st.multiselect(
        t("attention.matter.heads.label"),
        options,
        format_func=_name_of_head(),
        key=key,
        max_selections=MOST_PARTS,
        help=t("attention.matter.heads.help"),
        persist_state="session",
    )
    places = [place.split(".") for place in chosen]
    return tuple((int(layer), int(head)) for layer, head in places)


def _name_of_head() -> Callable[[str], str]:
    words = t("attention.matter.heads.name")
    return lambda place: words.replace("LAYER", place.split(".")[0]).replace("HEAD", place.split(".")[1])


def _show_layers(reading: "Reading") -> list[int]:
    options = list(range(reading.model.layer_count))
    key = "attention.matter_layers"
    kept = [layer for layer in st.session_state.get(key, [0]) if layer in options]
    st.session_state[key] = kept
    return st.multiselect(
        t("attention.matter.layers.label"),
        options,
        key=key,
        max_selections=MOST_PARTS,
        help=t("attention.matter.layers.help"),
        persist_state="session",
    )


def _effect(reading: "Reading", intact: "Intact", removal: "Removal") -> "Effect":
    """What the removal did; the last ones are kept, so that going back costs nothing.

    Raises:
        GlassboxError: the removal is impossible.
    """
    kept = st.session_state.get("attention.matter.effects")
    if kept is None or kept[0] is not reading:
        kept = st.session_state["attention.matter.effects"] = (reading, {})
    effects: dict[Removal, Effect] = kept[1]
    if removal not in effects:
        with turn_in_queue(st.empty()), st.spinner(t("attention.matter.measuring")):
            effects[removal] = _measure(reading, intact, removal)
        for oldest in list(effects)[:-MOST_EFFECTS]:
            del effects[oldest]
    return effects[removal]


def _measure(reading: "Reading", intact: "Intact", removal: "Removal") -> "Effect":
    from core.attention.ablation import hidden_without, language_effect, vector_effect

    hidden = hidden_without(reading.model, intact, removal)
    if reading.model.causal:
        return language_effect(reading.model, intact, hidden)
    return vector_effect(intact, hidden)


def _show_effect(reading: "Reading", effect: "Effect") -> None:
    if not reading.model.causal:
        _show_vector_effect(effect)  # type: ignore[arg-type]
        return
    _show_language_effect(reading, effect)  # type: ignore[arg-type]


def _show_language_effect(reading: "Reading", effect: "LanguageEffect") -> None:
    change = effect.loss_after - effect.loss_before
    values = {
        "loss": (f"{effect.loss_after:.3f}", f"{change:+.3f}"),
        "perplexity": (
            f"{effect.perplexity_after:.1f}",
            f"{effect.perplexity_after - effect.perplexity_before:+.1f}",
        ),
        "all": (f"{effect.divergence:.3f}", None),
        "choices": (f"{effect.changed_first_choices} / {reading.length}", None),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, (value, delta) in values.items():
            st.metric(
                t(f"attention.matter.metric.{name}"),
                value,
                delta=delta,
                delta_color="inverse",
                help=t(f"attention.matter.metric.{name}_help"),
                width="content",
            )
    place = _show_place(reading, effect)
    st.markdown(
        t(
            "attention.matter.switch.said",
            context=shown_token("".join(reading.tokens[max(0, place - 5) : place + 1])),
            first=shown_token(effect.best_before(place)),
            second=shown_token(effect.best_after(place)),
            divergence=effect.divergences[place],
        )
    )
    st.plotly_chart(next_token_figure(effect, place, t), key="attention.matter.next.chart")
    st.caption(t("attention.matter.next.reading"))


def _show_place(reading: "Reading", effect: "LanguageEffect") -> int:
    """The position whose next token is compared; at first the one that changed most."""
    key = "attention.matter.place"
    if st.session_state.get("attention.matter.place_of") != id(effect):
        st.session_state["attention.matter.place_of"] = id(effect)
        st.session_state[key] = effect.most_changed + 1
    return (
        st.slider(
            t("attention.matter.place.label"),
            1,
            reading.length,
            key=key,
            help=t("attention.matter.place.help"),
        )
        - 1
    )


def _show_vector_effect(effect: "VectorEffect") -> None:
    st.metric(
        t("attention.matter.metric.cosine"),
        f"{effect.cosine:.4f}",
        delta=f"{effect.cosine - 1:+.4f}",
        help=t("attention.matter.metric.cosine_help"),
        width="content",
    )
    st.markdown(t("attention.matter.switch.encoder"))


def _show_tokens_and_picture(
    reading: "Reading", intact: "Intact", removal: "Removal", effect: "Effect"
) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        tokens, changes, kind = _changes(reading, effect)
        st.plotly_chart(token_change_figure(tokens, changes, kind, t), key="attention.matter.tokens.chart")
        st.caption(t(f"attention.matter.tokens.{kind}.reading"))
    if not removal.heads:
        return
    with right:
        _show_picture(reading, intact, removal, effect)


def _show_picture(reading: "Reading", intact: "Intact", removal: "Removal", effect: "Effect") -> None:
    from core.attention.ablation import sharper_than

    places = {f"{layer}.{head}": (layer, head) for layer, head in removal.heads}
    key = "attention.matter.picture"
    if st.session_state.get(key) not in places:
        st.session_state[key] = next(iter(places))
    place = st.selectbox(
        t("attention.matter.picture.label"),
        list(places),
        format_func=_name_of_head(),
        key=key,
        help=t("attention.matter.picture.help"),
    )
    layer, head = places[place]
    title = t("attention.matter.picture.title", layer=layer, head=head)
    weights = reading.weights[layer, head]
    drawn = picture_figure(reading.tokens, weights, title, reading.model.causal, t)
    st.plotly_chart(drawn, key="attention.matter.picture.chart")
    said = {
        "sharpness": float(intact.sharpness[layer, head]),
        "share": sharper_than(intact, layer, head),
        "heads": reading.model.layer_count * reading.model.head_count,
    }
    alone = len(removal.heads) == 1 and not removal.blocks
    if not alone:
        st.caption(t("attention.matter.picture.many", **said))
    elif reading.model.causal:
        change = effect.loss_after - effect.loss_before  # type: ignore[union-attr]
        st.caption(t("attention.matter.picture.loss", change=change, **said))
    else:
        st.caption(t("attention.matter.picture.vector", change=1 - effect.cosine, **said))  # type: ignore[union-attr]


def _changes(reading: "Reading", effect: "Effect") -> tuple[list[str], list[float], str]:
    if not reading.model.causal:
        cosines = effect.token_cosines  # type: ignore[union-attr]
        return list(reading.tokens), [1 - cosine for cosine in cosines], "vector"
    return list(reading.tokens[1:]), effect.loss_changes, "loss"  # type: ignore[union-attr]


def _rows(reading: "Reading", effect: "Effect") -> list[dict[str, object]]:
    tokens, changes, kind = _changes(reading, effect)
    column = t(f"attention.matter.tokens.{kind}.y")
    return [
        {t("attention.matter.tokens.x"): token, column: change}
        for token, change in zip(tokens, changes, strict=True)
    ]


def _link_values(model: str, text: str, removal: "Removal") -> dict[str, object]:
    values: dict[str, object] = {"view": "matter", "matter_part": "switch", "model": model, "text": text}
    kind = st.session_state["attention.matter_kind"]
    if kind == "heads":
        values["matter_heads"] = ",".join(f"{layer}.{head}" for layer, head in removal.heads)
    else:
        values["matter_layers"] = ",".join(map(str, st.session_state["attention.matter_layers"]))
    return {**values, "matter_kind": kind, "matter_replacement": removal.replacement}
