import copy

import pytest
import torch
from torch import Tensor
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

SHAPES = [(4, 4, True), (4, 2, True), (4, 1, False), (6, 3, False)]


def build(heads: int, groups: int, tied: bool, **changes) -> LlamaForCausalLM:
    torch.manual_seed(heads * 10 + groups)
    values = {
        "vocab_size": 97,
        "hidden_size": heads * 8,
        "intermediate_size": 56,
        "num_hidden_layers": 3,
        "num_attention_heads": heads,
        "num_key_value_heads": groups,
        "max_position_embeddings": 64,
        "initializer_range": 0.3,
        "tie_word_embeddings": tied,
    }
    return LlamaForCausalLM(LlamaConfig(**(values | changes))).eval()


@pytest.fixture(params=SHAPES, ids=lambda shape: "heads {} groups {} tied {}".format(*shape))
def pair(request, tiny_tokenizer) -> tuple[LlamaForCausalLM, LanguageModel]:
    """transformers' module as it was built, and the opened model over a copy of it."""
    module = build(*request.param)
    return module, LanguageModel("random", copy.deepcopy(module), tiny_tokenizer)


@torch.inference_mode()
def reference(module: LlamaForCausalLM, ids: Tensor) -> Tensor:
    return module(input_ids=ids, use_cache=False).logits


def random_ids(batch: int, length: int, vocabulary: int = 97) -> Tensor:
    return torch.randint(
        0, vocabulary, (batch, length), generator=torch.Generator().manual_seed(batch + length)
    )


def assert_equal(ours: Tensor, theirs: Tensor, tolerance: float = 2e-5) -> None:
    torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=tolerance)


def test_logits_equal_transformers(pair) -> None:
    module, model = pair
    for batch, length in [(1, 1), (1, 17), (3, 9), (2, 64)]:
        ids = random_ids(batch, length)
        assert_equal(model.logits(model.read(ids, model.new_cache(batch, length))), reference(module, ids))


@pytest.mark.parametrize("cuts", [[20], [1] * 20, [7, 1, 1, 11], [1, 19], [19, 1]])
def test_a_continued_cache_equals_reading_the_whole(pair, cuts: list[int]) -> None:
    module, model = pair
    ids = random_ids(2, 20)
    cache = model.new_cache(2, 5)
    parts = [model.logits(model.read(part, cache)) for part in ids.split(cuts, dim=1)]
    assert cache.length == 20
    assert_equal(torch.cat(parts, 1), reference(module, ids))


@torch.inference_mode()
def test_the_cache_holds_what_transformers_holds(pair) -> None:
    module, model = pair
    ids = random_ids(2, 13)
    cache = model.new_cache(2, 13)
    model.read(ids, cache)
    theirs = DynamicCache(config=module.config)
    module(input_ids=ids, past_key_values=theirs, use_cache=True)
    for index, layer in enumerate(theirs.layers):
        assert_equal(cache.keys[index, :, :, :13], layer.keys)
        assert_equal(cache.values[index, :, :, :13], layer.values)


def test_each_row_of_a_batch_equals_reading_it_alone(pair) -> None:
    _, model = pair
    ids = random_ids(4, 11)
    together = model.next_logits(ids, model.new_cache(4, 11))
    alone = torch.cat([model.next_logits(row[None], model.new_cache(1, 11)) for row in ids])
    assert_equal(together, alone)


def test_selected_rows_continue_as_those_sequences(pair) -> None:
    module, model = pair
    ids, rows, more = random_ids(3, 8), torch.tensor([2, 0, 2, 1]), random_ids(4, 5)
    cache = model.new_cache(3, 8)
    model.read(ids, cache)
    chosen = cache.select(rows)
    ours = model.logits(model.read(more, chosen))
    assert_equal(ours, reference(module, torch.cat((ids[rows], more), 1))[:, 8:])
    assert cache.length == 8
    assert_equal(
        model.next_logits(random_ids(3, 1), cache),
        reference(module, torch.cat((ids, random_ids(3, 1)), 1))[:, -1],
    )


def test_a_clone_can_be_written_without_changing_the_original(pair) -> None:
    _, model = pair
    ids = random_ids(1, 6)
    cache = model.new_cache(1, 32)
    model.read(ids, cache)
    expected = model.next_logits(torch.tensor([[5]]), cache.clone())
    fork = cache.clone()
    model.read(torch.tensor([[9, 9, 9]]), fork)
    assert cache.length == 6
    assert fork.length == 9
    assert torch.equal(model.next_logits(torch.tensor([[5]]), cache), expected)


def test_the_module_itself_still_gives_the_same_logits(pair) -> None:
    module, model = pair
    ids = random_ids(2, 12)
    assert torch.equal(reference(model.module, ids), reference(module, ids))


def test_the_modules_parameters_are_views_of_the_joined_ones(pair) -> None:
    _, model = pair
    for joined, layer in zip(model._layers, model.module.model.layers, strict=True):
        joined_storage = joined.query_key_value.untyped_storage().data_ptr()
        for projection in (layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj):
            assert projection.weight.untyped_storage().data_ptr() == joined_storage
        assert (
            layer.mlp.up_proj.weight.untyped_storage().data_ptr()
            == joined.gate_up.untyped_storage().data_ptr()
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"attention_bias": True},
        {"head_dim": 16},
        {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 10_000.0}},
        {"rms_norm_eps": 0.1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_variants_of_the_architecture_equal_transformers(tiny_tokenizer, changes: dict) -> None:
    module = build(4, 2, False, **changes)
    if "attention_bias" in changes:
        for layer in module.model.layers:
            for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
                torch.nn.init.normal_(getattr(layer.self_attn, name).bias, std=0.5)
    expected = reference(module, random_ids(2, 30))
    model = LanguageModel("random", module, tiny_tokenizer)
    assert_equal(model.logits(model.read(random_ids(2, 30), model.new_cache(2, 30))), expected)


def test_the_context_is_a_limit(pair) -> None:
    module, model = pair
    ids = random_ids(1, 64)
    cache = model.new_cache(1, 1)
    assert_equal(model.logits(model.read(ids, cache))[0, -1], reference(module, ids)[0, -1])
    with pytest.raises(GlassboxError, match="65 tokens do not fit the model's context of 64"):
        model.read(torch.tensor([[1]]), cache)
    assert cache.length == 64


def test_another_architecture_is_refused(tiny_tokenizer) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    other = GPT2LMHeadModel(GPT2Config(vocab_size=32, n_embd=8, n_layer=1, n_head=2))
    with pytest.raises(GlassboxError, match="gpt2"):
        LanguageModel("other", other, tiny_tokenizer)


@pytest.mark.real_model
def test_smollm2_equals_transformers(smollm2) -> None:
    ids = torch.tensor([smollm2.encode("The history of computing begins with the abacus, 语言 and 42.")])
    expected = reference(smollm2.module, ids)
    ours = smollm2.logits(smollm2.read(ids, smollm2.new_cache(1, 64)))
    assert_equal(ours, expected, 2e-3)
    assert torch.equal(ours.argmax(-1), expected.argmax(-1))
    cache = smollm2.new_cache(1, 4)
    parts = [smollm2.logits(smollm2.read(part, cache)) for part in ids.split(5, dim=1)]
    assert_equal(torch.cat(parts, 1), expected, 2e-3)


@pytest.mark.real_model
def test_smollm2_continues_greedily_as_transformers_does(smollm2) -> None:
    ids = torch.tensor([smollm2.encode("The capital of France is")])
    expected = smollm2.module.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, do_sample=False, pad_token_id=2
    )
    cache = smollm2.new_cache(1, 64)
    new = [int(smollm2.next_logits(ids, cache).argmax())]
    while len(new) < expected.shape[1] - ids.shape[1]:
        new.append(int(smollm2.next_logits(torch.tensor([[new[-1]]]), cache).argmax()))
    assert new == expected[0, ids.shape[1] :].tolist()
