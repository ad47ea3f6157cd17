"""Each processor against transformers' own class, hand-worked cases where it has none, and refusals."""

import math

import pytest
import torch
from transformers import GenerationConfig
from transformers.generation import logits_process as reference

from core.decoding.processors import (
    dry,
    frequency_penalty,
    min_p,
    no_repeat_ngram,
    presence_penalty,
    processor_chain,
    repetition_penalty,
    temperature,
    top_k,
    top_p,
    typical,
)
from core.decoding.processors.chain import NamedProcessor
from core.decoding.processors.dry import extended_repetitions, shared_beginnings
from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError
from core.wording import LANGUAGES, wording

MINUS_INFINITY = float("-inf")
EVERYTHING = DecodingSettings(
    "sample",
    temperature=0.7,
    top_k=20,
    top_p=0.9,
    min_p=0.05,
    typical_p=0.9,
    repetition_penalty=1.2,
    presence_penalty=0.1,
    frequency_penalty=0.1,
    no_repeat_ngram_size=3,
    dry_multiplier=0.8,
)

PAIRS = {
    "temperature": [
        (lambda x, ids, v=v: temperature(x, v), reference.TemperatureLogitsWarper(v)) for v in (0.3, 1.7)
    ],
    "top_k": [(lambda x, ids, k=k: top_k(x, k), reference.TopKLogitsWarper(k)) for k in (1, 5, 127, 500)],
    "top_p": [
        (lambda x, ids, p=p: top_p(x, p), reference.TopPLogitsWarper(p))
        for p in (1e-4, 0.5, 0.9, 0.99, 0.9999)
    ],
    "min_p": [(lambda x, ids, p=p: min_p(x, p), reference.MinPLogitsWarper(p)) for p in (0.01, 0.2, 1.0)],
    "typical": [
        (lambda x, ids, p=p: typical(x, p), reference.TypicalLogitsWarper(p))
        for p in (0.1, 0.5, 0.95, 0.9999)
    ],
    "repetition_penalty": [
        (lambda x, ids, v=v: repetition_penalty(x, ids, v), reference.RepetitionPenaltyLogitsProcessor(v))
        for v in (0.8, 1.3)
    ],
    "no_repeat_ngram": [
        (lambda x, ids, n=n: no_repeat_ngram(x, ids, n), reference.NoRepeatNGramLogitsProcessor(n))
        for n in (1, 2, 3, 20)
    ],
}


def scores_of_every_kind(vocabulary: int, seed: int) -> list[torch.Tensor]:
    """Peaked, usual, flat, tied and partly forbidden scores, three rows each."""
    generator = torch.Generator().manual_seed(seed)
    normal = torch.randn(3, vocabulary, generator=generator)
    forbidden = (3 * normal).masked_fill(torch.rand(3, vocabulary, generator=generator) < 0.9, MINUS_INFINITY)
    forbidden[:, 0] = 1.0
    return [8 * normal, 2 * normal, normal / 50, torch.zeros(3, vocabulary), (2 * normal).round(), forbidden]


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(("vocabulary", "seeds"), [(128, 12), (49_152, 1)])
def test_processor_equals_transformers_in_every_bit(name: str, vocabulary: int, seeds: int) -> None:
    for seed in range(seeds):
        ids = torch.randint(0, min(vocabulary, 6), (3, 30), generator=torch.Generator().manual_seed(seed))
        for scores in scores_of_every_kind(vocabulary, seed):
            for ours, theirs in PAIRS[name]:
                expected = theirs(ids, scores.clone())
                assert torch.equal(ours(scores, ids), expected), f"{name}, seed {seed}"


def test_filters_drop_something_and_keep_something() -> None:
    scores = 2 * torch.randn(4, 200, generator=torch.Generator().manual_seed(5))
    for processed in (top_k(scores, 9), top_p(scores, 0.7), min_p(scores, 0.2), typical(scores, 0.7)):
        kept = processed.isfinite().sum(-1)
        assert ((kept > 0) & (kept < 200)).all()
    assert top_k(scores, 9).isfinite().sum(-1).tolist() == [9] * 4


def test_nothing_changes_where_a_processor_is_off() -> None:
    scores, ids = torch.randn(2, 50), torch.tensor([[1, 2, 1], [3, 3, 3]])
    unchanged = [
        temperature(scores, 1.0),
        top_k(scores, 0),
        top_p(scores, 1.0),
        min_p(scores, 0.0),
        typical(scores, 1.0),
        repetition_penalty(scores, ids, 1.0),
        presence_penalty(scores, ids, 0.0),
        frequency_penalty(scores, ids, 0.0),
        no_repeat_ngram(scores, ids, 0),
        dry(scores, ids, 0.0, 1.75, 2),
        presence_penalty(scores, ids[:, :0], 1.0),
        frequency_penalty(scores, ids[:, :0], 1.0),
    ]
    assert all(torch.equal(processed, scores) for processed in unchanged)


def test_no_processor_changes_the_scores_it_was_given() -> None:
    scores, ids = torch.randn(1, 300), torch.tensor([[1, 2, 3, 1, 2, 3, 1, 2]])
    before = scores.clone()
    for processor in processor_chain(EVERYTHING):
        processor.apply(scores, ids, 2)
        assert torch.equal(scores, before), processor.name


def test_presence_and_frequency_penalty_by_hand() -> None:
    scores = torch.tensor([[1.0, 2.0, 3.0, -4.0], [0.0, 0.0, 0.0, 0.0]])
    generated = torch.tensor([[1, 3, 1, 1], [0, 0, 2, 2]])
    # Row 0: token 1 three times, token 3 once. Row 1: tokens 0 and 2 twice each.
    present = presence_penalty(scores, generated, 0.5)
    assert present.tolist() == [[1.0, 1.5, 3.0, -4.5], [-0.5, 0.0, -0.5, 0.0]]
    frequent = frequency_penalty(scores, generated, 0.25)
    assert frequent.tolist() == [[1.0, 1.25, 3.0, -4.25], [-0.5, 0.0, -0.5, 0.0]]


def test_count_penalties_leave_the_prompt_out() -> None:
    settings = DecodingSettings(presence_penalty=1.0, frequency_penalty=0.5)
    ids = torch.tensor([[0, 0, 1, 2, 2]])
    scores = torch.zeros(1, 4)
    for processor in processor_chain(settings):
        scores = processor.apply(scores, ids, 3)
    assert scores.tolist() == [[0.0, 0.0, -2.0, 0.0]]


@pytest.mark.parametrize(
    ("ids", "lengths"),
    [
        ([7], {}),
        ([1, 2, 3], {}),  # the last token stands nowhere before
        ([3, 1, 3], {1: 1}),  # 3 was followed by 1
        ([1, 2, 3, 9, 1, 2, 3], {9: 3}),
        ([1, 2, 8, 1, 2, 9, 1, 2], {8: 2, 9: 2}),  # before 8 and 9 alike: "1 2"
        ([2, 5, 1, 2, 5, 1, 2], {5: 4}),  # "2 5 1 2" overlaps itself
        ([4, 4, 4, 4], {4: 3}),  # a run: three of four tokens match one place earlier
        ([6, 2, 9, 1, 2, 9, 3, 2], {9: 1}),  # two copies of the end, both of length 1
    ],
)
def test_dry_repetitions_by_hand(ids: list[int], lengths: dict[int, int]) -> None:
    assert extended_repetitions(ids) == lengths
    scores = dry(torch.zeros(1, 10), torch.tensor([ids]), multiplier=0.5, base=2.0, allowed_length=2)
    expected = [-0.5 * 2 ** (lengths[t] - 2) if lengths.get(t, 0) >= 2 else 0.0 for t in range(10)]
    assert scores[0].tolist() == expected


def repetitions_by_definition(ids: list[int]) -> dict[int, int]:
    """m(t) straight from its definition, in cubic time."""
    found: dict[int, int] = {}
    for place in range(len(ids) - 1):
        length = 0
        while length <= place and ids[place - length] == ids[len(ids) - 1 - length]:
            length += 1
        if length:
            found[ids[place + 1]] = max(found.get(ids[place + 1], 0), length)
    return found


def test_dry_repetitions_follow_their_definition_on_random_texts() -> None:
    for seed in range(300):
        generator = torch.Generator().manual_seed(seed)
        size = int(torch.randint(1, 60, (), generator=generator))
        ids = torch.randint(0, 2 + seed % 3, (size,), generator=generator).tolist()
        assert extended_repetitions(ids) == repetitions_by_definition(ids)
        assert shared_beginnings(ids)[0] == size


def test_dry_treats_each_row_alone_and_stays_finite() -> None:
    ids = torch.tensor([[1, 2] * 300, [5] * 600])
    scores = dry(torch.zeros(2, 10), ids, multiplier=10.0, base=10.0, allowed_length=1)
    assert scores.isfinite().all()
    assert scores[0, 1] < -1e38
    assert scores[1, 5] < -1e38
    assert scores.count_nonzero().item() == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda x, ids: temperature(x, 0.0),
        lambda x, ids: temperature(x, math.nan),
        lambda x, ids: top_k(x, -1),
        lambda x, ids: top_p(x, 0.0),
        lambda x, ids: top_p(x, 1.1),
        lambda x, ids: min_p(x, -0.1),
        lambda x, ids: typical(x, 0.0),
        lambda x, ids: repetition_penalty(x, ids, 0.0),
        lambda x, ids: presence_penalty(x, ids, 2.5),
        lambda x, ids: frequency_penalty(x, ids, math.inf),
        lambda x, ids: no_repeat_ngram(x, ids, -2),
        lambda x, ids: dry(x, ids, -1.0, 1.75, 2),
        lambda x, ids: dry(x, ids, 1.0, 0.5, 2),
        lambda x, ids: dry(x, ids, 1.0, 1.75, 0),
    ],
)
def test_parameter_out_of_range_is_refused(call) -> None:
    with pytest.raises(GlassboxError) as refused:
        call(torch.zeros(1, 5), torch.tensor([[1]]))
    assert refused.value.key == "decoding.error.range"


def test_chain_has_the_order_of_transformers(tiny_module) -> None:
    theirs = {
        "RepetitionPenaltyLogitsProcessor": "repetition_penalty",
        "NoRepeatNGramLogitsProcessor": "no_repeat_ngram",
        "TemperatureLogitsWarper": "temperature",
        "TopKLogitsWarper": "top_k",
        "TopPLogitsWarper": "top_p",
        "MinPLogitsWarper": "min_p",
        "TypicalLogitsWarper": "typical_p",
    }
    for sample in (True, False):
        config = GenerationConfig(
            do_sample=sample,
            temperature=0.7,
            top_k=20,
            top_p=0.9,
            min_p=0.05,
            typical_p=0.9,
            repetition_penalty=1.2,
            no_repeat_ngram_size=3,
        )
        own = reference.LogitsProcessorList([reference.InfNanRemoveLogitsProcessor()])
        processors = tiny_module._get_logits_processor(config, input_ids_seq_length=4, logits_processor=own)
        expected = [theirs.get(type(p).__name__, "a caller's own") for p in processors]
        place = expected.index("a caller's own")
        expected[place : place + 1] = ["presence_penalty", "frequency_penalty", "dry"]
        chain = processor_chain(
            EVERYTHING if sample else DecodingSettings(**{**vars(EVERYTHING), "strategy": "greedy"})
        )
        assert [processor.name for processor in chain] == expected


@pytest.mark.parametrize("strategy", ["greedy", "beam", "contrastive"])
def test_only_sampling_uses_temperature_and_filters(strategy: str) -> None:
    settings = DecodingSettings(**{**vars(EVERYTHING), "strategy": strategy})
    assert [processor.name for processor in processor_chain(settings)] == [
        "repetition_penalty",
        "no_repeat_ngram",
        "presence_penalty",
        "frequency_penalty",
        "dry",
    ]


def test_defaults_switch_everything_off() -> None:
    assert processor_chain(DecodingSettings("sample")) == []


def test_every_processor_has_its_wording() -> None:
    chain: list[NamedProcessor] = processor_chain(EVERYTHING)
    assert len(chain) == 10
    for name in ["model", *(processor.name for processor in chain)]:
        for language in LANGUAGES:
            assert wording(f"decoding.processor.{name}.label", language)
            assert wording(f"decoding.processor.{name}.help", language)
