"""Self-reinforcement: equal to reading token by token with transformers, and real on the real model."""

import pytest
import torch

from core.decoding.processors import processor_chain
from core.decoding.reinforcement import reinforce, sentence_ids
from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError

SENTENCE = "the cat sat."


def by_force(module, model, ids, repetitions, settings=None):
    """Mean probability and winner rate of each repetition, one forward pass for each token."""
    repeated, means = ids * repetitions, []
    for repetition in range(repetitions):
        found = []
        for place in range(repetition * len(ids), (repetition + 1) * len(ids)):
            if place:
                before = torch.tensor([repeated[:place]])
                logits = module(before).logits[:, -1]
                for processor in processor_chain(settings) if settings else []:
                    logits = processor.apply(logits, before, len(ids))
                chances = logits.softmax(-1)[0]
                target = repeated[place]
                found.append((chances[target].item(), float(logits.argmax() == target)))
        means.append(tuple(sum(column) / len(column) for column in zip(*found, strict=True)))
    return means


@pytest.mark.parametrize(
    "way",
    [
        None,
        DecodingSettings(repetition_penalty=1.4),
        DecodingSettings(no_repeat_ngram_size=3),
        DecodingSettings(dry_multiplier=0.8),
        DecodingSettings(presence_penalty=1.0, frequency_penalty=0.5),
        DecodingSettings("sample", temperature=0.7, top_k=30),
    ],
)
def test_one_pass_equals_reading_token_by_token(tiny_language_model, tiny_module, way):
    found = reinforce(tiny_language_model, SENTENCE, 4, [way] if way else [])
    expected = by_force(tiny_module, tiny_language_model, list(found.tokens), 4, way)
    curve = found.curves[-1]
    assert curve.probability == pytest.approx([p for p, _ in expected], abs=1e-5)
    assert curve.winner_rate == pytest.approx([w for _, w in expected])


def test_no_repeat_forbids_the_second_time(tiny_language_model):
    found = reinforce(tiny_language_model, SENTENCE, 3, [DecodingSettings(no_repeat_ngram_size=2)])
    assert found.curves[0].probability[2] > 0
    assert found.curves[1].probability[2] == 0  # every 2-gram of the third repetition stood there before


def test_the_model_comes_first_and_without_label(tiny_language_model):
    found = reinforce(tiny_language_model, SENTENCE, 2, [DecodingSettings(repetition_penalty=1.2)])
    assert [curve.label for curve in found.curves] == ["", "greedy repetition_penalty=1.2"]
    assert tiny_language_model.decode(list(found.tokens)) == " " + SENTENCE


def test_chinese_sentence_gets_no_blank(tiny_language_model):
    assert len(sentence_ids(tiny_language_model, "今天很好。")) == 5


@pytest.mark.parametrize("sentence", ["", "   ", "。"])
def test_too_short_a_sentence_is_refused(tiny_language_model, sentence):
    with pytest.raises(GlassboxError, match="at least two tokens"):
        reinforce(tiny_language_model, sentence)


@pytest.mark.parametrize("repetitions", [0, 1, 65, 20])
def test_number_of_repetitions_is_checked(tiny_language_model, repetitions):
    with pytest.raises(GlassboxError, match="choose 2 to 19"):
        reinforce(tiny_language_model, SENTENCE, repetitions)


@pytest.mark.real_model
def test_real_model_reinforces_itself_and_penalties_break_it(smollm2):
    ways = [DecodingSettings(no_repeat_ngram_size=3), DecodingSettings(repetition_penalty=1.3)]
    found = reinforce(smollm2, "The old clock in the hall struck twelve and nobody came.", 16, ways)
    model, blocked, penalised = (curve.probability for curve in found.curves)
    assert model[0] < 0.5 < 0.9 < model[-1]
    assert blocked[-1] < 0.05
    assert penalised[-1] < model[-1]
