"""What every question of the bank owes its reader: an experiment that decides, a true answer, a link.

That a measurement finds the right number is proved in the tests of its topic.
"""

import math
from collections import defaultdict
from importlib import import_module
from urllib.parse import parse_qsl

import pytest
import streamlit as st

from core.curriculum import Question, answer_text, grade, measurement_table, questions
from core.curriculum.bank import MAX_CHARACTERS, MAX_WORDS, MEASUREMENT_TABLES
from core.wording import LANGUAGES, wording
from tests.core.measured import measured_small

CURRICULUM = {
    "attention": {
        "see": "att-why att-qkv att-scale att-heads att-masks",
        "variants": "att-mqa att-cache att-flash att-paged arch-xl",
        "positions": "pos-why pos-sinusoidal pos-relative pos-rope pos-alibi pos-scaling",
        "experiment": "pos-extrapolate pos-limit",
        "block": "blk-norm blk-place blk-batchnorm blk-act blk-ffn",
        "families": "arch-kinds arch-families arch-moe arch-bert arch-bert-variants arch-multimodal",
        "matter": "arch-interpret arch-polysemy arch-why-decoder",
    },
    "classification": {
        "data": "cls-uses cls-difficulty cls-imbalance",
        "train": "cls-retrieval cls-prompt cls-overfit cls-when-bert "
        "cls-bert cls-layer-lr cls-dapt cls-oov cls-long",
        "report": "cls-metrics cls-confusion cls-roc cls-logloss cls-newlabels",
    },
    "decoding": {
        "generate": "dec-repeat dec-mitigate dec-temperature dec-topk-topp dec-greedy-beam dec-params "
        "dec-ppl dec-objective dec-emergence dec-comply dec-reasoning",
        "why": "dec-why",
    },
    "memory": {
        "calculate": "mem-full mem-activations mem-inference mem-oom mem-batch mem-parallel mem-deepspeed "
        "mem-adapters",
        "compare": "mem-qlora mem-zero mem-peft mem-soft-prompts",
        "check": "mem-adalora",
        "lora": "mem-lora mem-merge mem-why-fast mem-relora mem-peft-limits",
        "precision": "mem-precision mem-speed",
    },
    "tokenizer": {
        "words": "tok-why tok-words",
        "train": "tok-bpe tok-wordpiece tok-unigram",
        "see": "tok-bytes tok-sentencepiece",
        "families": "tok-families",
        "cost": "tok-fertility tok-expand",
        "chat": "tok-chat",
    },
    "translation": {
        "translate": "mt-beam mt-attention",
        "inside": "mt-seq2seq mt-lengths mt-transformer mt-torchtext",
        "forcing": "mt-teacher",
        "evaluate": "mt-bleu mt-rnn-limits mt-limits",
        "train": "mt-train",
        "matter": "mt-order",
    },
}
"""The curriculum's questions by the view that their link opens."""

OWN_MODELS = ("translation",)
"""Topics measured on the project's own checkpoints, without the weights of requirements-models.txt."""

BANK = [question for topic in MEASUREMENT_TABLES for question in questions(topic)]
EVERY_QUESTION = [pytest.param(question, id=f"{question.topic}-{question.id}") for question in BANK]
EVERY_PREDICTION = [
    pytest.param(
        question,
        id=f"{question.topic}-{question.id}",
        marks=() if question.topic in OWN_MODELS else pytest.mark.real_model,
    )
    for question in BANK
    if question.predict is not None
]


@pytest.mark.parametrize("question", EVERY_PREDICTION)
def test_the_expected_choice_is_the_measured_one_and_the_answer_quotes_it(question: Question) -> None:
    prediction = question.predict
    assert prediction is not None
    assert prediction.expected is not None
    found = measured_small(question.topic, prediction.measure)
    assert grade(prediction, found.value) is prediction.choices[prediction.expected]
    if found.low is not None:
        assert found.low <= found.value <= found.high
    quoted = found.quoted()
    assert all(math.isfinite(number) for number in quoted.values())
    english, chinese = (answer_text(question, language, found) for language in LANGUAGES)
    notes = [wording(found.note_key, language, **quoted) for language in LANGUAGES]
    assert "{" not in "".join((english, chinese, *notes))  # a value that nothing measured
    assert len(english.split()) <= MAX_WORDS
    assert len(chinese) <= MAX_CHARACTERS


@pytest.mark.parametrize("question", EVERY_QUESTION)
def test_the_link_sets_controls_of_its_page_to_values_they_take(
    question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "session_state", {})  # an example in a link fills its text in, too
    readers = import_module(f"ui.{question.topic}.controls").link_readers()
    for name, value in parse_qsl(question.link, strict_parsing=True):
        readers[name](value)


@pytest.mark.parametrize("topic", MEASUREMENT_TABLES)
def test_every_measurement_decides_one_question(topic: str) -> None:
    deciding = [question.predict.measure for question in questions(topic) if question.predict is not None]
    assert sorted(deciding) == sorted(measurement_table(topic))


@pytest.mark.parametrize("topic", MEASUREMENT_TABLES)
def test_the_curriculum_s_questions_are_all_there_and_open_their_view(topic: str) -> None:
    opened = defaultdict(list)
    for question in questions(topic):
        opened[dict(parse_qsl(question.link))["view"]].append(question.id)
    assert opened == {view: ids.split() for view, ids in CURRICULUM[topic].items()}
