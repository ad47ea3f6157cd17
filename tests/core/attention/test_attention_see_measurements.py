"""What the first view's answers rest on, in the numbers that their measurements found."""

import pytest

from tests.core.measured import measured_small

pytestmark = pytest.mark.real_model


def test_copying_needs_the_heads_that_look_back():
    measurement = measured_small("attention", "copied_tokens")
    assert measurement.value > 0.6
    assert measurement.values["first"] < 0.1
    assert measurement.values["without"] < 0.2
    assert measurement.values["heads"] < 15


def test_a_causal_model_never_changes_its_past_and_a_mask_undoes_filling():
    values = measured_small("attention", "changed_past").values
    assert values["causal"] < 1e-6
    assert values["masked"] < 1e-5 < 0.1 < values["filled"]
