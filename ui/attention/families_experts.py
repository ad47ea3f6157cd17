"""Mixture of experts: what is stored and used, and a router on real hidden states."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attention.families.parameters import parameters
from core.attention.families.table import experts_of, family
from core.attention.families.texts import family_texts
from core.errors import GlassboxError
from ui.attention.families_controls import MIXTURES, kept_for, run_with, show_draw
from ui.inputs import show_link
from ui.models import ready_language_model
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.families.mixture_of_experts import Routing

STEPS = 100


def show_experts() -> None:
    """The sums, then the router."""
    st.markdown(t("attention.families.experts.lead"))
    _show_sums()
    st.divider()
    _show_router()


def _show_sums() -> None:
    from core.attention.families.mixture_of_experts import with_chosen
    from core.plots.attention_families_experts import sums_figure

    st.subheader(t("attention.families.experts.sums"), anchor=False)
    left, right = st.columns([2, 3], gap="large")
    with left:
        titles = {name: family(name).title for name in MIXTURES}
        name = st.selectbox(
            t("attention.families.experts.model"),
            MIXTURES,
            format_func=titles.__getitem__,
            key="attention.families_mixture",
            help=t("attention.families.experts.model_help"),
            persist_state="session",
        )
        row = family(name)
        experts = experts_of(row)
        chosen = st.slider(
            t("attention.families.experts.chosen"),
            1,
            min(16, experts.count),
            experts.chosen,
            key=f"attention.families.experts.chosen.{name}",
            help=t("attention.families.experts.chosen_help"),
        )
        count = with_chosen(row, chosen)
        with st.container(horizontal=True, gap="medium"):
            for part in ("total", "active"):
                value = t("attention.families.experts.billion", value=getattr(count, part) / 1e9)
                st.metric(t(f"attention.families.experts.{part}"), value, width="content")
            st.metric(
                t("attention.families.experts.share"), f"{count.active / count.total:.1%}", width="content"
            )
    with right:
        models = [family(name) for name in MIXTURES]
        counts = [count if each.name == name else parameters(each) for each in models]
        st.plotly_chart(sums_figure(models, counts, t), key="attention.families.experts")
    one = (row.layers - experts.dense_layers) * 3 * row.width * experts.width
    stored = one * experts.count
    st.markdown(
        t(
            "attention.families.experts.formula",
            model=row.title,
            layers=row.layers - experts.dense_layers,
            count=experts.count,
            width=row.width,
            hidden=experts.width,
            experts=stored / 1e9,
            rest=(count.total - stored) / 1e9,
            chosen=chosen,
            used=one * chosen / 1e9,
            active=count.active / 1e9,
            total=count.total / 1e9,
        )
    )
    st.caption(t("attention.families.experts.reading"))


def _show_router() -> None:
    st.subheader(t("attention.families.router.title"), anchor=False)
    st.markdown(t("attention.families.router.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = st.text_area(
            t("attention.families.router.text"),
            family_texts()["whole"][0],
            key="attention.families.router.text",
            height=130,
            max_chars=1500,
            help=t("attention.families.router.text_help"),
            persist_state="session",
        )
        experts = _slider("experts", 2, 64, 8)
        k = _slider("k", 1, min(8, experts), 2)
        layer = _slider("layer", 0, 29, 10)
        draw = show_draw()
        factor = st.slider(
            t("attention.families.router.capacity"),
            1.0,
            2.0,
            1.25,
            0.05,
            key="attention.families.router.capacity",
            help=t("attention.families.router.capacity_help"),
        )
        show_link(
            "attention",
            {
                "view": "families",
                "families_part": "experts",
                "families_mixture": st.session_state["attention.families_mixture"],
                "families_experts": experts,
                "families_k": k,
                "families_layer": layer,
                "families_draw": draw,
            },
        )
    with right:
        if not run_with("router", (text,)):
            return
        try:
            before, after, tokens = kept_for(
                "router", (text, experts, k, layer, draw), lambda: _routed(text, experts, k, layer, draw)
            )
        except GlassboxError as error:
            show_error(error)
            return
        _show_loads(before, after, tokens, factor)


def _slider(name: str, low: int, high: int, first: int) -> int:
    """A whole number; one that no longer fits is moved in. The key is `attention.families_<name>`."""
    key = f"attention.families_{name}"
    st.session_state[key] = min(max(int(st.session_state.get(key, first)), low), high)
    if low == high:
        return low
    return int(
        st.slider(
            t(f"attention.families.router.{name}"),
            low,
            high,
            key=key,
            help=t(f"attention.families.router.{name}_help"),
            persist_state="session",
        )
    )


def _routed(
    text: str, experts: int, k: int, layer: int, draw: int
) -> "tuple[Routing, Routing, tuple[str, ...]]":
    """The tokens sent by a random router, and by the same one trained on the balancing loss."""
    from core.attention.families.mixture_of_experts import (
        balanced_router,
        random_router,
        route,
        router_inputs,
    )
    from core.attention.open_model import open_model

    ready_language_model("smollm2-135m")
    with turn_in_queue(st.empty()), st.spinner(t("attention.families.loading")):
        tokens, hidden = kept_for(
            "router_inputs", (text, layer), lambda: router_inputs(open_model("smollm2-135m"), text, layer)
        )
        router = random_router(experts, hidden.shape[1], draw)
        trained, _ = balanced_router(hidden, router, k, STEPS)
        return route(hidden, router, k), route(hidden, trained, k), tokens


def _show_loads(before: "Routing", after: "Routing", tokens: tuple[str, ...], factor: float) -> None:
    from core.attention.families.mixture_of_experts import balancing_loss
    from core.plots.attention_families_experts import MOST_DRAWN, loads_figure, probabilities_figure

    st.plotly_chart(loads_figure(before, after, before.capacity(factor), t), key="attention.families.loads")
    st.markdown(
        t(
            "attention.families.router.said",
            load=before.largest_load,
            idle=before.counts.count(0),
            experts=len(before.counts),
            capacity=before.capacity(factor),
            dropped=before.dropped(factor),
            all=before.chosen.numel(),
            loss=float(balancing_loss(before)),
            loss_after=float(balancing_loss(after)),
            load_after=after.largest_load,
        )
    )
    st.caption(t("attention.families.router.reading"))
    st.plotly_chart(probabilities_figure(tokens, before, t), key="attention.families.probabilities")
    st.caption(t("attention.families.router.heat_reading", count=min(MOST_DRAWN, len(tokens))))
