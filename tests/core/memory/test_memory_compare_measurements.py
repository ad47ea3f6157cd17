"""What the comparison's answers rest on, by hand and in the numbers of real models."""

import pytest
import torch

from core.memory.adapter_step import Adapter
from tests.core.measured import measured_small

pytestmark = pytest.mark.real_model


def test_zero_3_divides_what_lasts_by_the_devices():
    assert measured_small("memory", "zero_division").values["lasting"] == pytest.approx(8, rel=1e-6)
    assert measured_small("memory", "tensor_division").values["also"] == pytest.approx(8, rel=0.001)


def test_adapters_by_hand_have_the_predicted_numbers():
    """6 blocks of 2 x (2 x 384 x 64 + 384 + 64)."""
    values = measured_small("memory", "adapters_dropped").values
    assert values["numbers"] == values["predicted"] == 6 * 2 * (2 * 384 * 64 + 384 + 64)


def test_peft_trains_what_the_formulas_say():
    """MiniLM, 20 virtual tokens: 20 x 384 for a prompt, 20 x 2 x 6 x 384 for a prefix."""
    values = measured_small("memory", "prefix_numbers").values
    assert (values["prompt"], values["prefix"]) == (20 * 384, 20 * 2 * 6 * 384)


def test_an_adapter_changes_something_once_it_is_trained():
    torch.manual_seed(0)
    adapter, rows = Adapter(8, 2), torch.randn(3, 8)
    assert torch.equal(adapter(rows), rows)
    torch.nn.init.normal_(adapter.up.weight)
    assert not torch.equal(adapter(rows), rows)
