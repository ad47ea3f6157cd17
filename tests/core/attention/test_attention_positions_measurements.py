"""What the answers on positions rest on, in the numbers that their measurements found."""

import pytest

from tests.core.measured import measured_small

pytestmark = pytest.mark.real_model


def test_what_the_answers_rest_on():
    why = measured_small("attention", "position_share").values
    assert why["words"] == why["positions"] == 1.0
    assert why["shuffled"] < 1e-4 < why["with_positions"]
    rope = measured_small("attention", "random_decay").values
    assert rope["trained"] > 0.9
    assert rope["spread"] < 1e-6 < rope["added"]
    stretched = measured_small("attention", "interpolation_cost").values
    assert max(stretched["ntk"], stretched["yarn"], stretched["llama"]) < 1.2
