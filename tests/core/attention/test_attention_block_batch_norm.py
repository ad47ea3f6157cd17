"""Batch norm against torch's, and what company, padding and running statistics do to a sentence."""

import pytest
import torch
from torch import nn

from core.attention.block.batch_norm import (
    batch_norm,
    hidden_states,
    in_two_batches,
    new_statistics,
    normalise,
    running_error,
)
from core.attention.block.samples import batches, prose_and_code
from core.errors import GlassboxError
from core.shelf.load import load_encoder


def test_statistics_and_running_averages_are_torchs() -> None:
    module = nn.BatchNorm1d(6, affine=False)
    statistics = new_statistics(6)
    for seed in range(3):
        hidden = torch.randn(4, 5, 6, generator=torch.Generator().manual_seed(seed)) * 2 + 1
        steps = batch_norm(hidden)
        torch.testing.assert_close(steps.normalised.flatten(0, 1), module(hidden.flatten(0, 1)))
        statistics = statistics.after(steps)
    torch.testing.assert_close(statistics.mean, module.running_mean)
    torch.testing.assert_close(statistics.variance, module.running_var)
    module.eval()
    expected = module(hidden.flatten(0, 1))
    torch.testing.assert_close(
        normalise(hidden, statistics.mean, statistics.variance).flatten(0, 1), expected
    )


def test_a_mask_leaves_padding_out_and_one_token_has_no_variance() -> None:
    hidden = torch.randn(1, 4, 3)
    mask = torch.tensor([[True, True, True, False]])
    torch.testing.assert_close(batch_norm(hidden, mask).mean, hidden[0, :3].mean(0))
    alone = batch_norm(hidden[:, :1])
    assert float(alone.normalised.abs().max()) == 0
    assert new_statistics(3).after(alone).batches == 0


@pytest.mark.real_model
def test_the_same_sentence_changes_with_its_company_only_under_batch_norm() -> None:
    sample = batches()
    company = in_two_batches(load_encoder(), sample.sentence, sample.first, sample.second, 3, 2)
    assert company.token == "cat"
    assert company.batch_change > 0.1
    assert company.padding_change > 0.1
    assert company.layer_change < 1e-4
    assert company.padding > 0
    same = in_two_batches(load_encoder(), sample.sentence, sample.first, sample.first, 3, 2)
    assert same.batch_change == 0


@pytest.mark.real_model
def test_running_statistics_fit_texts_alike_better() -> None:
    prose, code = prose_and_code(12)
    found = running_error(load_encoder(), prose, code, 3, size=3)
    assert len(found.alike) == 2
    assert found.mean("alike") < found.mean("unlike")


@pytest.mark.real_model
def test_refusals_say_what_is_wrong() -> None:
    encoder = load_encoder()
    with pytest.raises(GlassboxError, match="write a sentence"):
        hidden_states(encoder, ["fine", " "], 3)
    with pytest.raises(GlassboxError, match="no layer 7"):
        hidden_states(encoder, ["fine"], 7)
    with pytest.raises(GlassboxError, match="500"):
        hidden_states(encoder, ["word " * 600], 1)
    with pytest.raises(GlassboxError, match="no token 30"):
        in_two_batches(encoder, "short", ("a",), ("b",), 1, 30)
    with pytest.raises(GlassboxError, match="Too few"):
        running_error(encoder, ["one"], ["two"], 1, 4)
