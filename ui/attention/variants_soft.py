"""Soft and hard attention of one head on the sentence, and the whole model's loss by temperature."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import GlassboxError
from ui.attention import variants_inputs as inputs
from ui.models import ready_language_model
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.soft_and_hard import Choice, TemperatureLoss
    from ui.attention.variants_inputs import Progress

DRAWS = 20
TEMPERATURES = (None, 0.25, 0.5, 1.0, 2.0, 4.0)
LOSS_TOKENS = 64


def show_soft() -> None:
    """One row of one head three ways; below, every head of the model."""
    st.markdown(t("attention.variants.soft.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = inputs.show_text()
        found = inputs.sentence_ids(text)
        layer, head = inputs.show_place(30, 9)
        temperature, seed = _show_settings()
        inputs.show_section_link("soft", text, layer=layer, head=head, variants_temperature=temperature)
    if found is None:
        return
    ids, tokens = found
    with right:
        try:
            _show_choice(ids, tokens, layer, head, temperature, seed)
        except GlassboxError as error:
            show_error(error)
    st.divider()
    _show_losses()


def _show_settings() -> tuple[float, int]:
    st.session_state.setdefault("attention.variants_temperature", 1.0)
    temperature = st.slider(
        t("attention.variants.soft.temperature"),
        0.05,
        5.0,
        step=0.05,
        key="attention.variants_temperature",
        help=t("attention.variants.soft.temperature_help"),
        persist_state="session",
    )
    seed = st.number_input(
        t("attention.variants.soft.seed"),
        0,
        1000,
        key="attention.variants.soft.seed",
        help=t("attention.variants.soft.seed_help", draws=DRAWS),
        persist_state="session",
    )
    return float(temperature), int(seed)


def _show_choice(
    ids: list[int], tokens: list[str], layer: int, head: int, temperature: float, seed: int
) -> None:
    from core.attention.soft_and_hard import choose_at
    from core.plots.attention_variants_soft import choice_figure, gradient_figure

    vectors = inputs.vectors_of(ids)[layer]
    choice = choose_at(vectors, head, temperature, DRAWS, seed)
    _show_numbers(choice, tokens, temperature)
    st.plotly_chart(choice_figure(choice, tokens, t), key="attention.variants.soft.weights")
    st.caption(t("attention.variants.soft.weights.reading", token=tokens[-1], draws=DRAWS))
    st.plotly_chart(gradient_figure(choice, tokens, t), key="attention.variants.soft.gradient")
    st.caption(t("attention.variants.soft.gradient.reading", draws=DRAWS))


def _show_numbers(choice: "Choice", tokens: list[str], temperature: float) -> None:
    best = int(choice.hard.argmax())
    st.markdown(
        t(
            "attention.variants.soft.formula",
            score=float(choice.scores[best]),
            temperature=temperature,
            share=float(choice.soft[best]),
            total=choice.exponential_sum(temperature),
        )
    )
    inputs.show_metrics(
        "attention.variants.soft.metric",
        {
            "share": f"{float(choice.soft[best]):.1%}",
            "hard_angle": f"{choice.hard_cosine:.3f}",
            "drawn_angle": f"{choice.drawn_cosine:.3f}",
            "gradient": f"{float(choice.hard_gradient.abs().max()):.1g}",
        },
    )
    st.caption(t("attention.variants.soft.winner", token=tokens[best]))


def _show_losses() -> None:
    from core.attention.exchange import prose_ids
    from core.attention.soft_and_hard import temperature_losses
    from core.plots.attention_variants_soft import temperature_figure

    st.subheader(t("attention.variants.soft.loss.subtitle"), anchor=False)
    st.markdown(t("attention.variants.soft.loss.lead", tokens=LOSS_TOKENS))

    def measure(progress: "Progress") -> "tuple[TemperatureLoss, ...]":
        model = ready_language_model(inputs.MODEL)
        return temperature_losses(model, prose_ids(model, LOSS_TOKENS), TEMPERATURES, progress)

    losses = inputs.run_for("soft.loss", (), measure)
    if losses is not None:
        st.plotly_chart(temperature_figure(losses, t), key="attention.variants.soft.loss.chart")
        st.caption(t("attention.variants.soft.loss.reading"))
