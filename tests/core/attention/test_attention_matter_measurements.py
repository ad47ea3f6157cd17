"""What decides the predictions of "Does it matter?", its parts checked by hand and against transformers."""

import pytest
import torch

from core.attention.head_ranking import read_shipped_ranking
from core.attention.matter_texts import words_with_two_meanings
from core.attention.meanings import separate, word_vectors
from core.attention.open_model import open_model
from core.attention.reuse import grow
from core.errors import GlassboxError

pytestmark = pytest.mark.real_model


def test_a_word_s_vector_is_that_of_transformers() -> None:
    model = open_model("minilm-l6")
    sentence = "We sat on the grassy bank and watched the river flow past."
    pieces = model.read(sentence)
    place = pieces.tokens.index("bank")
    with torch.no_grad():
        run = model._module(pieces.ids[None], output_hidden_states=True)
    theirs = torch.stack([hidden[0, place] for hidden in run.hidden_states])
    assert torch.allclose(word_vectors(model, sentence, "Bank"), theirs, atol=1e-4)
    with pytest.raises(GlassboxError):
        word_vectors(model, sentence, "crane")


def test_meanings_part_in_every_word_and_the_means_are_those_of_the_pairs() -> None:
    model = open_model("minilm-l6")
    for meanings in words_with_two_meanings():
        found = separate(model, meanings)
        half = found.occurrences // 2
        pairs = [(i, j) for i in range(found.occurrences) for j in range(i)]
        across = [found.cosines[i][j] for i, j in pairs if (i < half) != (j < half)]
        within = [found.cosines[i][j] for i, j in pairs if (i < half) == (j < half)]
        assert found.across[-1] == pytest.approx(sum(across) / len(across), abs=1e-5)
        assert found.within[-1] == pytest.approx(sum(within) / len(within), abs=1e-5)
        assert found.within[-1] > found.across[-1]
        assert found.nearest_right[-1] > found.nearest_right[0]


def test_a_causal_model_computes_only_the_new_vectors_and_a_bidirectional_one_nearly_all() -> None:
    text = "The old clock had stopped again"
    causal, both = (grow(open_model(name), text, 2) for name in ("smollm2-135m", "minilm-l6"))
    assert causal.computed == causal.new == 2 * 30
    assert all(change < 1e-3 for row in causal.changes for change in row[:-1])
    assert both.new == 2 * 6
    assert both.computed > 0.9 * 6 * (len(both.tokens) + len(both.tokens) - 1)
    with pytest.raises(GlassboxError):
        grow(open_model("minilm-l6"), "old", 4)


@pytest.mark.parametrize(("model", "layers", "heads"), [("smollm2-135m", 30, 9), ("minilm-l6", 6, 12)])
def test_the_shipped_ranking_is_what_this_code_measures(model: str, layers: int, heads: int) -> None:
    from core.attention.rank_heads import HeadRanker

    shipped = read_shipped_ranking(model)
    assert len(shipped.heads) == layers * heads
    again = HeadRanker(open_model(model), shipped.text).layer(layers - 1)
    for effect in again:
        kept = shipped.head(effect.layer, effect.head)
        for name in shipped.measures:
            assert effect.measure(name) == pytest.approx(kept.measure(name), abs=2e-3)
        assert effect.sharpness == pytest.approx(kept.sharpness, abs=1e-3)
