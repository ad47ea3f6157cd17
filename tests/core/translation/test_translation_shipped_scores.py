"""The figures that the lesson shows are those of the shipped models, and reach what the project promises."""

import pytest

from core.translation.evaluation import weights_digest
from core.translation.evaluation_result import shipped_evaluation
from core.translation.scoring import corpus_bleu, lowercased_bleu
from core.translation.shipped import SHIPPED, shipped_translator


def test_the_shipped_scores_are_of_the_shipped_weights():
    found = shipped_evaluation()
    assert tuple(scores.model for scores in found.models) == SHIPPED
    for scores in found.models:
        assert scores.weights_sha256 == weights_digest(shipped_translator(scores.model))
    assert (found.data, found.sentences, found.beam, found.rarity) == ("multi30k", 1000, 5, "count")
    assert len(found.comparisons) == 3


def test_the_signatures_are_those_that_are_quoted():
    for scores in shipped_evaluation().models:
        assert scores.signature == corpus_bleu(["a"], ["a"]).signature
        assert scores.lowercased_signature == lowercased_bleu(["a"], ["a"]).signature


@pytest.mark.parametrize(("model", "least"), [("lstm", 20), ("gru", 30), ("transformer", 41.5)])
def test_each_model_reaches_its_mark_by_the_old_protocol(model: str, least: float):
    scores = next(scores for scores in shipped_evaluation().models if scores.model == model)
    assert scores.bleu_lowercased >= least


def test_the_transformer_reaches_its_mark_with_few_parameters():
    scores = shipped_evaluation().models[-1]
    assert scores.bleu.value >= 41.0
    assert scores.parameters <= 12_000_000
