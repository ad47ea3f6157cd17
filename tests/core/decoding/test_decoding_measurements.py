"""What the decoding lesson's predictions rest on, by hand and against transformers."""

import math
from urllib.parse import parse_qsl

import pytest

from core.curriculum import Question, questions
from core.decoding.measurements import MEASUREMENTS
from core.decoding.measurements.material import material
from core.decoding.settings import settings_from
from tests.core.measured import measured_small
from ui.decoding.controls import link_readers


@pytest.mark.real_model
@pytest.mark.parametrize("name", ["greedy_repetition", "penalised_copy", "sampled_facts", "masked_accuracy"])
def test_a_share_lies_in_its_interval_between_0_and_1(name: str) -> None:
    found = measured_small("decoding", name)
    assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.real_model
def test_measuring_twice_gives_the_same(smollm2) -> None:
    again = MEASUREMENTS["reinforcement_ratio"](smollm2, small=True)
    assert again.value == pytest.approx(measured_small("decoding", "reinforcement_ratio").value, rel=1e-4)


@pytest.mark.real_model
def test_a_nucleus_is_what_sorting_by_hand_finds(smollm2) -> None:
    import torch

    ids = torch.tensor([smollm2.encode(material()["uncertain"])])
    with torch.inference_mode():
        probabilities = smollm2.module(ids).logits[0, -1].softmax(-1)
    reached = probabilities.sort(descending=True).values.cumsum(0)
    assert measured_small("decoding", "nucleus_size").value == int((reached < 0.9).sum()) + 1


@pytest.mark.real_model
def test_the_perplexity_of_prose_is_what_the_transformers_loss_gives(smollm2) -> None:
    import torch

    losses = []
    for text in material()["human"][:2]:
        ids = torch.tensor([smollm2.encode(text)])
        with torch.inference_mode():
            losses.append(float(smollm2.module(ids, labels=ids).loss))
    expected = sum(math.exp(loss) for loss in losses) / len(losses)
    found = measured_small("decoding", "loop_perplexity")
    assert found.values["sensible"] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("question", questions("decoding"), ids=lambda question: question.id)
def test_the_settings_of_a_link_go_together(question: Question) -> None:
    readers = link_readers()
    given = {name: readers[name](value) for name, value in parse_qsl(question.link, strict_parsing=True)}
    settings = {name: value for name, value in given.items() if name not in ("view", "prompt")}
    strategy = settings.setdefault("strategy", "greedy")
    assert given.get("prompt", "text").strip()
    assert settings_from(settings).strategy == strategy
