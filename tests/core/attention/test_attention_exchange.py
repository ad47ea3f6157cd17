"""The decoder with its attention exchanged: nothing exchanged is transformers; what each exchange does."""

import pytest
import torch

from core.attention.cache_cost import PUBLISHED, cache_bytes, time_per_token, token_work
from core.attention.exchange import layer_vectors, prose_ids, read_with, token_losses, under_mask
from core.attention.head_kinds_compared import KINDS, one_layer_as
from core.attention.head_merging import merge_curve, squeeze_every_layer
from core.attention.looking import mask_named, padding_effect, read_under, similarity
from core.attention.masks import causal_mask, window_mask
from core.attention.recurrence import recurrence_losses, segment_mask
from core.attention.soft_and_hard import choose, choose_at, choosing, temperature_losses
from core.attention.windows import reach, sink_mask, window_curve
from core.errors import GlassboxError

IDS = [5, 9, 17, 33, 65, 2, 9, 17, 40, 41, 42, 5, 9, 90, 91, 92, 93, 94, 95, 96, 97]


def test_nothing_exchanged_is_transformers(tiny_language_model, tiny_module):
    states = read_with(tiny_language_model, IDS, under_mask(causal_mask(len(IDS))))
    with torch.no_grad():
        expected = tiny_module(torch.tensor([IDS]), labels=torch.tensor([IDS]), output_hidden_states=True)
    assert torch.allclose(states[1], expected.hidden_states[1][0], rtol=1e-5, atol=1e-3)  # numbers up to 60
    losses = token_losses(tiny_language_model, IDS, under_mask(causal_mask(len(IDS))))
    assert float(losses.mean()) == pytest.approx(float(expected.loss), rel=1e-5)


def test_a_mask_of_ones_and_a_window_are_transformers_with_that_mask(tiny_language_model, tiny_module):
    for mask in (mask_named("none", len(IDS), 0), window_mask(len(IDS), 3)):
        added = torch.zeros(1, 1, len(IDS), len(IDS)).masked_fill(~mask, torch.finfo(torch.float32).min)
        with torch.no_grad():
            expected = tiny_module(torch.tensor([IDS]), attention_mask=added).logits[0, -1].softmax(0).topk(5)
        found = read_under(tiny_language_model, IDS, mask)
        assert found.next_ids == tuple(expected.indices.tolist())
        assert found.next_probabilities == pytest.approx(tuple(expected.values.tolist()), rel=1e-4)
        assert (found.weights[:, :, ~mask] == 0).all()


def test_merging_no_layer_changes_nothing_and_both_directions_meet_when_all_are_merged(tiny_language_model):
    curve = merge_curve(tiny_language_model, IDS, (0, 1, 2))
    plain = float(token_losses(tiny_language_model, IDS, under_mask(causal_mask(len(IDS)))).mean())
    assert curve.points[0].last == pytest.approx(plain) == pytest.approx(curve.points[0].first)
    assert curve.points[2].last == pytest.approx(curve.points[2].first)
    assert curve.points[1].last != pytest.approx(curve.points[1].first)
    trained, merged, latent = squeeze_every_layer(tiny_language_model, IDS, (32,))
    assert trained.loss == pytest.approx(latent.loss, rel=1e-4) == pytest.approx(plain, rel=1e-4)
    assert merged.loss == pytest.approx(curve.points[2].last)


def test_a_layer_as_each_kind_keeps_what_it_says(tiny_language_model):
    vectors = layer_vectors(tiny_language_model, IDS)[1]
    found = {kind: one_layer_as(tiny_language_model, 1, vectors, kind, 32) for kind in KINDS}
    assert found["grouped"].difference == 0
    assert found["multi_head"].difference < 1e-6
    assert found["latent"].difference < 1e-4
    assert found["multi_query"].difference > 0.01
    kept = [found[kind].cached_numbers for kind in ("multi_head", "grouped", "multi_query", "latent")]
    assert kept == [64, 32, 16, 32]


def test_published_configurations_are_those_that_transformers_ships():
    from transformers import DeepseekV3Config, FalconConfig, LlamaConfig, MistralConfig

    shapes = {shape.name: shape for shape in PUBLISHED}
    for name, config in {"Mistral 7B": MistralConfig(), "LLaMA-2 7B": LlamaConfig()}.items():
        shape = shapes[name]
        expected = (config.num_hidden_layers, config.num_attention_heads, config.num_key_value_heads)
        assert (shape.layers, shape.heads, shape.groups) == expected
        assert shape.head_width == config.hidden_size // config.num_attention_heads
    falcon, deepseek = FalconConfig(), DeepseekV3Config()
    assert falcon.multi_query
    assert shapes["Falcon 7B"].heads == falcon.num_attention_heads
    assert shapes["Falcon 7B"].bytes_per_token() == 32 * 2 * 64 * 2
    assert shapes["DeepSeek-V3"].latent == (deepseek.kv_lora_rank, deepseek.qk_rope_head_dim)
    assert shapes["LLaMA-2 7B"].bytes_per_token() == 512 * 1024
    assert shapes["LLaMA-3 8B"].bytes_per_token() == 128 * 1024
    assert shapes["DeepSeek-V3"].bytes_per_token() == 61 * 576 * 2


def test_the_work_with_a_cache_is_counted_as_by_hand(tiny_language_model):
    work = token_work(tiny_language_model, 9)
    weights = 2 * (32 * 32 + 2 * 32 * 16 + 32 * 32 + 3 * 32 * 48)
    pairs = 2 * 2 * 32
    assert work.with_cache * 1e6 == weights + 128 * 32 + pairs * 10
    assert work.without_cache * 1e6 == weights * 10 + 128 * 32 + pairs * 55
    assert cache_bytes(tiny_language_model, 10) == 2 * 2 * 2 * 8 * 4 * 10
    times = time_per_token(tiny_language_model, IDS, (1, 8), repeats=1)
    assert all(time.with_cache > 0 < time.without_cache for time in times)


def test_information_moves_one_window_a_layer_and_not_a_bit_further(tiny_language_model):
    found = reach(tiny_language_model, IDS, 4, other=77)
    assert [found.farthest(layer) for layer in (0, 1, 2)] == [0, 3, 6] == [found.bound(i) for i in (0, 1, 2)]


def test_a_window_as_long_as_the_text_is_no_window_and_sinks_are_seen(tiny_language_model):
    assert torch.equal(sink_mask(6, 6, 2), causal_mask(6))
    assert sink_mask(6, 1, 2)[5].tolist() == [True, True, False, False, False, True]
    curve = window_curve(tiny_language_model, IDS, (2, 8), sinks=20)
    assert all(point.kept == pytest.approx(curve.full) for point in curve.points)
    assert curve.tokens == len(IDS) - 1 - 8
    with pytest.raises(GlassboxError, match="too few"):
        window_curve(tiny_language_model, IDS, (64,))


def test_a_memory_as_long_as_the_text_is_the_whole_text(tiny_language_model):
    assert torch.equal(segment_mask(9, 3, 9), causal_mask(9))
    losses = recurrence_losses(tiny_language_model, IDS, 10)
    assert torch.allclose(losses.memory, losses.full, atol=1e-5)
    assert losses.recovered(losses.memory) == pytest.approx(1, abs=1e-4)
    with pytest.raises(GlassboxError, match="two segments"):
        recurrence_losses(tiny_language_model, IDS, 16)


def test_padding_changes_nothing_when_it_is_masked(tiny_language_model):
    effect = padding_effect(tiny_language_model, IDS, 3, 2)
    assert effect.masked < 1e-5 < effect.unmasked


def test_the_mask_the_model_knows_changes_nothing(tiny_language_model):
    causal = read_under(tiny_language_model, IDS, causal_mask(len(IDS)))
    prefix = read_under(tiny_language_model, IDS, mask_named("prefix", len(IDS), 4))
    same = similarity(prefix.hidden, causal.hidden)
    assert float(same[0]) < 0.9999
    assert torch.allclose(similarity(causal.hidden, causal.hidden), torch.ones(len(IDS)), atol=1e-5)


def test_soft_tends_to_hard_and_only_soft_has_the_gradient_autograd_finds():
    draw = torch.Generator().manual_seed(0)
    scores, values = torch.randn(6, generator=draw), torch.randn(6, 4, generator=draw)
    cold, warm = choose(scores, values, 0.02, 50, 0), choose(scores, values, 1.0, 20_000, 0)
    assert torch.allclose(cold.soft_output, cold.hard_output, atol=1e-3)
    assert (warm.hard_gradient == 0).all()
    along = values @ warm.soft_output / warm.soft_output.norm()
    by_hand = warm.soft * (along - warm.soft @ along)
    assert torch.allclose(warm.soft_gradient, by_hand, atol=1e-5)
    assert torch.allclose(warm.drawn_gradient, by_hand, atol=0.02)
    with pytest.raises(GlassboxError, match="above 0"):
        choose(scores, values, 0.0, 1, 0)


def test_temperature_one_is_the_model_itself_and_zero_s_limit_the_argmax(tiny_language_model):
    mask = causal_mask(len(IDS))
    one, cold, hard = temperature_losses(tiny_language_model, IDS, (1.0, 1e-6, None))
    assert one.loss == pytest.approx(float(token_losses(tiny_language_model, IDS, under_mask(mask)).mean()))
    assert cold.loss == pytest.approx(hard.loss, rel=1e-3)
    vectors = layer_vectors(tiny_language_model, IDS)[0]
    choice = choose_at(vectors, 3, 1.0, 5, 0)
    assert torch.allclose(choice.soft_output, choosing(mask, 1.0)(0, vectors)[3, -1], atol=1e-5)


def test_too_short_and_too_long_texts_are_refused(tiny_language_model):
    for ids in ([5], [5] * 600):
        with pytest.raises(GlassboxError, match="at least 2"):
            token_losses(tiny_language_model, ids, under_mask(causal_mask(len(ids))))


@pytest.mark.real_model
def test_the_real_model_breaks_without_its_first_tokens(smollm2):
    ids = prose_ids(smollm2, 41)
    curve = window_curve(smollm2, ids, (8,))
    assert curve.points[0].plain > curve.points[0].kept + 1 > curve.full + 1
