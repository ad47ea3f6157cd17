"""What the questions about tuning measure: the expected choice, and what the measurements are made of."""

import math

import pytest
import torch
from torch.nn import functional as F
from transformers import BertConfig, BertForMaskedLM

from core.classification.tuning.adaptation import IGNORED, MaskedWords, masked
from core.classification.tuning.batches import filled
from core.classification.tuning.long_texts import head_and_tail, windows
from core.curriculum import grade, questions
from tests.core.measured import measured_small

QUESTIONS = {
    question.id: question
    for question in questions("classification")
    if question.id in ("cls-bert", "cls-layer-lr", "cls-dapt", "cls-oov", "cls-long")
}


@pytest.mark.real_model
@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_the_expected_choice_is_the_measured_one(name: str) -> None:
    prediction = QUESTIONS[name].predict
    found = measured_small("classification", prediction.measure)
    assert grade(prediction, found.value) is prediction.choices[prediction.expected]
    assert all(math.isfinite(number) for number in found.quoted().values())


@pytest.mark.real_model
def test_the_numbers_beside_the_deciding_one_say_what_the_answers_say() -> None:
    textbook = measured_small("classification", "textbook_recipe").values
    assert textbook["fitted_first"] > textbook["textbook"] + 0.2
    masking = measured_small("classification", "adapted_by_masking").values
    assert masking["perplexity_after"] < masking["perplexity_before"]
    moved = measured_small("classification", "layers_moved").values
    assert moved["decayed"] == pytest.approx(moved["planned"], rel=0.25)
    unknown = measured_small("classification", "unknown_in_chinese").values
    assert unknown["english"] < 0.02
    assert unknown["chinese_accuracy"] < unknown["english_accuracy"]
    long = measured_small("classification", "end_of_long_text").values
    assert long["last"] > long["surest"]
    assert long["tokens"] > 512


def test_masked_words_are_scored_as_by_transformers_with_a_tied_table() -> None:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=1200,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=24,
        initializer_range=0.3,
    )
    theirs = BertForMaskedLM(config).eval()
    model = MaskedWords(theirs.bert).eval()
    head = theirs.cls.predictions
    model.transform.load_state_dict(head.transform.dense.state_dict())
    model.norm = head.transform.LayerNorm
    ids, mask = filled([[101, 1000, 1001, 1002, 1003, 102], [101, 1100, 102]])
    hidden, wanted = masked(ids, 1200, seed=2)
    expected = theirs(input_ids=hidden, attention_mask=mask, labels=wanted).loss
    assert float(model.loss(hidden, mask, wanted).detach()) == pytest.approx(
        float(expected.detach()), abs=1e-5
    )


def test_masking_chooses_words_at_berts_rates_and_never_marks() -> None:
    ids = torch.randint(1000, 30_000, (200, 100))
    ids[:, 0], ids[:, -1] = 101, 0
    hidden, wanted = masked(ids, 30_522, seed=0)
    chosen = wanted != IGNORED
    assert not chosen[:, [0, -1]].any()
    assert float(chosen[:, 1:-1].float().mean()) == pytest.approx(0.15, abs=0.01)
    assert float((hidden[chosen] == 103).float().mean()) == pytest.approx(0.8, abs=0.03)
    assert float((hidden[chosen] == ids[chosen]).float().mean()) == pytest.approx(0.1, abs=0.02)
    assert torch.equal(hidden[~chosen], ids[~chosen])
    assert torch.equal(wanted[chosen], ids[chosen])
    short = torch.tensor([[101, 2000, 102]])
    assert (masked(short, 30_522, seed=1)[1] != IGNORED).sum() == 1


def test_windows_cover_every_token_and_both_ends_are_kept() -> None:
    row = [101, *range(1, 400), 102]
    pieces = windows(row, 48)
    assert {token for piece in pieces for token in piece} == set(row)
    assert all(len(piece) <= 48 and piece[0] == 101 and piece[-1] == 102 for piece in pieces)
    kept = head_and_tail(row, 64)
    assert len(kept) == 64
    assert kept[:16] == row[:16]
    assert kept[16:] == row[-48:]
    assert windows([101, 102], 48) == [[101, 102]]


def test_the_head_begins_as_the_identity() -> None:
    encoder = BertForMaskedLM(
        BertConfig(vocab_size=1200, hidden_size=8, num_hidden_layers=1, num_attention_heads=2)
    )
    model = MaskedWords(encoder.bert).eval()
    ids, mask = filled([[101, 1000, 102]])
    wanted = torch.tensor([[IGNORED, 1000, IGNORED, IGNORED]])
    state = encoder.bert.eval()(input_ids=ids, attention_mask=mask).last_hidden_state[0, 1]
    guessed = F.layer_norm(F.gelu(state), (8,))
    logits = encoder.bert.embeddings.word_embeddings.weight @ guessed
    by_hand = float((torch.logsumexp(logits, 0) - logits[1000]).detach())
    assert float(model.loss(ids, mask, wanted).detach()) == pytest.approx(by_hand, abs=1e-5)
