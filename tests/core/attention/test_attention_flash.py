"""FlashAttention's tiles: torch's result for every tile size, running statistics, and the traffic counted."""

import pytest
import torch

from core.attention.flash import difference_from_torch, flash_attention, largest_score, overflow
from core.attention.flash_traffic import (
    Traffic,
    compare_traffic,
    tiled_traffic,
    traffic_of,
    written_out_traffic,
)
from core.errors import GlassboxError


def head(length: int = 13, width: int = 8, size: float = 1.0):
    draw = torch.Generator().manual_seed(length)
    return [size * torch.randn(length, width, generator=draw) for _ in range(3)]


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("tile", [(1, 1), (4, 4), (3, 5), (5, 3), (13, 1), (16, 16)])
def test_every_tile_size_gives_what_torch_gives(tile: tuple[int, int], causal: bool):
    queries, keys, values = head()
    run = flash_attention(queries, keys, values, *tile, causal=causal)
    assert difference_from_torch(run, queries, keys, values, causal) < 1e-5


def test_large_scores_that_would_overflow_stay_exact():
    queries, keys, values = head(size=12.0)
    assert not torch.isfinite((queries @ keys.T / 8**0.5).exp()).all()
    run = flash_attention(queries, keys, values, 4, 4)
    assert difference_from_torch(run, queries, keys, values) < 1e-4


def test_a_row_s_last_statistics_are_the_maximum_and_sum_of_its_whole_row():
    queries, keys, values = head()
    run = flash_attention(queries, keys, values, 4, 3, causal=False)
    scores = queries @ keys.T / 8**0.5
    last = run.steps[-1]
    rows = slice(*last.rows)
    assert torch.allclose(last.new_maximum, scores[rows].amax(1))
    assert torch.allclose(last.new_sum, (scores[rows] - scores[rows].amax(1, True)).exp().sum(1), atol=1e-5)
    assert all((step.rescale <= 1).all() for step in run.steps)
    assert (run.steps[0].rescale == 0).all()


def test_tiles_above_the_diagonal_are_skipped_and_the_others_cover_the_causal_pairs():
    run = flash_attention(*head(12), 4, 4)
    assert (len(run.steps), len(run.skipped)) == (6, 3)
    assert [step.number for step in run.steps] == [1, 2, 3, 4, 5, 6]
    covered = sum(int(torch.isfinite(step.scores).sum()) for step in run.steps)
    assert covered == 12 * 13 // 2


def test_a_tile_needs_rows_and_columns():
    with pytest.raises(GlassboxError, match="at least one row"):
        flash_attention(*head(), 0, 4)


def test_half_precision_overflows_above_its_largest_number_and_the_safe_softmax_does_not():
    found = overflow(torch.tensor([12.0, 11.0]))
    assert found.broken
    assert torch.isnan(found.unsafe[0])
    assert torch.allclose(found.safe.float(), torch.softmax(found.scores, 0), atol=1e-3)
    assert not overflow(torch.tensor([11.0, 1.0])).broken


def test_traffic_by_hand_and_as_the_tiles_really_load_it():
    assert written_out_traffic(4, 2) == Traffic(2 * 8 + 16 + 16 + 8, 16 + 16 + 8)
    run = flash_attention(*head(12), 4, 4, causal=False)
    assert traffic_of(run, 8) == tiled_traffic(12, 8, 4)


def test_tiles_move_less_and_the_saving_grows_until_the_tiles_no_longer_hold_the_text():
    short, long = compare_traffic(128, 64, 192 * 1024), compare_traffic(8192, 64, 192 * 1024)
    assert short.saving < long.saving
    assert long.tile_columns == 384
    assert long.scores_bytes == 8192 * 8192 * 2
    assert long.moving_seconds[0] > long.multiplying_seconds
    with pytest.raises(GlassboxError, match="fast memory"):
        compare_traffic(128, 64, 100)


@pytest.mark.real_model
def test_the_largest_score_is_the_largest_of_the_real_model(smollm2):
    from core.attention.exchange import layer_vectors, prose_ids
    from core.attention.masks import causal_mask
    from core.attention.shared_heads import repeat_heads

    vectors = layer_vectors(smollm2, prose_ids(smollm2, 12))
    found = largest_score(vectors)
    every = [v.queries @ repeat_heads(v.keys, 9).mT / 8 for v in vectors]
    expected = max(float(each[:, causal_mask(12)].max()) for each in every)
    assert float(found.scores.max()) == pytest.approx(expected, rel=1e-6)
