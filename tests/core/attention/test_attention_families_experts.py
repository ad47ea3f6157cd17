"""Mixture of experts and image patches: by hand, and against torch and transformers."""

import numpy as np
import pytest
import torch

from core.attention.families.image_patches import (
    MODELS,
    PICTURES,
    clip_vision_parameters,
    joined,
    patch_count,
    patches,
    picture,
    project,
    shuffled,
)
from core.attention.families.mixture_of_experts import (
    balanced_router,
    balancing_loss,
    random_router,
    route,
    router_inputs,
    with_chosen,
)
from core.attention.families.parameters import parameters
from core.attention.families.table import family
from core.errors import GlassboxError


@pytest.fixture
def hidden() -> torch.Tensor:
    """Tokens with a common direction, as in a real model."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(64, 16, generator=generator) + 2 * torch.randn(16, generator=generator)


def test_the_router_is_mixtrals(hidden: torch.Tensor):
    """transformers: softmax over all experts, the k best, renormalised: the softmax of the k best scores."""
    router = random_router(8, 16, seed=1)
    sent = route(hidden, router, k=2)
    theirs = torch.nn.functional.softmax(hidden @ router.T, dim=-1)
    weights, chosen = torch.topk(theirs, 2, dim=-1)
    assert torch.equal(sent.chosen, chosen)
    assert torch.allclose(sent.gates, weights / weights.sum(-1, keepdim=True), atol=1e-6)
    assert torch.allclose(sent.probabilities.sum(-1), torch.ones(64))
    assert sum(sent.counts) == 128


def test_the_balancing_loss_is_that_of_transformers(hidden: torch.Tensor):
    from transformers.models.switch_transformers.modeling_switch_transformers import load_balancing_loss_func

    sent = route(hidden, random_router(8, 16, seed=2), k=1)
    theirs = load_balancing_loss_func(sent.probabilities[None], sent.chosen.T[None, 0])
    assert float(balancing_loss(sent)) == pytest.approx(float(theirs), rel=1e-5)


def test_loads_and_capacity_by_hand():
    scores = torch.tensor([[3.0, 0, 0, 0]] * 3 + [[0, 3.0, 0, 0]])
    sent = route(torch.eye(4), (torch.linalg.pinv(torch.eye(4)) @ scores).T, k=1)
    assert sent.counts == [3, 1, 0, 0]
    assert sent.largest_load == 3.0  # 3 of 4 tokens, fair is 1
    assert sent.capacity(1.25) == 2  # ceil(1.25 * 4 / 4)
    assert sent.dropped(1.25) == 1
    assert float(balancing_loss(sent)) > 1


def test_all_tokens_to_one_expert_is_the_worst_loss():
    same = torch.zeros(5, 4)
    same[:, 0] = 1
    router = 1000 * torch.eye(4)
    assert float(balancing_loss(route(same, router, k=1))) == pytest.approx(4)


def test_training_on_the_balancing_loss_evens_the_load(hidden: torch.Tensor):
    router = random_router(8, 16, seed=3)
    before = route(hidden, router, 2)
    trained, losses = balanced_router(hidden, router, 2, steps=100)
    assert losses[0] == pytest.approx(float(balancing_loss(before)))
    assert losses[-1] < losses[0]
    assert route(hidden, trained, 2).largest_load < before.largest_load
    assert torch.equal(router, random_router(8, 16, seed=3))  # the given one is left alone


@pytest.mark.parametrize("k", [0, 9])
def test_an_impossible_choice_of_experts_is_refused(k: int, hidden: torch.Tensor):
    with pytest.raises(GlassboxError, match="experts"):
        route(hidden, random_router(8, 16, seed=0), k)
    with pytest.raises(GlassboxError, match="Of 8 experts"):
        with_chosen(family("mixtral-8x7b"), k)


def test_more_chosen_experts_cost_more_and_store_the_same():
    counts = [with_chosen(family("deepseek-v3"), chosen) for chosen in (1, 8, 256)]
    assert len({count.total for count in counts}) == 1
    assert counts[0].active < counts[1].active < counts[2].active == counts[2].total
    assert counts[1] == parameters(family("deepseek-v3"))
    with pytest.raises(GlassboxError, match="Of 0 experts"):
        with_chosen(family("llama-7b"), 1)


@pytest.mark.real_model
def test_router_inputs_are_what_smollm2_feeds_its_feed_forward(smollm2):
    from core.attention.open_model import open_model

    model = open_model("smollm2-135m")
    text = "The old bridge by the mill was closed."
    tokens, states = router_inputs(model, text, layer=3)
    seen = []
    block = smollm2.module.model.layers[3]
    hook = block.mlp.register_forward_pre_hook(lambda module, given: seen.append(given[0][0]))
    try:
        with torch.inference_mode():
            smollm2.module(torch.tensor([smollm2.encode(text)]))
    finally:
        hook.remove()
    with_gain = states * block.post_attention_layernorm.weight  # ours leaves the learned gain out
    assert torch.allclose(with_gain, seen[0], atol=1e-3)
    assert "".join(tokens) == text
    with pytest.raises(GlassboxError, match="30"):
        router_inputs(model, text, layer=30)
    with pytest.raises(GlassboxError, match="takes 1 to 256"):
        router_inputs(model, "word " * 300, layer=0)


@pytest.mark.parametrize("name", PICTURES)
def test_patches_lie_where_a_convolution_takes_them(name: str):
    image, patch = picture(name, 56), 14
    cut = patches(image, patch)
    weight = np.random.default_rng(0).normal(size=(5, patch * patch * 3))
    kernel = torch.tensor(weight).reshape(5, patch, patch, 3).permute(0, 3, 1, 2)
    pixels = torch.tensor(image / 255.0).permute(2, 0, 1)[None]
    theirs = torch.nn.functional.conv2d(pixels, kernel, stride=patch)[0].flatten(1).T
    assert np.allclose(project(cut, weight), theirs.numpy())
    assert (joined(cut, patch) == image).all()


def test_shuffled_patches_are_the_same_set_elsewhere():
    cut = patches(picture("hills", 56), 14)
    mixed = shuffled(cut, seed=1)
    assert (mixed != cut).any()
    assert sorted(map(tuple, mixed.tolist())) == sorted(map(tuple, cut.tolist()))


@pytest.mark.parametrize(("resolution", "patch"), [(336, 32), (10, 0), (8, 16)])
def test_patches_that_do_not_fill_the_image_are_refused(resolution: int, patch: int):
    with pytest.raises(GlassboxError, match="do not fill"):
        patch_count(resolution, patch)


def test_an_image_that_is_not_square_and_an_unknown_picture_are_refused():
    with pytest.raises(GlassboxError, match="do not fill"):
        patches(np.zeros((4, 8, 3), np.uint8), 2)
    with pytest.raises(GlassboxError, match="no picture"):
        picture("portrait", 28)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.title)
def test_the_parts_of_llava_are_those_that_transformers_builds(model):
    from transformers import CLIPVisionConfig, CLIPVisionModel

    config = CLIPVisionConfig(
        image_size=model.resolution,
        patch_size=model.patch,
        hidden_size=model.vision_width,
        num_hidden_layers=model.vision_layers,
        num_attention_heads=16,
        intermediate_size=4 * model.vision_width,
    )
    with torch.device("meta"):
        vision = CLIPVisionModel(config)
        layers = [torch.nn.Linear(model.vision_width, model.text_width)]
        layers += [torch.nn.Linear(model.text_width, model.text_width)] * (model.projector_layers - 1)
    assert model.vision == sum(parameter.numel() for parameter in vision.parameters())
    assert model.vision == clip_vision_parameters(model.resolution, model.patch, 1024, 24)
    assert model.projector == sum(p.numel() for layer in layers for p in layer.parameters())
    assert model.text_parameters == parameters(family("llama-7b")).total


def test_llava_15s_projector_is_the_one_transformers_builds():
    from transformers import LlavaConfig, LlavaForConditionalGeneration

    with torch.device("meta"):
        built = LlavaForConditionalGeneration(LlavaConfig())  # its defaults are LLaVA-1.5 7B
    projector = [p.numel() for name, p in built.named_parameters() if "multi_modal_projector" in name]
    assert sum(projector) == MODELS[-1].projector == 20_979_712
