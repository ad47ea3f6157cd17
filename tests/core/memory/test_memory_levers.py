"""What remedies free, and the way down to a card: by hand for a model whose terms are known."""

import pytest

from core.errors import GlassboxError
from core.memory.curve_families import SETTINGS, curve_family, possible_values, terms_plan
from core.memory.fit import GIGABYTE
from core.memory.fit_grid import fit_grid
from core.memory.levers import levers, path_to_fit
from core.memory.plan import plan_from
from core.memory.predict import predict
from core.memory.relevant import relevant_settings

SEVEN = {"preset": "llama-2-7b", "length": 2048, "batch": 4}


def by_name(settings):
    return {lever.name: lever for lever in levers(settings)}


def test_offloading_frees_gradients_states_and_copy_by_hand():
    """2 + 8 + 4 bytes a parameter leave, and the optimizer's intermediates with them."""
    found = by_name({**SEVEN, "optimizer": "sgd-momentum"})
    moved = predict(plan_from({**SEVEN, "optimizer": "sgd-momentum", "offload": "optimizer"}))
    assert moved.host_bytes == (2 + 4 + 4) * 6_738_415_616
    assert found["offload"].saved == moved.host_bytes


def test_each_is_the_whole_prediction_with_one_change():
    before = predict(plan_from(SEVEN)).needed_per_device
    for lever in levers(SEVEN):
        after = predict(plan_from(relevant_settings({**SEVEN, **lever.changes})))
        assert after.needed_per_device == lever.breakdown.needed_per_device == before - lever.saved


def test_what_cannot_help_is_not_offered():
    training = by_name(SEVEN)
    assert {"micro_batch", "checkpoint", "eight_bit", "lora", "qlora", "offload", "devices"} <= set(training)
    assert not {"flash", "int8", "fewer", "zero", "tensor"} & set(training)
    assert "flash" in by_name({**SEVEN, "attention": "eager"})
    assert "zero" in by_name({**SEVEN, "devices": 2})
    generating = by_name({**SEVEN, "method": "inference", "dtype": "fp16"})
    assert set(generating) == {"int8", "nf4", "fewer", "tensor", "shorter"}
    bare = by_name({"preset": "gpt2", "method": "qlora", "length": 1, "optimizer": "sgd", "offload": "all"})
    assert not {"micro_batch", "eight_bit", "lora", "qlora", "offload", "shorter"} & set(bare)


def test_the_path_goes_down_and_ends_where_it_fits():
    path = path_to_fit(SEVEN, 24 * GIGABYTE)
    needs = [step.breakdown.needed_per_device for step in path]
    assert needs == sorted(needs, reverse=True)
    assert needs[-1] <= 24 * GIGABYTE < needs[-2]
    assert path_to_fit(SEVEN, 1000 * GIGABYTE) == ()


def test_a_path_may_end_short_of_a_small_card():
    path = path_to_fit({"preset": "llama-3-405b", "length": 8192}, GIGABYTE)
    assert path
    assert path[-1].breakdown.needed_per_device > GIGABYTE
    assert len({step.name for step in path}) == len(path)


def test_an_impossible_plan_is_refused_as_everywhere():
    with pytest.raises(GlassboxError, match="no biases"):
        levers({**SEVEN, "method": "bitfit"})


def test_the_grid_is_the_prediction_of_each_pair():
    plan = plan_from({**SEVEN, "method": "lora"})
    grid = fit_grid(plan, (1, 4), (256, 2048))
    assert grid.needed[1][1] == predict(plan).needed_per_device
    assert grid.needed[0][0] < grid.needed[0][1] < grid.needed[1][1]
    assert fit_grid(plan_from({"preset": "bert-base-uncased", "length": 64}), (1,)).lengths == (128, 256, 512)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("preset", ["llama-2-7b", "bert-base-uncased", "deepseek-v3", "t5-small"])
def test_every_family_of_curves_answers_or_says_why(preset: str, setting):
    family = curve_family(plan_from({"preset": preset, "length": 128, "rank": 4}), setting)
    assert family.lines
    expected = 3 if setting in ("rank", "tokens") else 4
    assert len(family.lines) + len(family.refused) >= expected
    for line in family.lines:
        totals = line.curve.totals
        falling = setting == "devices"
        assert list(totals) == sorted(totals, reverse=falling)


def test_the_terms_are_shown_for_a_plan_in_which_the_setting_matters():
    plan = plan_from({"preset": "gpt2", "length": 64, "devices": 4, "tensor": 2})
    assert terms_plan(plan, "rank").method.name == "lora"
    assert terms_plan(plan, "tokens").method.name == "prompt"
    assert (terms_plan(plan, "devices").parallel.zero, terms_plan(plan, "devices").parallel.tensor) == (3, 1)
    assert terms_plan(plan, "length") == plan
    assert max(possible_values(plan, "length")) == 1024
