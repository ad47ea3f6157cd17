"""Positions of real models: MiniLM's table, SmolLM2's queries and keys, both read without positions."""

import pytest
import torch

from core.attention.open_model import open_model
from core.attention.positions import heads, learned, order, probe, rope, rope_views
from core.attention.positions.added import take_apart
from core.attention.positions.reading import bert_layers, llama_layers, own_angles
from core.attention.positions.sinusoidal import frequencies
from core.errors import GlassboxError
from core.shelf.load import load_encoder, load_language_model

SENTENCE = "The old dog bit the young man."

pytestmark = pytest.mark.real_model


@pytest.fixture(scope="module")
def vectors() -> heads.HeadVectors:
    return heads.head_vectors(SENTENCE)


def test_the_table_ends_at_its_last_row():
    table = learned.position_table()
    assert table.shape == (512, 384)
    assert torch.equal(learned.row(table, 511), table[511])
    with pytest.raises(GlassboxError, match="no row 512"):
        learned.row(table, 512)
    waves = learned.principal_waves(table, 384)
    assert float(waves.shares.sum()) == pytest.approx(1, abs=1e-5)
    assert float(waves.components.pow(2).sum()) == pytest.approx(
        float((table - table.mean(0)).pow(2).sum()), rel=1e-4
    )


def test_word_and_position_are_both_found_in_their_sum():
    found = take_apart(SENTENCE)
    assert found.words_found == found.positions_found == 1.0
    assert found.tokens == 8
    assert found.random_cosine == pytest.approx(0.0407, abs=1e-4)


def test_reading_with_the_models_own_positions_is_the_model():
    pieces = open_model("smollm2-135m").read(SENTENCE)
    model = load_language_model("smollm2-135m")
    states = [passed for _, passed in llama_layers(model, pieces.ids, own_angles(model, len(pieces.ids)))]
    with torch.inference_mode():
        expected = model.module.model(pieces.ids[None], output_hidden_states=True).hidden_states
    assert torch.allclose(states[3].hidden, expected[4][0], atol=1e-3)
    module, _ = load_encoder()
    ids = open_model("minilm-l6").read(SENTENCE).ids
    own = list(bert_layers(module, ids, learned.position_table()[: len(ids)]))[-1]
    with torch.inference_mode():
        assert torch.allclose(own, module(ids[None]).last_hidden_state[0], atol=1e-4)


def test_unrotated_vectors_give_the_models_scores(vectors: heads.HeadVectors):
    model = load_language_model("smollm2-135m")
    pieces = open_model("smollm2-135m").read(SENTENCE)
    angles = own_angles(model, len(pieces.ids))
    passes = [passed for _, passed in llama_layers(model, pieces.ids, angles)]
    layer, head, query, key = 7, 5, 6, 2
    expected = passes[layer].queries[head, query] @ passes[layer].keys[head // 3, key]
    distance = torch.tensor([float(query - key)])
    speeds = frequencies(vectors.width, vectors.base)
    found = rope.scores_by_distance(
        vectors.query(layer, head, query), vectors.key(layer, head, key), distance, speeds
    )
    assert float(found[0]) == pytest.approx(float(expected), abs=1e-2)
    with pytest.raises(GlassboxError, match="last layer is 29"):
        vectors.query(30, 0, 0)


def test_the_mean_score_is_the_mean_over_all_pairs(vectors: heads.HeadVectors):
    distances = torch.tensor([0.0, 3.0, 700.0])
    speeds = frequencies(vectors.width, vectors.base)
    pairs = [(query, key) for query in range(len(vectors.tokens)) for key in range(1, query)]
    scores = [
        rope.scores_by_distance(vectors.query(4, 2, query), vectors.key(4, 2, key), distances, speeds)
        for query, key in pairs
    ]
    expected = torch.stack(scores).mean(0) / 8
    assert torch.allclose(heads.mean_scores(vectors.products, distances, speeds)[4, 2], expected, atol=1e-3)


def test_random_angles_keep_lengths_and_lose_the_decay(vectors: heads.HeadVectors):
    turned = heads.randomly_turned(vectors.products)
    assert torch.allclose(turned.abs(), vectors.products.abs(), rtol=1e-4, atol=1e-4)
    speeds = frequencies(vectors.width, vectors.base)
    assert heads.share_falling(vectors.products, speeds) > 0.9
    assert 0.35 < heads.share_falling(turned, speeds) < 0.65


def test_the_view_of_a_score_adds_up(vectors: heads.HeadVectors):
    view = rope_views.rope_view(vectors, rope_views.Chosen(19, 4, 5, 2, 7, vectors.base))
    assert float(view.terms.sum()) == pytest.approx(view.numbers.score, abs=1e-4)
    assert float(view.shifted.rotated[0]) == pytest.approx(view.numbers.score, abs=1e-3)
    assert float(view.steps.products[0]) == pytest.approx(view.numbers.term, abs=1e-3)
    assert view.spread < 1e-9


@pytest.mark.parametrize(("model", "blind"), [("minilm-l6", True), ("smollm2-135m", False)])
def test_only_the_encoder_is_blind_to_order(model: str, blind: bool):
    found = order.order_test(model, SENTENCE, seed=1)
    assert sorted(found.shuffled) == sorted(found.tokens)
    assert found.shuffled != found.tokens
    assert (found.largest_without < 1e-4) is blind
    assert found.mean_with > 0.05
    with pytest.raises(GlassboxError):
        order.order_test(model, "word " * 70)


def test_a_causal_mask_leaves_a_trace_of_the_position():
    found = probe.probe_positions(32)
    assert found.decoder[0] < 0.1  # the embeddings alone
    assert max(found.decoder) > 0.2
    assert max(found.encoder) < 0.1
