"""Shared heads and latents: equal to repeated heads, to torch, and to transformers' DeepSeek attention."""

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from core.attention.latent import LatentWeights, absorbed_attention, latent_attention, low_rank
from core.attention.masks import causal_mask
from core.attention.shared_heads import merge_heads, repeat_heads, shared_attention
from core.errors import GlassboxError


def vectors(heads: int, groups: int, length: int = 7, width: int = 8):
    draw = torch.Generator().manual_seed(heads + groups)
    shapes = ((heads, length, width), (groups, length, width), (groups, length, width))
    return [torch.randn(*shape, generator=draw) for shape in shapes]


@pytest.mark.parametrize(("heads", "groups"), [(9, 9), (9, 3), (9, 1), (8, 2)])
def test_grouped_queries_are_repeated_heads_and_what_torch_computes(heads: int, groups: int):
    queries, keys, values = vectors(heads, groups)
    found = shared_attention(queries, keys, values, causal_mask(7))
    repeated = shared_attention(
        queries, repeat_heads(keys, heads), repeat_heads(values, heads), causal_mask(7)
    )
    expected = scaled_dot_product_attention(
        queries[None], keys[None], values[None], is_causal=True, enable_gqa=True
    )
    assert torch.equal(found.output, repeated.output)
    assert torch.allclose(found.output, expected[0], atol=1e-6)
    assert torch.allclose(found.weights.sum(-1), torch.ones(heads, 7), atol=1e-6)
    assert found.cached_numbers * heads == repeated.cached_numbers * groups == 2 * 8 * groups * heads


def test_averaged_vectors_are_what_averaged_projections_give():
    draw = torch.Generator().manual_seed(0)
    inputs, projections = torch.randn(5, 12, generator=draw), torch.randn(3, 12, 4, generator=draw)
    assert torch.allclose(merge_heads(inputs @ projections, 1)[0], inputs @ projections.mean(0), atol=1e-6)


def test_heads_that_cannot_be_shared_evenly_are_refused():
    _, keys, _ = vectors(9, 3)
    with pytest.raises(GlassboxError, match="divisor"):
        repeat_heads(keys, 8)
    with pytest.raises(GlassboxError, match="divisor"):
        merge_heads(keys, 2)


def test_latent_attention_is_transformers_deepseek_attention():
    from transformers.models.deepseek_v2.configuration_deepseek_v2 import DeepseekV2Config
    from transformers.models.deepseek_v3.configuration_deepseek_v3 import DeepseekV3Config
    from transformers.models.deepseek_v3.modeling_deepseek_v3 import (
        DeepseekV3Attention,
        DeepseekV3RotaryEmbedding,
    )

    assert DeepseekV2Config().kv_lora_rank == DeepseekV3Config().kv_lora_rank == 512
    torch.manual_seed(0)
    config = DeepseekV3Config(
        hidden_size=24,
        num_attention_heads=3,
        num_key_value_heads=3,
        q_lora_rank=None,
        kv_lora_rank=6,
        qk_nope_head_dim=4,
        qk_rope_head_dim=4,
        v_head_dim=5,
        rope_interleave=False,
        rope_scaling=None,
        attn_implementation="eager",
    )
    module = DeepseekV3Attention(config, 0).eval()
    hidden = torch.randn(6, 24)
    cosine, sine = DeepseekV3RotaryEmbedding(config)(hidden[None], torch.arange(6)[None])
    # Its norm on the latent is left out of our formula; a gain of the inverse root makes it the identity.
    module.kv_a_layernorm = torch.nn.Identity()
    mask = torch.zeros(1, 1, 6, 6).masked_fill(~causal_mask(6), -torch.inf)
    with torch.no_grad():
        expected, weights = module(hidden[None], (cosine, sine), mask)
        ours = from_module(module)
        found = latent_attention(hidden, ours, (cosine[0], sine[0]))
        joined = module.o_proj(found.output.transpose(0, 1).reshape(1, 6, -1))
        absorbed = absorbed_attention(hidden, ours, (cosine[0], sine[0]))
    assert torch.allclose(found.weights, weights[0], atol=1e-5)
    assert torch.allclose(joined, expected, atol=1e-5)
    assert torch.allclose(absorbed, found.output, atol=1e-5)
    assert found.cached_numbers == 6 + 4


def from_module(module) -> LatentWeights:
    query = module.q_proj.weight.T.unflatten(1, (3, 8))
    down, key_rope = module.kv_a_proj_with_mqa.weight.T.split((6, 4), 1)
    key, value = module.kv_b_proj.weight.T.unflatten(1, (3, 9)).split((4, 5), 2)
    return LatentWeights(query[..., :4], query[..., 4:], down, key, value, key_rope)


def test_the_latent_of_full_rank_loses_nothing_and_each_rank_loses_what_it_drops():
    matrix = torch.randn(6, 4, generator=torch.Generator().manual_seed(1))
    left, right = low_rank(matrix, 4)
    assert torch.allclose(left @ right, matrix, atol=1e-5)
    left, right = low_rank(matrix, 2)
    dropped = torch.linalg.svdvals(matrix)[2:].norm()
    assert torch.isclose((left @ right - matrix).norm(), dropped, atol=1e-5)
    with pytest.raises(GlassboxError, match="between 1 and 4"):
        low_rank(matrix, 5)
