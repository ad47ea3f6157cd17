"""The four places of a norm against torch's own layers, and the job that trains them."""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import nn

from core.attention.block.characters import characters
from core.attention.block.deep_gradients import gradients_at_start, shaking
from core.attention.block.deep_network import DeepLayer, DeepNetwork, Shape
from core.attention.block.deep_training import DeepTraining, Training, shape_of, unigram_loss
from core.attention.block.placement import PLACEMENTS, deep_norm_scales
from core.attention.block.placement_job import (
    RESULT_FILE,
    Parameters,
    parameters_from,
    read_result,
    read_shipped_result,
    run,
    trainings,
)
from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext

SMALL = Shape(vocabulary=11, depth=3, width=16, heads=2, length=8)
TINY = {"depths": [2], "steps": 6, "width": 8, "length": 8, "batch": 2, "warm_ups": [0, 3]}


def _torch_layer(layer: DeepLayer, norm_first: bool) -> nn.TransformerEncoderLayer:
    """torch's layer with the same weights."""
    theirs = nn.TransformerEncoderLayer(16, 2, 64, 0.0, batch_first=True, norm_first=norm_first)
    with torch.no_grad():
        for name in ("weight", "bias"):
            joined = torch.cat([getattr(part, name) for part in (layer.query, layer.key, layer.value)])
            getattr(theirs.self_attn, f"in_proj_{name}").copy_(joined)
        for own, other in (
            (layer.output, theirs.self_attn.out_proj),
            (layer.up, theirs.linear1),
            (layer.down, theirs.linear2),
            (layer.norms[0], theirs.norm1),
            (layer.norms[1], theirs.norm2),
        ):
            other.load_state_dict(own.state_dict())
    return theirs.eval()


@pytest.mark.parametrize(("placement", "norm_first"), [("post", False), ("pre", True)])
def test_post_and_pre_norm_are_torchs_layer(placement: str, norm_first: bool) -> None:
    layer = DeepLayer(SMALL, placement)
    layer.reset(torch.Generator().manual_seed(0))
    for norm in layer.norms:
        nn.init.uniform_(norm.weight, 0.5, 1.5)
    x = torch.randn(2, 8, 16)
    mask = nn.Transformer.generate_square_subsequent_mask(8)
    theirs = _torch_layer(layer, norm_first)(x, src_mask=mask, is_causal=True)
    torch.testing.assert_close(layer(x), theirs, atol=1e-5, rtol=1e-5)


def test_sandwich_and_deep_norm_are_their_formulas() -> None:
    x = torch.randn(2, 8, 16)
    sandwich = DeepLayer(SMALL, "sandwich")
    first, second, third, fourth = sandwich.norms
    middle = x + second(sandwich.attend(first(x)))
    torch.testing.assert_close(
        sandwich(x), middle + fourth(sandwich.feed_forward(third(middle))), atol=1e-5, rtol=1e-5
    )
    deep = DeepLayer(SMALL, "deep")
    middle = deep.norms[0](6**0.25 * x + deep.attend(x))
    expected = deep.norms[1](6**0.25 * middle + deep.feed_forward(middle))
    torch.testing.assert_close(deep(x), expected, atol=1e-5, rtol=1e-5)


def test_deep_norm_draws_values_and_feed_forward_smaller() -> None:
    shape = Shape(vocabulary=11, depth=32, width=64)
    deep, post = (DeepNetwork(shape, placement, 0).layers[0] for placement in ("deep", "post"))
    beta = deep_norm_scales(32)[1]
    for name, gain in (("query", 1.0), ("key", 1.0), ("value", beta), ("output", beta), ("down", beta)):
        ratio = getattr(deep, name).weight.std() / getattr(post, name).weight.std()
        assert ratio.item() == pytest.approx(gain, rel=0.01), name


def test_no_network_sees_the_future() -> None:
    for placement in PLACEMENTS:
        network = DeepNetwork(SMALL, placement, 0)
        ids = torch.arange(8)[None]
        changed = ids.clone()
        changed[0, -1] = 10
        torch.testing.assert_close(network(ids)[:, :-1], network(changed)[:, :-1])


def test_gradients_and_nudges_cover_every_layer_and_depth() -> None:
    shape = Shape(len(characters().alphabet), depth=4, width=16, length=16)
    found = gradients_at_start(shape)
    assert [one.placement for one in found] == list(PLACEMENTS)
    assert all(len(one.norms) == 4 and min(one.norms) > 0 for one in found)
    moved = shaking(shape, (2, 4))
    assert all(len(one.moved) == 2 and min(one.moved) > 0 for one in moved)


def test_deep_norm_keeps_gradients_equal_and_pre_norm_lets_them_fall() -> None:
    ratios = {one.placement: one.last_to_first for one in gradients_at_start(shape_of(Training(depth=24)))}
    assert ratios["pre"] < 0.5
    assert 0.7 < ratios["deep"] < 1.4


def test_training_is_repeatable_and_learns() -> None:
    plan = Training(steps=25, depth=2, width=16, length=16)
    first, second = (list(DeepTraining(plan).steps()) for _ in range(2))
    assert first == second
    assert first[-1] < first[0]


def test_the_unigram_loss_is_the_entropy_of_the_letters() -> None:
    text = characters().training.tolist()
    shares = [text.count(letter) / len(text) for letter in set(text)]
    assert unigram_loss() == pytest.approx(-sum(share * math.log(share) for share in shares))


def _context(folder: Path, parameters: dict[str, object], **more: object) -> JobContext:
    return JobContext(parameters, folder / "checkpoint", folder / "result", **more)


def test_the_job_cancelled_half_way_goes_on_and_gives_the_same(tmp_path: Path) -> None:
    whole = _context(tmp_path / "whole", TINY)
    run(whole)
    asked = iter([False] * 20)
    with pytest.raises(JobCancelled):
        run(_context(tmp_path / "halves", TINY, cancelled=lambda: next(asked, True)))
    kept = _context(tmp_path / "halves", TINY).load_checkpoint()
    assert kept is not None
    assert 0 < len(kept["curves"]) < 8
    run(_context(tmp_path / "halves", TINY))
    results = [read_result(tmp_path / name / "result" / RESULT_FILE) for name in ("whole", "halves")]
    assert [curve.losses for curve in results[0].curves] == [curve.losses for curve in results[1].curves]
    assert [curve.held_out for curve in results[0].curves] == [curve.held_out for curve in results[1].curves]
    assert len(results[0].curves) == 8


@pytest.mark.parametrize(
    "wrong",
    [
        {"depth": 3},
        {"placements": ["middle"]},
        {"placements": "pre"},
        {"depths": [1000]},
        {"steps": 0},
        {"steps": True},
        {"learning_rate": "fast"},
        {"seeds": []},
        {"width": 15},
    ],
)
def test_impossible_parameters_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(GlassboxError):
        parameters_from(wrong)


def test_a_damaged_result_is_refused(tmp_path: Path) -> None:
    path = tmp_path / RESULT_FILE
    path.write_text(json.dumps({"curves": []}))
    with pytest.raises(GlassboxError):
        read_result(path)
    with pytest.raises(GlassboxError, match="run it again"):
        read_result(tmp_path / "none.json")


def test_the_shipped_result_is_the_job_with_its_default_parameters() -> None:
    shipped = read_shipped_result()
    assert shipped.parameters == Parameters()
    plan = [(one.placement, one.warm_up, one.depth, one.seed) for one in trainings(Parameters())]
    assert [(c.placement, c.warm_up, c.depth, c.seed) for c in shipped.curves] == plan
