"""The view that trains a vocabulary: what to train on, the training, and everything that it left behind."""

import hashlib
from dataclasses import dataclass

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.tokenizer_training import history_rows
from core.tokenizer.training.export import tokenizer_json
from core.tokenizer.training.history import ALGORITHMS, Training
from ui.inputs import show_csv, show_link, show_segments
from ui.text import naming, show_error, t
from ui.tokenizer import controls
from ui.tokenizer.train_race import show_race
from ui.tokenizer.train_steps import show_steps
from ui.tokenizer.train_word import show_word

LONGEST_TEXT = 200_000
"""Characters that are trained on; candidates and cuts of any step then appear at once."""
DEFAULT_SIZES = {"chinese": 800}
DEFAULT_SIZE = 460
ALREADY_KEPT = 4


@dataclass(frozen=True)
class Order:
    """What is to be trained."""

    algorithm: str
    corpus: str
    text: str
    size: int


def show_train() -> None:
    """Inputs on the left; the training's steps, words and curve on the right."""
    st.markdown(t("tokenizer.train.lead"))
    left, right = st.columns([1, 2], gap="large")
    with left:
        order = _show_inputs()
        with st.container(horizontal=True):
            show_link("tokenizer", _link_values(order))
            controls.show_command_line(_command(order))
        if order.algorithm in ("bpe", "byte-bpe"):
            show_race(order.algorithm, order.text, order.size)
    with right:
        training = _trained(order)
        if training is not None:
            _show_downloads(training)
            if training.steps:
                show_steps(training, order.text)
            else:
                st.info(t("tokenizer.train.no_steps"), icon=":material/info:")
            show_word(training)


def _show_inputs() -> Order:
    algorithm = _show_algorithm()
    st.session_state.setdefault("tokenizer.corpus", controls.CORPORA[0])
    corpus = st.selectbox(
        t("tokenizer.corpus.label"),
        controls.CORPORA,
        format_func=naming("tokenizer.corpus.*"),
        key="tokenizer.corpus",
        help=t("tokenizer.corpus.help"),
        on_change=_suggest_size,
        persist_state="session",
    )
    text = _show_own_text() if corpus == "own" else _sample(corpus)
    if len(text) > LONGEST_TEXT:
        st.warning(t("tokenizer.train.cut", characters=LONGEST_TEXT), icon=":material/content_cut:")
    st.session_state.setdefault("tokenizer.vocabulary_size", DEFAULT_SIZES.get(corpus, DEFAULT_SIZE))
    size = st.number_input(
        t("tokenizer.size.label"),
        2,
        20_000,
        step=20,
        key="tokenizer.vocabulary_size",
        help=t("tokenizer.size.help"),
        persist_state="session",
    )
    return Order(algorithm, corpus, text[:LONGEST_TEXT], int(size))


def _show_algorithm() -> str:
    algorithm = show_segments("tokenizer", "algorithm", ALGORITHMS)
    st.caption(t(f"tokenizer.algorithm.about.{algorithm}"))
    return algorithm


def _suggest_size() -> None:
    """A size that suits the corpus just chosen: Chinese begins with hundreds of characters."""
    corpus = st.session_state["tokenizer.corpus"]
    st.session_state["tokenizer.vocabulary_size"] = DEFAULT_SIZES.get(corpus, DEFAULT_SIZE)
    st.session_state.pop("tokenizer.word", None)


def _show_own_text() -> str:
    st.session_state.setdefault("tokenizer.training_text", _sample("english")[:1500])
    return st.text_area(
        t("tokenizer.training_text.label"),
        key="tokenizer.training_text",
        height=200,
        help=t("tokenizer.training_text.help", characters=LONGEST_TEXT),
        persist_state="session",
    )


def _sample(corpus: str) -> str:
    from core.tokenizer.samples import corpora

    return corpora()[corpus]


def _link_values(order: Order) -> dict[str, object]:
    values: dict[str, object] = {
        "view": "train",
        "algorithm": order.algorithm,
        "corpus": order.corpus,
        "vocabulary_size": order.size,
    }
    for name in ("step", "word"):
        if st.session_state.get(f"tokenizer.{name}"):
            values[name] = st.session_state[f"tokenizer.{name}"]
    return {**values, **({"training_text": order.text} if order.corpus == "own" else {})}


def _command(order: Order) -> str:
    return (
        f"python -m core train-tokenizer --algorithm {order.algorithm} --vocab-size {order.size}"
        " --file text.txt --out tokenizer.json"
    )


def _trained(order: Order) -> Training | None:
    """The training, from this session if it was done before; or why there is none."""
    kept: dict[tuple[str, int, str], Training] = st.session_state.setdefault("tokenizer.trainings", {})
    digest = hashlib.sha256(order.text.encode("utf-8", "surrogatepass")).hexdigest()
    place = (order.algorithm, order.size, digest)
    if place not in kept:
        try:
            kept[place] = _train(order)
        except GlassboxError as error:
            show_error(error)
            _show_way_out(error)
            return None
        for oldest in list(kept)[:-ALREADY_KEPT]:
            del kept[oldest]
    return kept[place]


def _train(order: Order) -> Training:
    from core.tokenizer.training.train import train

    place = st.empty()

    def show(share: float) -> None:
        place.progress(min(max(share, 0.0), 1.0), text=t("tokenizer.train.running"))

    training = train(order.algorithm, order.text, order.size, show)
    place.empty()
    return training


def _show_way_out(error: GlassboxError) -> None:
    """Where the size was the trouble, a button that takes the nearest possible one."""
    size = error.values.get("smallest", error.values.get("largest"))
    if not isinstance(size, int):
        return

    def take() -> None:
        st.session_state["tokenizer.vocabulary_size"] = size

    st.button(
        t("tokenizer.size.take", size=size),
        key="tokenizer.size.take",
        icon=":material/check:",
        help=t("tokenizer.size.take_help"),
        on_click=take,
    )


def _show_downloads(training: Training) -> None:
    with st.container(horizontal=True):
        st.download_button(
            t("tokenizer.train.save"),
            lambda: tokenizer_json(training),
            file_name="tokenizer.json",
            mime="application/json",
            key="tokenizer.train.save",
            icon=":material/download:",
            help=t("tokenizer.train.save_help"),
            on_click="ignore",
        )
        show_csv(
            lambda: csv_text(history_rows(training, t)),
            "training.csv",
            "tokenizer.train.history",
            t("tokenizer.train.history"),
        )
