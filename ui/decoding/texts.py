"""The texts of this session: what was generated, which one is inspected, which fork is wanted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from core.decoding.beam import BeamResult
    from core.decoding.result import Generation

MOST_TEXTS = 8


@dataclass(frozen=True)
class KeptText:
    """One text, the prompt it continues, and what only its strategy has."""

    generation: "Generation"
    name: str
    prompt: str
    tokens_per_second: float
    beams: "BeamResult | None" = None


@dataclass(frozen=True)
class Fork:
    """The wish to go on from a position of a text with another token."""

    text: KeptText
    number: int
    position: int
    token: int


def kept_texts() -> list[KeptText]:
    """The texts of this session, oldest first."""
    texts: list[KeptText] = st.session_state.setdefault("decoding.texts", [])
    return texts


def keep(text: KeptText) -> None:
    """Add a text and make it the one to inspect; beyond `MOST_TEXTS` the oldest goes."""
    texts = kept_texts()
    texts.append(text)
    del texts[:-MOST_TEXTS]
    st.session_state["decoding.inspected"] = len(texts) - 1
    st.session_state.pop("decoding.position", None)


def want_fork(number: int, position: int, token: int) -> None:
    """Remember that text `number` should go on from `position` with `token`."""
    st.session_state["decoding.fork"] = Fork(kept_texts()[number], number, position, token)


def wanted_fork() -> Fork | None:
    """The fork that was asked for, once."""
    fork: Fork | None = st.session_state.pop("decoding.fork", None)
    return fork
