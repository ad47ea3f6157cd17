"""Position schemes against hand calculations and transformers' own implementations."""

import math

import pytest
import torch
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.distilbert.modeling_distilbert import create_sinusoidal_embeddings
from transformers.models.gptj.modeling_gptj import apply_rotary_pos_emb as rotate_neighbours
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb
from transformers.models.t5.modeling_t5 import T5Attention

from core.attention.positions import alibi, distance, relative, rope, scaling, sinusoidal
from core.errors import GlassboxError

FACTORS = (1.5, 2.0, 4.0, 32.0)
WIDTH, BASE, CONTEXT = 64, 100_000.0, 8192


def rope_config(rope_type: str, **parameters: float) -> LlamaConfig:
    return LlamaConfig(
        hidden_size=576,
        num_attention_heads=9,
        head_dim=WIDTH,
        max_position_embeddings=CONTEXT,
        rope_parameters={"rope_theta": BASE, "rope_type": rope_type, **parameters},
    )


@pytest.mark.parametrize(("length", "width"), [(1, 2), (40, 6), (130, 512)])
def test_sinusoids_equal_transformers(length: int, width: int):
    expected = torch.empty(length, width)
    create_sinusoidal_embeddings(length, width, expected)
    assert torch.allclose(sinusoidal.encoding(length, width), expected, atol=2e-5)


@pytest.mark.parametrize("shift", [-7, 0, 1, 50])
def test_going_on_is_a_rotation_wherever_one_starts(shift: int):
    table = sinusoidal.encoding(200, 32)
    matrix = sinusoidal.shift_matrix(shift, 32)
    for start in (10, 100):
        assert torch.allclose(matrix @ table[start], table[start + shift], atol=2e-5)
    assert torch.allclose(matrix @ matrix.T, torch.eye(32), atol=1e-6)


def test_only_distance_matters_to_sinusoids_and_not_its_sign():
    found = distance.by_distance(distance.dot_products(sinusoidal.encoding(100, 64)))
    assert found.share_explained == pytest.approx(1, abs=1e-6)
    assert float(found.mean[0]) == pytest.approx(32)
    noise = torch.randn(100, 64, generator=torch.Generator().manual_seed(0))
    assert distance.by_distance(distance.cosines(noise)).share_explained < 0.3


def test_rotation_equals_llama():
    generator = torch.Generator().manual_seed(0)
    queries, keys = (torch.randn(1, heads, 20, WIDTH, generator=generator) for heads in (9, 3))
    rotary = LlamaRotaryEmbedding(rope_config("default"))
    cosine, sine = rotary(queries, torch.arange(20)[None])
    expected = apply_rotary_pos_emb(queries, keys, cosine, sine)
    angles = rope.rotation_angles(20, WIDTH, BASE)
    assert torch.allclose(rope.rotate(queries, angles), expected[0], atol=1e-5)
    assert torch.allclose(rope.rotate(keys, angles), expected[1], atol=1e-5)


def test_neighbouring_pairs_are_the_papers_and_gpt_js():
    queries = torch.randn(1, 20, 4, 16, generator=torch.Generator().manual_seed(0))
    angles = rope.rotation_angles(20, 16)
    expected = rotate_neighbours(queries, angles.sin()[None], angles.cos()[None])
    found = rope.rotate(queries.transpose(1, 2), angles, neighbours=True).transpose(1, 2)
    assert torch.allclose(found, expected, atol=1e-6)


def test_only_the_distance_remains():
    generator = torch.Generator().manual_seed(1)
    query, key = (torch.randn(WIDTH, generator=generator) for _ in range(2))
    shifted = rope.shifted_scores(query, key, (9, 4), torch.arange(0, 5000, 97), BASE)
    assert float(shifted.rotated.max() - shifted.rotated.min()) < 1e-9
    assert float(shifted.added.max() - shifted.added.min()) > 1
    speeds = sinusoidal.frequencies(WIDTH, BASE)
    by_terms = rope.scores_by_distance(query, key, torch.tensor([5.0]), speeds)
    assert float(by_terms[0]) == pytest.approx(float(shifted.rotated[0]), abs=1e-4)
    assert torch.allclose(query.norm(), rope.rotate(query[None], speeds * 77).norm())


def test_a_plane_turns_without_changing_its_angle():
    query, key = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 2.0])
    steps = rope.plane_steps(query, key, 0, (1, 0), math.pi / 2, (0, 1, 2))
    assert torch.allclose(steps.query[0], torch.tensor([0.0, 1.0]), atol=1e-6)  # a quarter turn
    assert torch.allclose(steps.products, torch.full((3,), 2.0), atol=1e-5)  # both now point upwards
    assert steps.angle == pytest.approx(0, abs=1e-6)


def test_the_bound_is_the_papers_sum():
    far = 37.0
    partial, sizes = 0j, []
    for pair in range(4):
        partial += complex(math.cos(far * 10_000 ** (-pair / 4)), math.sin(far * 10_000 ** (-pair / 4)))
        sizes.append(abs(partial))
    assert float(rope.decay_bound(torch.tensor([far]), 8)[0]) == pytest.approx(sum(sizes) / 4, rel=1e-5)


@pytest.mark.parametrize("factor", FACTORS)
def test_every_stretching_equals_transformers(factor: float):
    own = {"original_max_position_embeddings": CONTEXT, "factor": factor}
    linear, _ = ROPE_INIT_FUNCTIONS["linear"](rope_config("linear", factor=factor))
    assert torch.allclose(scaling.interpolation(WIDTH, BASE, factor).speeds, linear, rtol=1e-5)
    dynamic, _ = ROPE_INIT_FUNCTIONS["dynamic"](rope_config("dynamic", factor=factor), seq_len=20_000)
    assert torch.allclose(
        scaling.dynamic_ntk(WIDTH, BASE, factor, CONTEXT, 20_000).speeds, dynamic, rtol=1e-5
    )
    # With factor 1, transformers' dynamic form at `factor` times the context is the plain NTK-aware base.
    ntk, _ = ROPE_INIT_FUNCTIONS["dynamic"](rope_config("dynamic", factor=1.0), seq_len=int(factor * CONTEXT))
    assert torch.allclose(scaling.ntk_aware(WIDTH, BASE, factor).speeds, ntk, rtol=1e-5)
    yarn, scale = ROPE_INIT_FUNCTIONS["yarn"](rope_config("yarn", **own))
    found = scaling.yarn(WIDTH, BASE, factor, CONTEXT)
    assert torch.allclose(found.speeds, yarn, rtol=1e-5)
    assert found.attention_scale == pytest.approx(scale)
    limits = {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
    llama, _ = ROPE_INIT_FUNCTIONS["llama3"](rope_config("llama3", **own, **limits))
    assert torch.allclose(scaling.llama3(WIDTH, BASE, factor, CONTEXT).speeds, llama, rtol=1e-5)


def test_ntk_keeps_the_fastest_and_slows_the_slowest_by_the_factor():
    found = scaling.ntk_aware(WIDTH, BASE, 8.0)
    assert float(found.ratio[0]) == pytest.approx(1)
    assert float(found.ratio[-1]) == pytest.approx(1 / 8, rel=1e-4)


@pytest.mark.parametrize("scheme", scaling.SCHEMES)
def test_a_stretch_of_one_changes_nothing(scheme: str):
    found = scaling.scaled(scheme, WIDTH, BASE, 1.0, CONTEXT)
    assert torch.allclose(found.speeds, found.original)
    assert found.attention_scale == 1.0


@pytest.mark.parametrize("heads", [1, 2, 3, 8, 12, 16, 40, 112])
def test_alibi_equals_bloom(heads: int):
    length = 9
    bloom = build_alibi_tensor(torch.ones(1, length), heads, torch.float32)[:, 0]
    slopes = alibi.slopes(heads)
    assert torch.allclose(bloom, slopes[:, None] * torch.arange(length), rtol=1e-5)
    # BLOOM adds m * j where the paper adds -m * (i - j): a constant in each row, which softmax ignores.
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    own = alibi.bias(heads, length).masked_fill(~causal, -torch.inf).softmax(-1)
    theirs = bloom[:, None, :].expand(-1, length, -1).masked_fill(~causal, -torch.inf).softmax(-1)
    assert torch.allclose(own, theirs, atol=1e-6)


def test_the_papers_slopes():
    assert alibi.slopes(8).tolist() == [2.0**-power for power in range(1, 9)]
    assert alibi.slopes(16)[0] == pytest.approx(2**-0.5)


def test_the_reach_of_a_head_holds_its_share():
    slope = float(alibi.slopes(8)[3])
    within = alibi.share_within(8, 4096)[3]
    assert float(within[round(alibi.reach(slope)) - 1]) == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize(("count", "largest"), [(32, 128), (16, 64), (64, 512)])
def test_buckets_equal_t5(bidirectional: bool, count: int, largest: int):
    offsets = torch.arange(-2000, 2001)
    expected = T5Attention._relative_position_bucket(offsets, bidirectional, count, largest)
    assert torch.equal(relative.buckets(offsets, bidirectional, count, largest), expected)


@pytest.mark.parametrize("offset", [-500, -20, -8, -3, 0, 3, 90])
def test_the_arithmetic_of_a_bucket_leads_to_it(offset: int):
    step = relative.bucket_step(offset)
    plain = step.distance if step.distance < step.exact else min(int(step.logarithm), step.per_side - 1)
    assert plain + step.side == step.bucket


def test_odd_dimensions_and_impossible_numbers_are_refused():
    for refused in (
        lambda: rope.rotation_angles(4, 5),
        lambda: rope.rotate(torch.ones(2, 3), torch.ones(2, 1)),
        lambda: sinusoidal.encoding(4, 7),
        lambda: sinusoidal.encoding(0, 8),
        lambda: alibi.slopes(0),
        lambda: scaling.yarn(64, 1e5, 0.5, 8192),
        lambda: scaling.scaled("stretch", 64, 1e5, 2.0, 8192),
        lambda: relative.buckets(torch.arange(3), count=7),
        lambda: sinusoidal.frequencies(8, float("nan")),
    ):
        with pytest.raises(GlassboxError):
            refused()
    with pytest.raises(GlassboxError, match=r"dimension is 5.*even dimension such as 6"):
        rope.rotation_angles(4, 5)
