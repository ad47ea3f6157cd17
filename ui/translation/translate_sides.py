"""The translations of all models side by side, greedy and beam."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.inputs import show_csv
from ui.text import language, t
from ui.token_view import ShownToken, show_tokens
from ui.translation.translate_choice import penalty
from ui.translation.translate_models import (
    SHIPPED,
    explained,
    model_names,
    naming_models,
    token_texts,
    written_text,
)

if TYPE_CHECKING:
    from core.translation.explain import Explained
    from core.translation.greedy import Written

MOST_OWN = 3


def show_sides(text: str, width: int) -> None:
    """A card for each model; a model that cannot answer says why, and the others go on."""
    models = _show_models()
    name_of = naming_models()
    rows: list[dict[str, object]] = []
    columns = st.columns(3, gap="medium")
    for place, model in enumerate(models):
        with columns[place % 3], st.container(border=True):
            st.markdown(f"**{name_of(model)}**")
            try:
                found = explained(model, text, width)
            except GlassboxError as error:
                st.error(error.text(language()), icon=":material/error:")
                continue
            _show_card(model, found, width)
            rows += _rows(name_of(model), model, found)
    st.caption(t("translation.translate.sides.reading"))
    if rows:
        show_csv(lambda: csv_text(rows), "translations.csv", "translation.translate.sides.csv")


def _show_models() -> list[str]:
    """The shipped models, and those of the reader's own that are chosen."""
    own = [name for name in model_names() if name not in SHIPPED]
    if not own:
        return list(SHIPPED)
    key = "translation.translate.own"
    st.session_state[key] = [name for name in st.session_state.get(key, own[:1]) if name in own]
    chosen = st.multiselect(
        t("translation.translate.own.label"),
        own,
        key=key,
        max_selections=MOST_OWN,
        help=t("translation.translate.own.help"),
        persist_state="session",
    )
    return [*SHIPPED, *chosen]


def _show_card(model: str, found: "Explained", width: int) -> None:
    st.caption(
        t(
            f"translation.translate.about.{model if model in SHIPPED else 'own'}",
            parameters=found.parameters / 1e6,
        )
    )
    best = found.found(penalty())[0].written
    same = best.token_ids == found.greedy.token_ids
    _show_written(model, best, "beam", t("translation.translate.sides.beam", width=width))
    if same:
        st.caption(t("translation.translate.sides.same"))
        return
    _show_written(model, found.greedy, "greedy", t("translation.translate.sides.greedy"))
    gain = best.total - found.greedy.total
    st.caption(
        t(
            f"translation.translate.sides.{_why(found, gain)}",
            best=best.total,
            greedy=found.greedy.total,
            gain=abs(gain),
        )
    )


def _why(found: "Explained", gain: float) -> str:
    """Why the beam's translation is another than greedy's, which it may have lost on the way."""
    if gain > 0:
        return "likelier"
    written = {hypothesis.written.token_ids for hypothesis in found.result.hypotheses}
    return "longer" if found.greedy.token_ids in written else "lost"


def _show_written(model: str, written: "Written", search: str, label: str) -> None:
    texts = token_texts(model, set(written.token_ids))
    shown = [
        ShownToken(
            texts[token].replace("\u2581", " ") if place else texts[token].removeprefix("\u2581"),
            1 - chance,
            t("translation.translate.sides.note", chance=chance),
        )
        for place, (token, chance) in enumerate(
            zip(written.token_ids, written.probabilities, strict=False)  # the end mark has one too
        )
    ]
    st.markdown(label)
    if not shown:
        st.caption(t("translation.translate.sides.empty"))
        return
    show_tokens(shown, f"translation.translate.side.{model}.{search}", clickable=False)
    if not written.finished:
        st.caption(t("translation.translate.sides.unfinished", tokens=len(written.token_ids)))


def _rows(name: str, model: str, found: "Explained") -> list[dict[str, object]]:
    best = found.found(penalty())[0].written
    return [
        {
            t("translation.translate.column.model"): name,
            t("translation.translate.column.search"): t(f"translation.translate.search.{search}"),
            t("translation.translate.column.text"): written_text(model, written.token_ids),
            t("translation.translate.column.total"): round(written.total, 4),
            t("translation.translate.column.length"): len(written.log_probabilities),
        }
        for search, written in (("greedy", found.greedy), ("beam", best))
    ]
