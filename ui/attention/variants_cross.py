"""Self and cross: one sentence looks at itself, and at another one."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attention.sentences import first_text
from core.errors import GlassboxError
from ui.attention import variants_inputs as inputs
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.looking import CrossLook

ENCODER = "minilm-l6"


def show_cross() -> None:
    """Two sentences, one head, two heat maps."""
    st.markdown(t("attention.variants.cross.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        looking, looked_at = _show_sentence("looking"), _show_sentence("looked_at")
        layer = _show_choice("layer", 6, 5)
        head = _show_choice("head", 12, 3)
        values = {"looking": looking, "looked_at": looked_at, "layer": layer, "head": head}
        inputs.show_section_link(
            "cross", None, **{f"variants_cross_{name}": value for name, value in values.items()}
        )
    with right:
        try:
            found = _look(looking, looked_at)
        except GlassboxError as error:
            show_error(error)
            return
        _show_maps(found, layer, head)


def _show_sentence(name: str) -> str:
    key, wording = f"attention.variants_cross_{name}", f"attention.variants.cross.{name}"
    st.session_state.setdefault(key, first_text(f"cross_{name}"))
    return st.text_area(
        t(f"{wording}_label"),
        key=key,
        height=80,
        help=t(f"{wording}_help"),
        persist_state="session",
        max_chars=200,
    )


def _show_choice(name: str, count: int, first: int) -> int:
    key = f"attention.variants_cross_{name}"
    kept = st.session_state.get(key)
    st.session_state[key] = min(max(int(first if kept is None else kept), 0), count - 1)
    return int(
        st.slider(
            t(f"attention.variants.{name}.label"),
            0,
            count - 1,
            key=key,
            help=t(f"attention.variants.{name}.help", last=count - 1),
            persist_state="session",
        )
    )


def _look(looking: str, looked_at: str) -> "CrossLook":
    from core.attention.looking import cross_look
    from core.attention.open_model import open_model

    return inputs.kept_for(
        "cross", (looking, looked_at), lambda: cross_look(open_model(ENCODER), looking, looked_at)
    )


def _show_maps(found: "CrossLook", layer: int, head: int) -> None:
    from core.plots.attention_variants_looking import weights_figure

    rows, columns = len(found.tokens), len(found.others)
    st.markdown(t("attention.variants.cross.shapes", rows=rows, columns=columns))
    for way, weights, others in (
        ("cross", found.cross, found.others),
        ("own", found.own, found.tokens),
    ):
        title = t(f"attention.variants.cross.{way}", layer=layer, head=head)
        st.plotly_chart(
            weights_figure(weights[layer, head], found.tokens, others, title, t),
            key=f"attention.variants.cross.{way}",
        )
    st.caption(t("attention.variants.cross.reading"))
