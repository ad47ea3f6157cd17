"""What decides the predictions: every measurement runs, and finds what the question was written for."""

import math
from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qsl

import pytest

from core.curriculum import Measurement, Question, answer_text, grade, questions
from core.curriculum.question import placeholders
from core.decoding.measurements import MEASUREMENTS
from core.decoding.measurements.material import material
from core.decoding.settings import RANGES, settings_from
from core.wording import LANGUAGES, wording

BANK = [question for question in questions("decoding") if question.predict is not None]
Measured = Callable[[str], Measurement]
VIEWS = ("generate", "compare", "sweep", "why")


@pytest.fixture(scope="module")
def measured(smollm2):
    """A measurement by name on the real model, in its small variant, run at most once."""
    return cache(lambda name: MEASUREMENTS[name](smollm2, small=True))


@pytest.mark.real_model
@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_choice_called_right_is_the_measured_one(question: Question, measured: Measured) -> None:
    measurement = measured(question.predict.measure)
    assert question.predict.expected is not None
    assert grade(question.predict, measurement.value) is question.predict.choices[question.predict.expected]


@pytest.mark.real_model
@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_answer_and_the_note_quote_only_what_was_measured(question: Question, measured: Measured) -> None:
    measurement = measured(question.predict.measure)
    quoted = measurement.quoted()
    assert all(math.isfinite(number) for number in quoted.values())
    for language in LANGUAGES:
        assert not placeholders(answer_text(question, language, measurement))
        assert not placeholders(wording(measurement.note_key, language, **quoted))


@pytest.mark.real_model
def test_an_interval_holds_its_value_and_shares_lie_between_0_and_1(measured: Measured) -> None:
    found = {name: measured(name) for name in MEASUREMENTS}
    with_interval = {name: measurement for name, measurement in found.items() if measurement.low is not None}
    assert set(with_interval) == {"greedy_repetition", "penalised_copy", "sampled_facts", "masked_accuracy"}
    for measurement in with_interval.values():
        assert 0 <= measurement.low <= measurement.value <= measurement.high <= 1


@pytest.mark.real_model
def test_measuring_twice_gives_the_same(smollm2, measured: Measured) -> None:
    again = MEASUREMENTS["reinforcement_ratio"](smollm2, small=True)
    assert again.value == pytest.approx(measured("reinforcement_ratio").value, rel=1e-4)


@pytest.mark.real_model
def test_a_nucleus_is_what_sorting_by_hand_finds(smollm2, measured: Measured) -> None:
    import torch

    ids = torch.tensor([smollm2.encode(material()["uncertain"])])
    with torch.inference_mode():
        probabilities = smollm2.module(ids).logits[0, -1].softmax(-1)
    reached = probabilities.sort(descending=True).values.cumsum(0)
    assert measured("nucleus_size").value == int((reached < 0.9).sum()) + 1


@pytest.mark.real_model
def test_the_perplexity_of_prose_is_what_the_transformers_loss_gives(smollm2, measured: Measured) -> None:
    import torch

    losses = []
    for text in material()["human"][:2]:
        ids = torch.tensor([smollm2.encode(text)])
        with torch.inference_mode():
            losses.append(float(smollm2.module(ids, labels=ids).loss))
    expected = sum(math.exp(loss) for loss in losses) / len(losses)
    assert measured("loop_perplexity").values["sensible"] == pytest.approx(expected, rel=1e-3)


def test_every_measurement_decides_a_question() -> None:
    assert {question.predict.measure for question in BANK} == set(MEASUREMENTS)


@pytest.mark.parametrize("question", questions("decoding"), ids=lambda question: question.id)
def test_a_link_names_only_controls_of_the_page_with_values_they_take(question: Question) -> None:
    given = dict(parse_qsl(question.link, strict_parsing=True))
    assert given.pop("view", "generate") in VIEWS
    assert given.pop("prompt", "text").strip()
    strategy = given.pop("strategy", "greedy")
    whole = {"max_new_tokens", "num_beams", "seed", "top_k"}
    numbers = {name: int(text) if name in whole else float(text) for name, text in given.items()}
    assert set(numbers) <= set(RANGES)
    assert settings_from({"strategy": strategy, **numbers}).strategy == strategy


def test_the_curriculum_s_topics_are_all_there() -> None:
    topics = """repeat why mitigate temperature topk-topp greedy-beam params
        ppl objective emergence comply reasoning"""
    assert [question.id for question in BANK] == [f"dec-{topic}" for topic in topics.split()]
