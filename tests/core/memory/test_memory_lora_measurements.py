"""What the answers of the LoRA lab rest on, in the numbers of real models."""

import pytest

from tests.core.measured import measured_small

pytestmark = pytest.mark.real_model


def test_three_merged_updates_of_rank_4_have_rank_12():
    found = measured_small("memory", "relora_rank")
    assert (found.value, found.values["single"], found.values["rank"]) == (3, 4, 12)


def test_merging_in_float32_changes_next_to_nothing_and_in_16_bits_much():
    found = measured_small("memory", "merged_into_16_bits")
    assert found.values["difference"] < 1e-5
    assert found.values["half"] < found.value < 1
    assert found.values["file"] == pytest.approx(1.858776)


def test_an_adapter_that_is_off_has_forgotten_nothing():
    found = measured_small("memory", "forgotten_with_adapter")
    assert found.values["off"] == 0
    assert found.value > 0.01


def test_the_shares_of_an_update_are_those_of_the_paper_s_formula():
    """Rank 8 on 576 x 576: 8 (576 + 576) of 331,776; on 30 blocks' queries and values 460,800."""
    values = measured_small("memory", "rank_holds").values
    assert (values["numbers"], values["whole"], values["all"]) == (9216, 331_776, 460_800)


def test_steps_are_compared_on_the_same_batch():
    """MiniLM, rank 8 on 12 matrices of 384 x 384: 73,728 numbers of 22,713,216."""
    values = measured_small("memory", "full_step_in_lora_steps").values
    assert values["numbers"] == pytest.approx(22_713_216 / 73_728)
    assert 0 < values["optimizer"] < 1
