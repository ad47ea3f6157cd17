"""Without positions a Transformer does not read the order of its source, whatever its weights."""

import dataclasses

import pytest
import torch

from core.translation.build import build_model
from core.translation.grammar.pairs import grammar_pairs
from core.translation.measurements.matter import (
    beginning_matters,
    order_without_positions,
    shuffled,
    without_positions,
)
from core.translation.model_folder import TrainedModel, Translator
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.vocabulary import learn_vocabulary


@pytest.fixture(scope="module")
def untrained() -> Translator:
    """A Transformer with random weights: what is measured is a matter of its construction."""
    torch.set_num_threads(1)
    pairs = grammar_pairs(300)
    vocabulary = learn_vocabulary([*pairs.source, *pairs.target], 400)
    settings = ModelSettings(vocabulary_size=vocabulary.size, width=32, layers=2, heads=2, feed_forward=64)
    model = build_model(settings, seed=1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3.0)  # so that what it reads changes what it writes
    about = TrainedModel(settings, TrainingSettings(), "grammar", len(pairs), ())
    return Translator(about, model.eval().requires_grad_(False), vocabulary)


def test_without_positions_the_sources_order_changes_nothing(untrained: Translator):
    found = order_without_positions(True, untrained)
    assert found.value == 1.0
    assert found.values["with_positions"] < 1.0
    assert found.values["decoder_off"] > 0.001
    assert found.values["sentences"] == 8


def test_the_encoders_vectors_move_with_their_words(untrained: Translator):
    ids = untrained.vocabulary.encode(["Ein Mann liest ein Buch."])[0]
    order = list(reversed(range(len(ids))))
    blind = without_positions(untrained.model)
    straight, _ = blind.encode(torch.tensor([ids]))
    mixed, _ = blind.encode(torch.tensor([[ids[place] for place in order]]))
    assert torch.allclose(straight[:, order], mixed, atol=1e-4)
    straight, _ = untrained.model.encode(torch.tensor([ids]))
    mixed, _ = untrained.model.encode(torch.tensor([[ids[place] for place in order]]))
    assert not torch.allclose(straight[:, order], mixed, atol=1e-1)


def test_one_decoder_layer_without_positions_is_blind_too(untrained: Translator):
    """The last token's first layer sees a set; only a second layer sees what the others saw."""
    model = untrained.model
    single = build_model(dataclasses.replace(model.settings, layers=1, positions="none"), seed=2).eval()
    beginnings = [[7, 8, 9, 10, 11], [20, 21, 22, 23, 24]]
    assert beginning_matters(single, [5, 6], beginnings) < 1e-5
    assert beginning_matters(without_positions(model), [5, 6], beginnings) > 1e-3


def test_shuffling_keeps_the_tokens():
    assert sorted(shuffled(list(range(9)), 4)) == list(range(9))
    assert shuffled(list(range(9)), 4) != list(range(9))
    assert shuffled([], 0) == []
