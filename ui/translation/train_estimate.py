"""What the training would cost, before it starts."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import GlassboxError
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.translation.train_estimate import Estimate

_KEPT = "translation.train.estimates"
MOST_KEPT = 20


def show_estimate(parameters: Mapping[str, Any]) -> bool:
    """Parameters, steps and time, timed once for the same settings; or False and what is wrong with them."""
    kept: dict[str, Estimate] = st.session_state.setdefault(_KEPT, {})
    place = json.dumps(dict(parameters), sort_keys=True)
    if place not in kept:
        try:
            with st.spinner(t("translation.train.estimate.timing")):
                kept[place] = _estimate(parameters)
        except GlassboxError as error:
            show_error(error)
            return False
        for oldest in list(kept)[:-MOST_KEPT]:
            del kept[oldest]
    found = kept[place]
    with st.container(horizontal=True, gap="large"):
        st.metric(
            t("translation.train.estimate.parameters"),
            t("translation.train.estimate.millions", count=found.parameters / 1e6),
            help=t("translation.train.estimate.parameters_help"),
            width="content",
        )
        st.metric(
            t("translation.train.estimate.steps"),
            f"{found.steps:,}",
            help=t("translation.train.estimate.steps_help", milliseconds=1000 * found.seconds_a_step),
            width="content",
        )
        st.metric(
            t("translation.train.estimate.time"),
            _duration(found.seconds),
            help=t("translation.train.estimate.time_help"),
            width="content",
        )
    return True


def _duration(seconds: float) -> str:
    """A length of time in its unit."""
    if seconds < 90:
        return t("translation.train.estimate.seconds", count=seconds)
    if seconds < 90 * 60:
        return t("translation.train.estimate.minutes", count=seconds / 60)
    return t("translation.train.estimate.hours", count=seconds / 3600)


def _estimate(parameters: Mapping[str, Any]) -> "Estimate":
    from core.translation.train_estimate import estimate
    from core.translation.train_settings import run_settings

    settings = run_settings(parameters)
    return estimate(settings.model, settings.training, settings.data, _pairs(parameters))


def _pairs(parameters: Mapping[str, Any]) -> int:
    """How many pairs there will be to learn from."""
    if parameters["pairs"]:
        return int(parameters["pairs"])
    upload = st.session_state.get("translation.train.upload_kept")
    if parameters["data"] == "tsv" and upload is not None:
        return len(upload.pairs)
    return 29_000
