"""Beam search against transformers' generate, hand-worked searches, and the tree that it leaves."""

import copy
import itertools
import math
import random
from dataclasses import replace

import pytest
import torch

from core.decoding.beam import beam_search, beam_search_batch
from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError

BEAM = DecodingSettings(strategy="beam", max_new_tokens=20)
END_IDS = {"no end": (), "one end": (2,), "two ends": (2, 50), "many ends": tuple(range(20, 36))}
PENALTIES = [
    {},
    {"repetition_penalty": 1.4},
    {"no_repeat_ngram_size": 2},
    {"repetition_penalty": 0.8, "no_repeat_ngram_size": 3},
]
PAIRS = [
    pytest.param(width, ends, penalties, id=f"{width} beams, {ends}, {penalties}")
    for (width, ends, penalties) in itertools.product(range(2, 9), END_IDS, PENALTIES)
]
LENGTH_PENALTIES = (-1.0, 0.0, 0.6, 1.0, 2.0)


def ending_with(model, end_ids):
    """The same model with other end tokens."""
    other = copy.copy(model)
    other.end_ids = end_ids
    return other


def from_generate(module, prompt, settings, end_ids):
    """All hypotheses and scores of transformers' own beam search."""
    output = module.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        do_sample=False,
        num_beams=settings.num_beams,
        num_return_sequences=settings.num_beams,
        length_penalty=settings.length_penalty,
        repetition_penalty=settings.repetition_penalty,
        no_repeat_ngram_size=settings.no_repeat_ngram_size,
        max_new_tokens=settings.max_new_tokens,
        return_dict_in_generate=True,
        output_scores=True,
    )
    sequences = []
    for row in output.sequences[:, len(prompt) :].tolist():
        end = next((place for place, token in enumerate(row) if token in end_ids), len(row))
        sequences.append(tuple(row[: end + 1]))
    return sequences, output.sequences_scores.tolist()


@pytest.mark.parametrize(("width", "ends", "penalties"), PAIRS)
def test_every_hypothesis_equals_transformers(
    width, ends, penalties, tiny_module, tiny_language_model, monkeypatch
):
    end_ids = END_IDS[ends]
    monkeypatch.setattr(tiny_module.generation_config, "eos_token_id", list(end_ids) or None)
    draw = random.Random(f"{width} {ends} {penalties}")
    prompt = [draw.randrange(128) for _ in range(draw.randint(1, 12))]
    settings = replace(BEAM, num_beams=width, length_penalty=draw.choice(LENGTH_PENALTIES), **penalties)

    result = beam_search(ending_with(tiny_language_model, end_ids), prompt, settings)

    sequences, scores = from_generate(tiny_module, prompt, settings, end_ids)
    assert result.best.token_ids == sequences[0]
    # Equal scores mean the same sequences, save where two tie to the last digit and rounding orders them.
    assert [hypothesis.score for hypothesis in result.hypotheses] == pytest.approx(scores, rel=1e-5, abs=1e-5)
    assert sum(h.finished for h in result.hypotheses) == sum(s[-1] in end_ids for s in sequences)


def test_the_pairs_include_searches_that_end_early_and_ones_that_do_not(tiny_language_model):
    """Else the parity above would say little about finished hypotheses."""
    model = ending_with(tiny_language_model, END_IDS["many ends"])
    results = [beam_search(model, [prompt], replace(BEAM, num_beams=4)) for prompt in range(40, 60)]
    assert {result.best.finished for result in results} == {True, False}


@pytest.mark.real_model
@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("The capital of France is", {"num_beams": 4}),
        ("Once upon a time there was", {"num_beams": 3, "no_repeat_ngram_size": 2, "length_penalty": 0.5}),
        ("I think that I think that", {"num_beams": 5, "repetition_penalty": 1.2}),
    ],
)
def test_the_real_model_finds_what_transformers_finds(text, changes, smollm2, monkeypatch):
    monkeypatch.setattr(smollm2.module.generation_config, "eos_token_id", list(smollm2.end_ids))
    prompt, settings = smollm2.encode(text), replace(BEAM, max_new_tokens=10, **changes)
    result = beam_search(smollm2, prompt, settings)
    sequences, scores = from_generate(smollm2.module, prompt, settings, smollm2.end_ids)
    assert result.best.token_ids == sequences[0]
    assert result.best.score == pytest.approx(scores[0], abs=1e-3)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_batch_of_prompts_finds_what_each_finds_alone(groups, tiny_language_model):
    draw = random.Random(1)
    prompts = [[draw.randrange(128) for _ in range(7)] for _ in range(6)]
    settings = replace(BEAM, num_beams=4, num_beam_groups=groups, diversity_penalty=0.7 * (groups - 1))
    model = ending_with(tiny_language_model, END_IDS["many ends"])
    together = beam_search_batch(model, prompts, settings, record_tree=True)
    for prompt, result in zip(prompts, together, strict=True):
        alone = beam_search(model, prompt, settings)
        assert [h.token_ids for h in result.hypotheses] == [h.token_ids for h in alone.hypotheses]
        assert [(n.parent, n.token, n.fate) for n in result.tree] == [
            (n.parent, n.token, n.fate) for n in alone.tree
        ]


def test_one_beam_is_greedy_search(tiny_module, tiny_language_model, monkeypatch):
    end_ids = END_IDS["many ends"]
    monkeypatch.setattr(tiny_module.generation_config, "eos_token_id", list(end_ids))
    model = ending_with(tiny_language_model, end_ids)
    for prompt in range(60, 80):
        ids = torch.tensor([[prompt, 7]])
        greedy = tiny_module.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=20
        )
        beam = beam_search(model, [prompt, 7], replace(BEAM, num_beams=1)).best
        assert beam.token_ids == tuple(greedy[0, 2:].tolist())


class TableCache:
    """What a `TableModel` has read, by row."""

    def __init__(self, ids):
        self.ids = ids

    def select(self, rows):
        return TableCache(self.ids[rows])

    def reorder(self, rows):
        self.ids = self.ids[rows]


class TableModel:
    """A model whose next-token probabilities are written in a table, by the tokens generated so far."""

    def __init__(self, table, prompt_length=1, end_ids=()):
        self.table, self.prompt_length, self.end_ids = table, prompt_length, end_ids
        self.context_length = 100

    def new_cache(self, batch, capacity):
        return TableCache(torch.empty((batch, 0), dtype=torch.long))

    def next_logits(self, ids, cache):
        cache.ids = torch.cat((cache.ids, ids), 1)
        rows = cache.ids[:, self.prompt_length :].tolist()
        return torch.tensor([self.table.get(tuple(row), (1.0, 1.0, 1.0)) for row in rows]).log()


A, B, C = 0, 1, 2


def scored(result):
    return {hypothesis.token_ids: hypothesis.score for hypothesis in result.hypotheses}


def test_two_beams_find_the_likelier_sequence_behind_the_less_likely_token():
    """By hand: a then a is 0.6 * 0.34 = 0.204; b then the end is 0.4 * 0.9 = 0.36."""
    table = {(): (0.6, 0.4, 0.0), (A,): (0.34, 0.33, 0.33), (B,): (0.05, 0.05, 0.9)}
    model = TableModel(table, end_ids=(C,))
    greedy = beam_search(model, [A], replace(BEAM, num_beams=1, max_new_tokens=2))
    assert greedy.best.token_ids == (A, A)
    result = beam_search(model, [A], replace(BEAM, num_beams=2, max_new_tokens=2))
    assert scored(result) == pytest.approx({(B, C): math.log(0.36) / 2, (A, A): math.log(0.204) / 2})
    assert [hypothesis.finished for hypothesis in result.hypotheses] == [True, False]


@pytest.mark.parametrize(
    ("length_penalty", "best", "score"),
    [(0.0, (C,), math.log(0.55)), (1.0, (A, C), math.log(0.45 * 0.8) / 2)],
)
def test_the_length_penalty_decides_between_short_and_long(length_penalty, best, score):
    table = {(): (0.45, 0.0, 0.55), (A,): (0.1, 0.1, 0.8)}
    settings = replace(BEAM, num_beams=2, max_new_tokens=3, length_penalty=length_penalty)
    result = beam_search(TableModel(table, end_ids=(C,)), [A], settings)
    assert result.best.token_ids == best
    assert result.best.score == pytest.approx(score)


def test_end_tokens_are_ordinary_tokens_where_the_reader_says_so():
    table = {(): (0.1, 0.1, 0.8), (C,): (0.7, 0.2, 0.1)}
    settings = replace(BEAM, num_beams=2, max_new_tokens=2, stop_at_end=False)
    result = beam_search(TableModel(table, end_ids=(C,)), [A], settings)
    assert result.best.token_ids == (C, A)
    assert not result.best.finished


@pytest.mark.parametrize(
    ("penalty", "second", "score"), [(0.1, A, math.log(0.5) - 0.1), (0.5, B, math.log(0.4))]
)
def test_a_second_group_avoids_the_first_groups_token_once_the_penalty_is_large_enough(
    penalty, second, score
):
    """log 0.5 - 0.1 > log 0.4 > log 0.5 - 0.5."""
    settings = replace(
        BEAM, num_beams=2, num_beam_groups=2, diversity_penalty=penalty, max_new_tokens=1, length_penalty=0.0
    )
    result = beam_search(TableModel({(): (0.5, 0.4, 0.1)}), [A], settings)
    by_group = sorted((h.group, h.token_ids, h.score) for h in result.hypotheses)
    assert by_group[0] == (0, (A,), pytest.approx(math.log(0.5)))
    assert by_group[1] == (1, (second,), pytest.approx(score))


def test_a_token_chosen_by_two_earlier_beams_is_penalised_twice():
    """By hand, with penalty 2 for each earlier choice, groups of two beams.

    Step 1: group 1 keeps a (0.5) and b (0.4); group 2 sees a 0.5/e^2 = 0.068, b 0.054, c 0.1: keeps c, a.
    Step 2: group 1 keeps ac (0.4) and bc (0.32), so c is chosen twice. Group 2: ca 0.1*0.2 = 0.02,
    aa 0.5/e^2*0.15 = 0.0102, cc 0.1*0.79/e^4 = 0.0014 (a single penalty, 0.0107, would win over aa).
    """
    table = {
        (): (0.5, 0.4, 0.1),
        (A,): (0.15, 0.05, 0.8),
        (B,): (0.1, 0.1, 0.8),
        (C,): (0.2, 0.01, 0.79),
    }
    settings = replace(
        BEAM, num_beams=4, num_beam_groups=2, diversity_penalty=2.0, max_new_tokens=2, length_penalty=0.0
    )
    result = beam_search(TableModel(table), [A], settings)
    expected = {
        (A, C): math.log(0.4),
        (B, C): math.log(0.32),
        (C, A): math.log(0.02),
        (A, A): math.log(0.5 * 0.15) - 2,
    }
    assert scored(result) == pytest.approx(expected)
    assert [h.group for h in result.hypotheses] == [0, 0, 1, 1]


def test_without_a_penalty_every_group_is_a_beam_search_of_its_width(tiny_language_model):
    model = ending_with(tiny_language_model, END_IDS["many ends"])
    for prompt in range(40, 50):
        alone = scored(beam_search(model, [prompt, 9], replace(BEAM, num_beams=3)))
        grouped = beam_search(model, [prompt, 9], replace(BEAM, num_beams=6, num_beam_groups=2))
        for group in (0, 1):
            of_group = {h.token_ids: h.score for h in grouped.hypotheses if h.group == group}
            assert of_group == pytest.approx(alone, abs=1e-5)


def test_the_first_of_several_groups_searches_as_if_alone(tiny_language_model):
    settings = replace(BEAM, num_beams=6, num_beam_groups=3, diversity_penalty=1.0)
    for prompt in range(40, 50):
        alone = beam_search(tiny_language_model, [prompt], replace(BEAM, num_beams=2))
        grouped = beam_search(tiny_language_model, [prompt], settings)
        first = [h.token_ids for h in grouped.hypotheses if h.group == 0]
        assert first == [h.token_ids for h in alone.hypotheses]
        assert len({h.token_ids for h in grouped.hypotheses}) > 2


def test_stopping_returns_the_living_beams(tiny_language_model):
    model, answers = ending_with(tiny_language_model, ()), iter([False, False, False, True])
    result = beam_search(model, [40], replace(BEAM, num_beams=3), lambda: next(answers))
    expected = beam_search(model, [40], replace(BEAM, num_beams=3, max_new_tokens=3))
    assert result.hypotheses == expected.hypotheses
    assert len(result.best.token_ids) == 3
    assert not result.best.finished


def test_stopped_before_the_first_step_nothing_is_generated(tiny_language_model):
    result = beam_search(tiny_language_model, [40], BEAM, lambda: True)
    assert [(h.token_ids, h.score) for h in result.hypotheses] == [((), 0.0)]
    assert result.tree == ()


def test_the_search_ends_where_the_context_does(tiny_language_model):
    model = ending_with(tiny_language_model, ())
    assert len(beam_search(model, [40] * 250, BEAM).best.token_ids) == 7  # the last one need not be read
    with pytest.raises(GlassboxError, match="257 tokens do not fit"):
        beam_search(model, [40] * 257, BEAM)


@pytest.mark.parametrize("prompts", [[], [[]], [[1, 2], [3]]])
def test_prompts_of_unequal_length_are_refused(prompts, tiny_language_model):
    with pytest.raises(GlassboxError, match="same number of tokens"):
        beam_search_batch(tiny_language_model, prompts, BEAM)


def test_penalties_that_forbid_every_token_are_named():
    settings = replace(BEAM, num_beams=2, max_new_tokens=5, no_repeat_ngram_size=1)
    with pytest.raises(GlassboxError, match="forbid every possible token"):
        beam_search(TableModel({}), [A], settings)


@pytest.mark.parametrize("groups", [1, 2])
def test_the_tree_tells_what_became_of_every_hypothesis(groups, tiny_language_model):
    model = ending_with(tiny_language_model, END_IDS["many ends"])
    settings = replace(BEAM, num_beams=4, num_beam_groups=groups)
    fates = set()
    for prompt in range(40, 60):
        result = beam_search(model, [prompt, 3], settings)
        nodes = result.tree
        fates |= {node.fate for node in nodes}
        assert [node.index for node in nodes] == list(range(len(nodes)))
        path = [node.token for node in nodes if node.fate == "best"]
        assert tuple(path) == result.best.token_ids
        last = max((node for node in nodes if node.fate == "best"), key=lambda node: node.step)
        assert last.score == pytest.approx(result.best.score)
        parents = {node.parent for node in nodes}
        for node in nodes:
            total = node.log_probability
            if node.parent >= 0:
                parent = nodes[node.parent]
                assert (parent.step, parent.group) == (node.step - 1, node.group)
                total += parent.score * parent.step
            assert node.score == pytest.approx(total / node.step, abs=1e-4)
            if node.fate in ("dropped", "finished"):
                assert node.index not in parents
    assert fates == {"best", "kept", "dropped", "finished"}


def test_each_step_of_the_tree_keeps_as_many_as_there_are_beams(tiny_language_model):
    result = beam_search(ending_with(tiny_language_model, ()), [40], replace(BEAM, num_beams=3))
    for step in range(1, 21):
        of_step = [node for node in result.tree if node.step == step]
        assert [node.rank for node in of_step] == [1, 2, 3, 4, 5, 6]
        assert [node.fate == "dropped" for node in of_step] == [False] * 3 + [True] * 3
        assert [node.score for node in of_step] == sorted((n.score for n in of_step), reverse=True)


def test_a_tree_is_recorded_only_on_request(tiny_language_model):
    assert beam_search(tiny_language_model, [40], BEAM, record_tree=False).tree == ()


def test_many_end_tokens_do_not_crowd_the_tree(tiny_language_model):
    """The search itself must look at 17 candidates for each of its beams."""
    model = ending_with(tiny_language_model, END_IDS["many ends"])
    for prompt in range(40, 60):
        nodes = beam_search(model, [prompt], replace(BEAM, num_beams=3)).tree
        for step in {node.step for node in nodes}:
            of_step = [node for node in nodes if node.step == step]
            assert all(node.rank <= 6 for node in of_step if node.fate == "dropped")
