"""What the calculator's answers rest on, in the numbers that real tensors gave."""

import pytest

from tests.core.measured import measured_small

pytestmark = pytest.mark.real_model


def test_float32_adamw_is_one_and_two_times_the_weights():
    values = measured_small("memory", "full_tuning_bytes").values
    assert values["gradients"] == 1
    assert values["states"] == pytest.approx(2, rel=1e-5)  # and a step number for each tensor
    assert values["error"] < 0.01


def test_the_real_cache_has_the_predicted_bytes():
    values = measured_small("memory", "cache_formula").values
    assert values["real"] == values["predicted"] == 2 * 30 * 3 * 64 * 4


def test_halving_the_batch_is_foretold_for_a_real_step():
    values = measured_small("memory", "halved_batch").values
    assert values["real"] == pytest.approx(values["foretold"], abs=0.005)


def test_an_accumulated_gradient_keeps_one_texts_activations():
    values = measured_small("memory", "accumulated_gradient").values
    assert values["batched"] == pytest.approx(values["sentences"] * values["single"], rel=0.01)
