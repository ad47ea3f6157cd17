"""How an image enters a language model: patches, tokens, and the small joint between two models."""

from collections.abc import Callable

import streamlit as st

from core.attention.families.image_patches import (
    MODELS,
    joined,
    patch_count,
    patches,
    picture,
    shuffled,
)
from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.attention_families_images import joint_rows, patches_figure, token_grid_figure
from ui.attention.families_controls import PATCH_SIZES, PICTURES, RESOLUTIONS
from ui.inputs import show_csv, show_link
from ui.text import naming, show_error, t

VISION_WIDTH = 1024
"""Of ViT-L, LLaVA's vision encoder."""


def show_images() -> None:
    """The cut picture, the counts, the joint."""
    st.markdown(t("attention.families.images.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        name = _choice("picture", PICTURES, "hills", naming("attention.families.images.*"))
        resolution = int(_choice("resolution", RESOLUTIONS, "224", str))
        patch = int(_choice("patch", PATCH_SIZES, "14", str))
        mixed = st.toggle(
            t("attention.families.images.shuffle"),
            key="attention.families.images.shuffle",
            help=t("attention.families.images.shuffle_help"),
        )
        show_link(
            "attention",
            {
                "view": "families",
                "families_part": "images",
                "families_picture": name,
                "families_resolution": resolution,
                "families_patch": patch,
            },
        )
        try:
            count = patch_count(resolution, patch)
        except GlassboxError as error:
            show_error(error)
            return
        _show_counts(count, patch)
    with right:
        image = picture(name, resolution)
        if mixed:
            image = joined(shuffled(patches(image, patch), seed=1), patch)
        st.plotly_chart(patches_figure(image, patch, t), key="attention.families.images.picture")
        st.caption(t("attention.families.images.shuffled", count=count) if mixed else "")
        st.caption(t("attention.families.images.reading"))
    _show_grid(resolution, patch)
    _show_joint()


def _choice(name: str, options: tuple[str, ...], first: str, named: Callable[[str], str]) -> str:
    key = f"attention.families_{name}"
    st.session_state.setdefault(key, first)
    return str(
        st.selectbox(
            t(f"attention.families.images.{name}"),
            options,
            format_func=named,
            key=key,
            help=t(f"attention.families.images.{name}_help"),
            persist_state="session",
        )
    )


def _show_counts(count: int, patch: int) -> None:
    numbers = patch * patch * 3
    values = {"tokens": count, "numbers": numbers, "cells": count * count}
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(t(f"attention.families.images.{name}"), f"{value:,}", width="content")
    st.markdown(
        t(
            "attention.families.images.projection",
            numbers=numbers,
            patch=patch,
            parameters=numbers * VISION_WIDTH,
        )
    )


def _show_grid(resolution: int, patch: int) -> None:
    resolutions, sizes = [int(each) for each in RESOLUTIONS], [int(each) for each in PATCH_SIZES]
    st.plotly_chart(
        token_grid_figure(resolutions, sizes, (resolution, patch), t), key="attention.families.images.grid"
    )
    st.caption(t("attention.families.images.grid_reading"))


def _show_joint() -> None:
    st.subheader(t("attention.families.images.joint"), anchor=False)
    rows = joint_rows(MODELS, t)
    st.dataframe(
        rows,
        hide_index=True,
        key="attention.families.images.joint",
        height="content",
        column_config={t("attention.families.images.column.source"): st.column_config.LinkColumn()},
    )
    st.caption(t("attention.families.images.joint_reading"))
    show_csv(lambda: csv_text(rows), "image-models.csv", "attention.families.images.download")
