"""Beam search: equal to trying everything, to a naive search without cache, and to greedy for one beam."""

import itertools
import random
from typing import Any

import pytest
import torch

from core.errors import GlassboxError
from core.translation.beam import beam_search, length_penalty, ranked
from core.translation.beam_tree import ROOT, with_best
from core.translation.build import build_model
from core.translation.greedy import Written, greedy_search, longest_translation
from core.translation.model import TranslationModel
from core.translation.naive_beam import naive_beam_search
from core.translation.settings import ModelSettings
from core.translation.vocabulary import BEGIN, END, PAD

ARCHITECTURES = ("lstm", "gru", "transformer")
TINY, SMALL = 8, 40


def opinionated(architecture: str, vocabulary: int, seed: int = 0) -> TranslationModel[Any]:
    """An untrained model whose choices differ from step to step, and which ends its sentences."""
    model = build_model(ModelSettings(architecture, vocabulary, 16, 1, 2, 32), seed).eval()  # type: ignore[arg-type]
    with torch.no_grad():
        model.embedding.weight.mul_(3.0)
        model.output_bias[END] = 1.0
    return model.requires_grad_(False)


def sentences(vocabulary: int, count: int) -> list[list[int]]:
    chance = random.Random(1)
    return [[chance.randrange(4, vocabulary) for _ in range(chance.randrange(1, 7))] for _ in range(count)]


def every_translation(
    model: TranslationModel[Any], source: list[int], longest: int
) -> dict[tuple[int, ...], float]:
    """The log-probability of every translation of at most `longest` tokens, end mark included."""
    tokens = [token for token in range(model.settings.vocabulary_size) if token not in (PAD, BEGIN, END)]
    found = {}
    for length in range(longest):
        for written in itertools.product(tokens, repeat=length):
            target = torch.tensor([[BEGIN, *written]])
            logarithms = torch.log_softmax(model(torch.tensor([[*source, END]]), target)[0], dim=-1)
            found[written] = sum(
                float(logarithms[place, token]) for place, token in enumerate([*written, END])
            )
    return found


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_beam_as_wide_as_the_tree_finds_what_trying_everything_finds(architecture: str):
    model, sources, longest = opinionated(architecture, TINY), sentences(TINY, 3), 3
    results = beam_search(model, sources, width=200, penalty=1.0, record_tree=True, longest=longest)
    for source, result in zip(sources, results, strict=True):
        everything = every_translation(model, source, longest)
        found = {one.written.token_ids: one.written.total for one in result.hypotheses}
        assert found == pytest.approx(everything, abs=1e-4)
        scores = {written: total / ((6 + len(written)) / 6) ** 1.0 for written, total in everything.items()}
        assert result.best.token_ids == max(scores, key=lambda written: scores[written])


def test_the_best_by_probability_is_not_always_what_greedy_writes():
    model, sources = opinionated("transformer", TINY), sentences(TINY, 12)
    greedy = [row.token_ids for row in greedy_search(model, sources)]
    wide = [row.best.token_ids for row in beam_search(model, sources, width=50, penalty=0.0)]
    assert greedy != wide


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("width", [1, 3, 5])
def test_a_batch_with_cache_finds_what_a_naive_search_finds(architecture: str, width: int):
    model, sources = opinionated(architecture, SMALL), sentences(SMALL, 9)
    for source, result in zip(sources, beam_search(model, sources, width, record_tree=True), strict=True):
        naive = naive_beam_search(model, source, width)
        assert [one.written.token_ids for one in result.hypotheses] == [
            one.written.token_ids for one in naive.hypotheses
        ]
        assert result.best.log_probabilities == pytest.approx(naive.best.log_probabilities, abs=1e-4)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_one_beam_is_greedy_search(architecture: str):
    model, sources = opinionated(architecture, SMALL), sentences(SMALL, 9)
    for one, result in zip(greedy_search(model, sources), beam_search(model, sources, width=1), strict=True):
        assert result.best.token_ids == one.token_ids
        assert result.best.finished == one.finished
        assert result.best.log_probabilities == pytest.approx(one.log_probabilities, abs=1e-4)


@pytest.mark.parametrize("penalty", [0.0, 0.6, 1.0, 3.0])
def test_stopping_early_does_not_change_the_best(penalty: float):
    for seed in range(6):
        model, sources = opinionated("transformer", SMALL, seed), sentences(SMALL, 6)
        early = beam_search(model, sources, penalty=penalty)
        whole = beam_search(model, sources, penalty=penalty, record_tree=True)
        assert [row.best.token_ids for row in early] == [row.best.token_ids for row in whole]


def test_the_penalty_only_ranks():
    model, sources = opinionated("gru", SMALL), sentences(SMALL, 4)
    low, high = (beam_search(model, sources, penalty=penalty, record_tree=True) for penalty in (0.0, 2.0))
    for one, other in zip(low, high, strict=True):
        assert {row.written for row in one.hypotheses} == {row.written for row in other.hypotheses}
        assert ranked([row.written for row in one.hypotheses], 2.0)[0].written == other.best


def test_scores_follow_the_published_penalty():
    short, long = Written((5,), (-1.0, -1.0), True), Written((5, 6, 7, 8, 9, 9), (-0.4,) * 7, True)
    assert [row.written for row in ranked([long, short], 0.0)] == [short, long]
    by_length = ranked([long, short], 1.0)
    assert [row.written for row in by_length] == [long, short]
    assert by_length[0].score == pytest.approx(-2.8 / (12 / 6))
    assert length_penalty(1, 0.7) == 1.0


def test_the_tree_holds_every_translation_and_its_sums():
    model, sources = opinionated("transformer", SMALL), sentences(SMALL, 3)
    for result in beam_search(model, sources, width=4, record_tree=True):
        for node in result.tree:
            before = 0.0 if node.parent == ROOT else result.tree[node.parent].score
            assert node.score == pytest.approx(before + node.log_probability, abs=1e-5)
            assert node.parent == ROOT or result.tree[node.parent].fate == "kept"
        ended = {node.index for node in result.tree if node.fate == "finished"}
        assert len(ended) == sum(row.written.finished for row in result.hypotheses) <= 4
        marked = with_best(result.tree, [*result.best.token_ids, *[END] * result.best.finished])
        path = [node for node in marked if node.fate == "best"]
        assert [node.token for node in path][: len(result.best.token_ids)] == list(result.best.token_ids)
        assert path[-1].score == pytest.approx(result.best.total, abs=1e-4)


def test_a_sentence_that_never_ends_stops_at_its_limit():
    model = opinionated("lstm", SMALL)
    with torch.no_grad():
        model.output_bias[END] = -1e4
    short, long = [5], [6] * 5
    for source, result in zip([short, long], beam_search(model, [short, long], width=2), strict=True):
        assert not result.best.finished
        assert len(result.best.token_ids) == longest_translation(len(source))


@pytest.mark.parametrize(("width", "penalty"), [(0, 1.0), (201, 1.0), (5, -0.1), (5, float("nan"))])
def test_impossible_searches_are_refused(width: int, penalty: float):
    with pytest.raises(GlassboxError):
        beam_search(opinionated("lstm", TINY), [[5]], width, penalty)
    assert beam_search(opinionated("lstm", TINY), []) == []
