"""What the training view's answer rests on: the loss that the training reports, and the plain one."""

import pytest

from tests.core.measured import measured_small


def test_the_share_is_that_of_the_held_out_loss_in_the_reported_one():
    found = measured_small("translation", "held_out_share")
    assert found.values["plain"] < found.values["reported"]
    assert found.value == pytest.approx(found.values["held_out"] / found.values["reported"], rel=1e-9)
