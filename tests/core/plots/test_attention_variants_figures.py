"""The figures of the view of variants: what they draw is what was computed."""

import pytest
import torch

from core.attention.cache_cost import PUBLISHED
from core.attention.flash import flash_attention
from core.attention.flash_traffic import compare_traffic
from core.attention.head_merging import MergeCurve, MergePoint, SqueezedLoss
from core.attention.masks import causal_mask
from core.attention.paged import WAYS, Request, ServerMemory, serve
from core.attention.recurrence import RecurrenceLosses
from core.attention.shared_prefix import share_prefix
from core.attention.soft_and_hard import TemperatureLoss, choose
from core.attention.windows import Reach
from core.plots import attention_variants_cache as cache_figures
from core.plots import attention_variants_flash as flash_figures
from core.plots import attention_variants_heads as head_figures
from core.plots import attention_variants_looking as looking_figures
from core.plots import attention_variants_paged as paged_figures
from core.plots import attention_variants_soft as soft_figures
from core.wording import words_in

TOKENS = ("a", " b", "<c>", " b")


@pytest.fixture(params=["en", "zh"])
def words(request):
    return words_in(request.param)


def test_a_choice_is_drawn_three_ways_with_every_token_in_its_place(words):
    choice = choose(torch.tensor([1.0, 2.0, 0.0, 0.5]), torch.eye(4), 1.0, 10, 0)
    drawn = soft_figures.choice_figure(choice, TOKENS, words)
    assert [list(bar.y) for bar in drawn.data] == [
        choice.soft.tolist(),
        choice.drawn.tolist(),
        choice.hard.tolist(),
    ]
    assert drawn.layout.xaxis.ticktext == ("a", "␣b", "&lt;c&gt;", "␣b")
    losses = (TemperatureLoss(None, 7.0), TemperatureLoss(1.0, 3.0))
    assert soft_figures.temperature_figure(losses, words).data[0].x == (
        words("attention.variants.soft.loss.argmax"),
        "1",
    )


def test_a_mask_has_a_cross_where_nobody_may_look(words):
    drawn = looking_figures.mask_figure(causal_mask(4), TOKENS, words)
    assert list(drawn.data[0].text[0]) == ["", "×", "×", "×"]
    assert list(drawn.data[0].z[3]) == [1, 1, 1, 1]


def test_cache_bytes_are_drawn_in_kibibytes(words):
    drawn = head_figures.bytes_figure(PUBLISHED, 2, words)
    published = dict(zip((shape.name for shape in PUBLISHED), drawn.data[1].x, strict=True))
    assert published["LLaMA-2 7B"] == 512
    assert published["DeepSeek-V3"] == 61 * 576 * 2 / 1024
    rows = head_figures.bytes_rows(PUBLISHED, 8192, 2, words)
    assert [row[words("attention.variants.heads.column.bytes")] for row in rows][1] == 524_288


def test_merging_and_squeezing_show_their_losses(words):
    curve = MergeCurve(1, 10, (MergePoint(0, 3.0, 3.0), MergePoint(2, 5.0, 9.0)))
    first, last = head_figures.merge_figure(curve, words).data
    assert (list(first.y), list(last.y)) == ([3.0, 9.0], [3.0, 5.0])
    losses = (SqueezedLoss("as_trained", 384, 3.0), SqueezedLoss("latent", 128, 6.0))
    assert list(head_figures.squeeze_figure(losses, words).data[0].x) == [3.0, 6.0]
    assert len(head_figures.sharing_figure(9, 3, "grouped", words).data[2].x) == 3


def test_rows_not_read_yet_are_empty_and_unchanged_states_too(words):
    drawn = cache_figures.content_figure(torch.ones(4, 3), 2, TOKENS, words)
    assert list(drawn.data[0].z[1]) == [1, 1, 1]
    assert list(drawn.data[0].z[2]) == [None, None, None]
    changes = torch.tensor([[1.0, 0.0], [0.5, 0.01]])
    heat = cache_figures.reach_figure(Reach(changes, 2), words).data[0]
    assert heat.z[0][1] is None
    assert heat.z[1][1] == pytest.approx(-2)


def test_segments_are_drawn_four_ways(words):
    each = torch.tensor([3.0, 2.0])
    drawn = cache_figures.recurrence_figure(RecurrenceLosses(2, each, each + 1, each - 1, each - 2), words)
    assert [line.y[0] for line in drawn.data] == [3.0, 4.0, 2.0, 1.0]


def test_the_tile_at_hand_shows_its_scores_and_every_other_tile_its_state(words):
    qkv = [torch.randn(4, 4, generator=torch.Generator().manual_seed(0)) for _ in range(3)]
    run = flash_attention(*qkv, 2, 2)
    drawn = flash_figures.tile_figure(run, 2, TOKENS, words)
    step = run.steps[1]
    assert (step.rows, step.columns) == ((2, 4), (0, 2))
    assert drawn.data[0].z[2][0] == pytest.approx(float(step.scores[0, 0]))
    assert drawn.data[0].z[0][0] is None
    assert len(drawn.layout.shapes) == len(run.steps) + len(run.skipped) == 4
    assert sorted(sign.text for sign in drawn.layout.annotations) == sorted(["✓", "∅"])
    rows = flash_figures.statistics_rows(run.steps[0], TOKENS, words)
    assert rows[0][words("attention.variants.flash.column.old_maximum")] == "−∞"


def test_traffic_is_drawn_in_megabytes(words):
    compared = [compare_traffic(length, 64, 192 * 1024) for length in (128, 1024)]
    drawn = flash_figures.traffic_figure(compared, 128, 2, words)
    assert drawn.data[0].y[1] == compared[1].written_out.total * 2 / 1e6


def test_the_memory_map_shows_each_block_once_and_frames_the_request(words):
    requests = (Request(0, 5, 4), Request(1, 3, 4))
    for way in WAYS:
        serving = serve(requests, ServerMemory(32, 4, 16), way)
        drawn = paged_figures.memory_figure(serving, 1, 0, words)
        filled = [share for row in drawn.data[0].z for share in row if share is not None]
        assert len(filled) == serving.steps[0].taken
        assert sum(filled) * 4 == pytest.approx(serving.steps[0].tokens)
        assert len(drawn.layout.shapes) == len(serving.steps[0].held[0].blocks)
    rows = paged_figures.table_rows(serving.steps[0], 0, 4, words)
    assert [row[words("attention.variants.paged.column.filled")] for row in rows] == ["4 / 4", "2 / 4"]
    assert paged_figures.table_rows(serving.steps[-1], 7, 4, words) == []
    steps = share_prefix(5, 2, 1, 4)
    assert len(paged_figures.sharing_figure(steps[2], 4, words).data[2].x) == 3
