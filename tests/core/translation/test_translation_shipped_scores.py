"""The figures that the lesson shows are those of the shipped models."""

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


def test_attention_does_better_than_one_state_and_the_models_stay_small():
    found = {scores.model: scores for scores in shipped_evaluation().models}
    assert found["lstm"].bleu.value < found["gru"].bleu.value
    assert found["lstm"].bleu.value < found["transformer"].bleu.value
    assert all(scores.parameters <= 12_000_000 for scores in found.values())
