"""Contrastive search: equation 5 by hand, and against a plain search without a cache."""

import copy
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from core.decoding.contrastive import contrastive_search
from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError

CONTRASTIVE = DecodingSettings(strategy="contrastive", max_new_tokens=20)


class OneTokenCache:
    def select(self, rows):
        return self


class BigramModel:
    """Three tokens: the hidden state is the token's own vector, the next token depends on it alone."""

    end_ids = ()
    context_length = 100
    vectors = torch.tensor([[1.0, 0.0], [0.0, 2.0], [0.6, 0.8]])  # b's length must not matter
    next_token = torch.tensor([[0.5, 0.2, 0.3], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4]])

    def new_cache(self, batch, capacity):
        return OneTokenCache()

    def read(self, ids, cache):
        return self.vectors[ids]

    def logits(self, hidden):
        tokens = [self.vectors.tolist().index(row) for row in hidden.tolist()]
        return self.next_token[tokens].log()


A, B, C = 0, 1, 2


def test_equation_5_by_hand():
    """alpha 0.6, k 3, prompt a.

    Step 1: a 0.4*0.5 - 0.6*1 = -0.40; b 0.4*0.2 - 0.6*0 = 0.08; c 0.4*0.3 - 0.6*0.6 = -0.24. So b.
    Step 2: a 0.4*0.2 - 0.6*1 = -0.52; b 0.4*0.5 - 0.6*1 = -0.40;
            c 0.4*0.3 - 0.6*max(0.6, 0.8) = -0.36. So c.
    """
    settings = replace(CONTRASTIVE, penalty_alpha=0.6, contrastive_k=3, max_new_tokens=2)
    first, second = contrastive_search(BigramModel(), [A], settings)
    assert (first.token, second.token) == (B, C)
    assert [c.token for c in first.candidates] == [A, C, B]
    assert [c.confidence for c in first.candidates] == pytest.approx([0.5, 0.3, 0.2])
    assert [c.degeneration_penalty for c in first.candidates] == pytest.approx([1.0, 0.6, 0.0], abs=1e-6)
    assert [c.score for c in first.candidates] == pytest.approx([-0.4, -0.24, 0.08])
    assert {c.token: c.score for c in second.candidates} == pytest.approx({A: -0.52, B: -0.4, C: -0.36})


def test_only_the_k_likeliest_tokens_are_considered():
    settings = replace(CONTRASTIVE, penalty_alpha=0.6, contrastive_k=2, max_new_tokens=1)
    (step,) = contrastive_search(BigramModel(), [A], settings)
    assert [c.token for c in step.candidates] == [A, C]
    assert step.token == C


def test_penalties_act_before_the_candidates_are_chosen():
    """No token may occur twice: after a only b and c are left, with 0.2 and 0.3 of 0.5."""
    settings = replace(CONTRASTIVE, contrastive_k=2, max_new_tokens=1, no_repeat_ngram_size=1)
    (step,) = contrastive_search(BigramModel(), [A], settings)
    assert {c.token: c.confidence for c in step.candidates} == pytest.approx({B: 0.4, C: 0.6})


def test_the_compared_states_are_the_last_layers_after_the_final_norm(tiny_module, tiny_language_model):
    prompt = [40, 41, 42]
    states = tiny_language_model.read(torch.tensor([prompt]), tiny_language_model.new_cache(1, 3))
    assert torch.allclose(states, tiny_module.model(torch.tensor([prompt])).last_hidden_state, atol=1e-5)
    before_weight = states / tiny_module.model.norm.weight
    assert before_weight.square().mean(-1) == pytest.approx(1.0, abs=1e-4)  # RMS 1: normed

    step = next(contrastive_search(tiny_language_model, prompt, CONTRASTIVE))
    for candidate in step.candidates:
        *context, last = tiny_module.model(torch.tensor([[*prompt, candidate.token]])).last_hidden_state[0]
        cosines = [F.cosine_similarity(last, state, dim=0).item() for state in context]
        assert candidate.degeneration_penalty == pytest.approx(max(cosines), abs=1e-5)


@torch.no_grad()
def search_without_cache(module, ids, alpha, k, new_tokens):
    """Equation 5, reading every candidate's whole text anew."""
    ids = list(ids)
    for _ in range(new_tokens):
        probabilities = module(torch.tensor([ids])).logits[0, -1].softmax(-1)
        confidence, tokens = probabilities.topk(k)
        scores = []
        for p, token in zip(confidence, tokens, strict=True):
            states = module.model(torch.tensor([[*ids, int(token)]])).last_hidden_state[0]
            scores.append((1 - alpha) * p - alpha * F.cosine_similarity(states[:-1], states[-1:]).max())
        ids.append(int(tokens[torch.stack(scores).argmax()]))
    return ids


@pytest.mark.parametrize(("alpha", "k"), [(0.6, 4), (0.3, 8), (1.0, 5), (0.0, 3)])
def test_the_cached_search_equals_one_that_reads_everything_anew(alpha, k, tiny_module, tiny_language_model):
    settings = replace(
        CONTRASTIVE, penalty_alpha=alpha, contrastive_k=k, max_new_tokens=40, stop_at_end=False
    )
    for prompt in ([40], [41, 42, 43], [60, 9, 60, 9, 60]):
        steps = contrastive_search(tiny_language_model, prompt, settings)
        expected = search_without_cache(tiny_module, prompt, alpha, k, 40)
        assert [*prompt, *(step.token for step in steps)] == expected


def test_without_alpha_it_is_greedy_search(tiny_module, tiny_language_model):
    for prompt in range(40, 60):
        ids = torch.tensor([[prompt, 9]])
        greedy = tiny_module.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=20
        )
        steps = contrastive_search(tiny_language_model, [prompt, 9], replace(CONTRASTIVE, penalty_alpha=0.0))
        assert [step.token for step in steps] == greedy[0, 2:].tolist()


def test_it_ends_with_an_end_token_unless_told_otherwise(tiny_language_model):
    free = list(contrastive_search(tiny_language_model, [40], CONTRASTIVE))
    model = copy.copy(tiny_language_model)
    model.end_ids = (free[5].token,)
    steps = list(contrastive_search(model, [40], CONTRASTIVE))
    first = [step.token for step in free].index(free[5].token)
    assert [step.token for step in steps] == [step.token for step in free[: first + 1]]
    assert [step.ends for step in steps] == [False] * first + [True]
    assert len(list(contrastive_search(model, [40], replace(CONTRASTIVE, stop_at_end=False)))) == 20


def test_it_stops_before_the_next_step(tiny_language_model):
    answers = iter([False, False, True])
    assert len(list(contrastive_search(tiny_language_model, [40], CONTRASTIVE, lambda: next(answers)))) == 2


def test_it_ends_where_the_context_does(tiny_language_model):
    settings = replace(CONTRASTIVE, stop_at_end=False)
    assert len(list(contrastive_search(tiny_language_model, [40] * 250, settings))) == 6
    with pytest.raises(GlassboxError, match="257 tokens do not fit"):
        list(contrastive_search(tiny_language_model, [40] * 257, settings))
