"""The calculator's measurements: each decides for the choice that the question expects, by real tensors."""

import pytest

from core.curriculum.bank import question_with_id
from core.memory.measurements import MEASUREMENTS

QUESTIONS = {
    "mem-full": "full_tuning_bytes",
    "mem-activations": "checkpointing_saving",
    "mem-inference": "cache_formula",
    "mem-oom": "halved_batch",
    "mem-batch": "accumulated_gradient",
}

pytestmark = pytest.mark.real_model


@pytest.fixture(scope="module")
def measured():
    return {name: MEASUREMENTS[name](small=True) for name in QUESTIONS.values()}


@pytest.mark.parametrize("identity", QUESTIONS)
def test_the_expected_choice_is_the_measured_one(identity: str, measured):
    predict = question_with_id("memory", identity).predict
    assert predict.measure == QUESTIONS[identity]
    assert predict.choices[predict.expected].holds(measured[QUESTIONS[identity]].value)


def test_float32_adamw_is_one_and_two_times_the_weights(measured):
    values = measured["full_tuning_bytes"].values
    assert values["gradients"] == 1
    assert values["states"] == pytest.approx(2, rel=1e-5)  # and a step number for each tensor
    assert values["error"] < 0.01


def test_the_real_cache_has_the_predicted_bytes(measured):
    values = measured["cache_formula"].values
    assert values["real"] == values["predicted"] == 2 * 30 * 3 * 64 * 4


def test_halving_the_batch_is_foretold_for_a_real_step(measured):
    values = measured["halved_batch"].values
    assert values["real"] == pytest.approx(values["foretold"], abs=0.005)


def test_an_accumulated_gradient_keeps_one_texts_activations(measured):
    values = measured["accumulated_gradient"].values
    assert values["batched"] == pytest.approx(values["sentences"] * values["single"], rel=0.01)
