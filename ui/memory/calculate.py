"""The first view: choose a model, choose how, read every term."""

import streamlit as st

from core.errors import GlassboxError
from core.memory.plan import plan_from
from core.memory.predict import predict
from ui.memory.calculate_answer import show_answer
from ui.memory.calculate_method import show_method
from ui.memory.calculate_model import show_model
from ui.memory.calculate_settings import plan_settings
from ui.text import show_error, t


def show_calculate() -> None:
    """The controls on the left, the answer on the right."""
    st.markdown(t("memory.calculate.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        show_model()
        show_method()
    with right:
        try:
            settings = plan_settings()
            breakdown = predict(plan_from(settings))
        except GlassboxError as error:
            show_error(error)
            st.caption(t("memory.calculate.refused"))
            return
        show_answer(settings, breakdown)
