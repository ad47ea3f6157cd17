"""Every Streamlit cache of the project: shared, read-only things that belong to no reader."""

from typing import TYPE_CHECKING

import streamlit as st

from core.decoding.prompts import Preset, presets
from core.decoding.published import PublishedComparison, read_shipped_result

if TYPE_CHECKING:
    from core.memory.quantise.outlier import RealOutlier
    from core.memory.quantise.survey import FormatReport
    from core.translation.forcing_growth import Growth
    from core.translation.inside.by_length import Band
    from core.translation.inside.filling import MaskProof
    from core.translation.inside.removal_costs import RemovalCosts


@st.cache_data(max_entries=1, show_spinner=False)
def decoding_presets() -> tuple[Preset, ...]:
    """Prompts that are worth trying first."""
    return presets()


@st.cache_data(max_entries=1, show_spinner=False)
def shipped_comparison() -> PublishedComparison | None:
    """The published comparison as this project's own command measured it."""
    return read_shipped_result()


@st.cache_resource(max_entries=64, show_spinner=False)
def precision_survey(name: str, scope: str, block: int, double: bool) -> "FormatReport":
    """All of MiniLM in one format, scored on the project's own sentence pairs."""
    from core.memory.quantise.sentence_pairs import shipped_pairs
    from core.memory.quantise.survey import survey

    return survey(name, shipped_pairs(), scope, block, double)  # type: ignore[arg-type]


@st.cache_resource(max_entries=1, show_spinner=False)
def precision_outliers() -> "tuple[RealOutlier, ...]":
    """The largest weight of each of MiniLM's linear matrices, and what int8 makes of the others."""
    from core.memory.quantise.minilm import matrices
    from core.memory.quantise.outlier import real_outlier

    return tuple(real_outlier(matrix) for matrix in matrices("linear"))


@st.cache_resource(max_entries=3, show_spinner=False)
def translation_growth(model: str) -> "Growth":
    """How the error of a shipped translator grows over the project's captions."""
    from core.translation.captions import captions
    from core.translation.forcing_growth import measure_growth
    from core.translation.shipped import shipped_translator

    return measure_growth(shipped_translator(model), captions())


@st.cache_resource(max_entries=3, show_spinner=False)
def translation_by_length(model: str) -> "tuple[Band, ...]":
    """A shipped translator on the project's captions, short ones and long ones."""
    from core.translation.captions import captions
    from core.translation.inside.by_length import by_length
    from core.translation.shipped import shipped_translator

    return by_length(shipped_translator(model), captions())


@st.cache_resource(max_entries=1, show_spinner=False)
def translation_mask_proof() -> "MaskProof":
    """The shipped Transformer with more and more filling, with its mask and without."""
    from core.translation.captions import every_nth
    from core.translation.inside.filling import mask_proof
    from core.translation.shipped import shipped_translator

    return mask_proof(shipped_translator("transformer"), every_nth(8))


@st.cache_resource(max_entries=1, show_spinner=False)
def translation_removal_costs() -> "RemovalCosts":
    """What each part of the shipped Transformer is worth on half of the project's captions."""
    from core.translation.captions import every_nth
    from core.translation.inside.removal_costs import removal_costs
    from core.translation.shipped import shipped_translator

    return removal_costs(shipped_translator("transformer"), every_nth(2))
