"""What the answer on AdaLoRA rests on, in the numbers that its schedule gave."""

import pytest

from tests.core.measured import measured_small

pytestmark = pytest.mark.real_model


def test_adalora_takes_more_memory_than_lora_of_its_final_rank():
    values = measured_small("memory", "adalora_memory").values
    assert 2.9 < values["end"] < 3.1
    assert 1.4 < values["scores"] <= 1.5
