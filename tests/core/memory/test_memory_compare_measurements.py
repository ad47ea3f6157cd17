"""The comparison's measurements: each decides for the choice that the question expects."""

import pytest
import torch

from core.curriculum.bank import question_with_id
from core.memory.adapter_step import Adapter
from core.memory.measurements import MEASUREMENTS

QUESTIONS = {
    "mem-qlora": "qlora_shrink",
    "mem-zero": "zero_division",
    "mem-parallel": "tensor_division",
    "mem-deepspeed": "deepspeed_fits",
    "mem-peft": "lora_remaining",
    "mem-soft-prompts": "prefix_numbers",
    "mem-adapters": "adapters_dropped",
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


def test_zero_3_divides_what_lasts_by_the_devices(measured):
    assert measured["zero_division"].values["lasting"] == pytest.approx(8, rel=1e-6)
    assert measured["tensor_division"].values["also"] == pytest.approx(8, rel=0.001)


def test_adapters_by_hand_have_the_predicted_numbers(measured):
    """6 blocks of 2 x (2 x 384 x 64 + 384 + 64)."""
    values = measured["adapters_dropped"].values
    assert values["numbers"] == values["predicted"] == 6 * 2 * (2 * 384 * 64 + 384 + 64)


def test_peft_trains_what_the_formulas_say(measured):
    """MiniLM, 20 virtual tokens: 20 x 384 for a prompt, 20 x 2 x 6 x 384 for a prefix."""
    values = measured["prefix_numbers"].values
    assert (values["prompt"], values["prefix"]) == (20 * 384, 20 * 2 * 6 * 384)


def test_an_adapter_changes_something_once_it_is_trained():
    torch.manual_seed(0)
    adapter, rows = Adapter(8, 2), torch.randn(3, 8)
    assert torch.equal(adapter(rows), rows)
    torch.nn.init.normal_(adapter.up.weight)
    assert not torch.equal(adapter(rows), rows)
