"""What a training is said to cost: the true number of parameters, and the steps it will take."""

from dataclasses import replace

import pytest

from core.errors import GlassboxError
from core.translation.build import build_model
from core.translation.model import parameter_count
from core.translation.settings import ModelSettings
from core.translation.train_estimate import estimate, parameters_of
from core.translation.train_settings import GRAMMAR_MODEL, GRAMMAR_TRAINING

SMALL = ModelSettings("transformer", 200, 16, 1, 2, 32)


@pytest.mark.parametrize("architecture", ["lstm", "gru", "transformer"])
def test_parameters_are_those_of_the_model_that_is_built(architecture: str):
    settings = replace(SMALL, architecture=architecture)
    assert parameters_of(settings) == parameter_count(build_model(settings))
    untied = replace(settings, tied=False)
    assert parameters_of(untied) - parameters_of(settings) == 200 * 16
    assert parameters_of(untied) == parameter_count(build_model(untied))


def test_twice_the_epochs_are_twice_the_steps():
    found = estimate(SMALL, replace(GRAMMAR_TRAINING, epochs=2), "grammar", 1000)
    more = estimate(SMALL, replace(GRAMMAR_TRAINING, epochs=4), "grammar", 1000)
    assert more.steps == 2 * found.steps > 0
    assert 0 < found.seconds_a_step < found.seconds


def test_the_default_is_small():
    assert parameters_of(GRAMMAR_MODEL) < 400_000


def test_impossible_settings_are_refused_before_anything_is_timed():
    with pytest.raises(GlassboxError, match="do not divide"):
        estimate(replace(SMALL, heads=3), GRAMMAR_TRAINING, "grammar", 100)
