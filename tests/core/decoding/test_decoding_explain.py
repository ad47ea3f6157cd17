"""The explanation of one step against transformers' processors, applied one after another."""

import pytest
import torch
from transformers.generation import logits_process as reference

from core.decoding.explain import explain_step
from core.decoding.generate import stream
from core.decoding.settings import DecodingSettings
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

PROMPT = [10, 20, 30, 10, 20]
SETTINGS = DecodingSettings(
    "sample",
    repetition_penalty=1.4,
    no_repeat_ngram_size=2,
    presence_penalty=0.5,
    temperature=1.5,
    top_k=6,
    top_p=0.8,
)


def test_every_stage_equals_transformers_processors(tiny_language_model: LanguageModel) -> None:
    ids = torch.tensor([[*PROMPT, 40, 41]])
    found = explain_step(tiny_language_model, ids[0].tolist(), len(PROMPT), SETTINGS)

    scores = tiny_language_model.module(ids).logits[:, -1]
    assert found.tokens == tuple(scores[0].topk(10).indices.tolist())
    expected = [("model", scores)]
    scores = reference.RepetitionPenaltyLogitsProcessor(1.4)(ids, scores)
    expected.append(("repetition_penalty", scores))
    scores = reference.NoRepeatNGramLogitsProcessor(2)(ids, scores)
    expected.append(("no_repeat_ngram", scores))
    scores = scores - 0.5 * torch.nn.functional.one_hot(torch.tensor([40, 41]), 128).sum(0)
    expected.append(("presence_penalty", scores))
    for name, warper in (
        ("temperature", reference.TemperatureLogitsWarper(1.5)),
        ("top_k", reference.TopKLogitsWarper(6)),
        ("top_p", reference.TopPLogitsWarper(0.8)),
    ):
        scores = warper(ids, scores)
        expected.append((name, scores))

    assert [stage.name for stage in found.stages] == [name for name, _ in expected]
    for stage, (name, scores) in zip(found.stages, expected, strict=True):
        probabilities = scores.softmax(-1)[0, list(found.tokens)]
        torch.testing.assert_close(
            torch.tensor(stage.probabilities), probabilities, msg=name, rtol=1e-4, atol=1e-6
        )
        assert stage.kept == int(scores.isfinite().sum())
    assert found.stages[-2].kept == 6
    assert found.stages[-1].kept < 6


def test_the_chosen_token_is_shown_once(tiny_language_model: LanguageModel) -> None:
    plain = explain_step(tiny_language_model, PROMPT, len(PROMPT), DecodingSettings())
    assert len(plain.tokens) == 10
    unlikely = next(token for token in range(128) if token not in plain.tokens)
    with_unlikely = explain_step(
        tiny_language_model, PROMPT, len(PROMPT), DecodingSettings(), chosen=unlikely
    )
    assert with_unlikely.tokens == (*plain.tokens, unlikely)
    assert len(with_unlikely.stages[0].probabilities) == 11
    with_likely = explain_step(
        tiny_language_model, PROMPT, len(PROMPT), DecodingSettings(), chosen=plain.tokens[3]
    )
    assert with_likely == plain


@pytest.mark.parametrize("strategy", ["greedy", "sample"])
def test_first_and_last_stage_are_the_ones_of_the_trace(
    tiny_language_model: LanguageModel, strategy: str
) -> None:
    settings = DecodingSettings(**{**vars(SETTINGS), "strategy": strategy, "max_new_tokens": 6, "seed": 4})
    steps = list(stream(tiny_language_model, PROMPT, settings))
    for place, step in enumerate(steps):
        before = PROMPT + [earlier.token for earlier in steps[:place]]
        found = explain_step(tiny_language_model, before, len(PROMPT), settings, chosen=step.token)
        where = found.tokens.index(step.token)
        assert found.stages[0].probabilities[where] == pytest.approx(step.probability, rel=1e-4)
        assert found.stages[-1].probabilities[where] == pytest.approx(step.processed_probability, rel=1e-4)


def test_beam_search_processes_log_probabilities(tiny_language_model: LanguageModel) -> None:
    """All of them are negative, so that the penalty multiplies; on the scores it would also divide."""
    settings = DecodingSettings("beam", repetition_penalty=1.4)
    found = explain_step(tiny_language_model, PROMPT, len(PROMPT), settings)
    ids = torch.tensor([PROMPT])
    scores = tiny_language_model.module(ids).logits[:, -1].log_softmax(-1)
    processed = reference.RepetitionPenaltyLogitsProcessor(1.4)(ids, scores).softmax(-1)[
        0, list(found.tokens)
    ]
    torch.testing.assert_close(torch.tensor(found.stages[1].probabilities), processed, rtol=1e-4, atol=1e-6)


def test_settings_that_leave_no_token_are_refused(tiny_language_model: LanguageModel) -> None:
    with pytest.raises(GlassboxError) as refused:
        explain_step(tiny_language_model, list(range(128)), 128, DecodingSettings(no_repeat_ngram_size=1))
    assert refused.value.key == "decoding.error.nothing_left"
    assert "no_repeat_ngram" in str(refused.value)
