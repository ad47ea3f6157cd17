"""The figures on positions show the numbers of their data, in both languages."""

import pytest
import torch

from core.attention.positions import alibi, distance, learned, relative, rope, sinusoidal
from core.attention.positions.order import OrderTest
from core.attention.positions.probe import PositionProbe
from core.attention.positions.stretching import stretching
from core.plots.attention_positions_bias import buckets_figure, matrix_figure, reach_figure, slopes_figure
from core.plots.attention_positions_learned import distance_figure, similarity_figure, waves_figure
from core.plots.attention_positions_none import moved_figure, probe_figure
from core.plots.attention_positions_rope import plane_figure, shifted_figure, terms_figure
from core.plots.attention_positions_sinusoidal import products_figure, table_figure, table_rows, turn_figure
from core.plots.attention_positions_stretching import ratio_figure, stretching_rows, wavelengths_figure
from core.wording import words_in

language = pytest.mark.parametrize("language", ["en", "zh"])


@language
def test_the_table_is_one_heat_map(language):
    table = sinusoidal.encoding(40, 8)
    drawn = table_figure(table, 3, 1, "title", words_in(language), every=4)
    assert len(drawn.data) == 1
    assert drawn.data[0].z.shape == (10, 8)
    assert list(drawn.data[0].y)[:3] == [0, 4, 8]
    assert float(drawn.data[0].z[1][0]) == pytest.approx(float(table[4, 0]))
    assert table_rows(table)[3]["d0"] == pytest.approx(float(table[3, 0]), abs=1e-6)
    assert len(table_figure(table, 900, None, "title", words_in(language)).layout.shapes) == 0


@language
def test_products_stand_at_their_offset(language):
    products = distance.dot_products(sinusoidal.encoding(9, 8))[2]
    drawn = products_figure(products, 2, words_in(language))
    assert list(drawn.data[0].x) == list(range(-2, 7))
    assert drawn.data[0].y[2] == pytest.approx(4)
    found = sinusoidal.turn(3, 2, 1, 8)
    turned = turn_figure(found, 3, 2, 1, words_in(language))
    assert turned.data[0].y[1] == found.start[0]
    assert turned.data[1].name == "PE(5)"


@language
def test_every_step_of_the_plane_has_its_frame(language):
    steps = rope.plane_steps(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 2.0]), 0, (3, 1), 0.5, (0, 1, 2))
    drawn = plane_figure(steps, (3, 1), ("&lt;b&gt;", "b"), 0, words_in(language))
    assert len(drawn.frames) == 3
    assert drawn.frames[2].data[0].x[1] == pytest.approx(float(steps.query[2][0]))
    assert drawn.data[3].y[1] == pytest.approx(float(steps.key[0][1]))
    assert drawn.layout.sliders[0].steps[2].label == "5, 3"
    shifted = rope.shifted_scores(torch.ones(4), torch.ones(4), (2, 1), torch.arange(5))
    assert list(shifted_figure(shifted, words_in(language)).data[0].y) == shifted.rotated.tolist()
    assert list(terms_figure(torch.ones(3), 1, words_in(language)).data[0].y) == [1, 1, 1]


@language
def test_a_mask_leaves_cells_blank(language):
    drawn = matrix_figure(alibi.bias(8, 3)[0], "title", words_in(language), causal=True)
    assert [list(row) for row in drawn.data[0].z] == [[0, None, None], [-0.5, 0, None], [-1, -0.5, 0]]
    slopes = slopes_figure(alibi.slopes(8), 2, words_in(language))
    assert slopes.data[0].marker.symbol[2] == "diamond"
    reach = reach_figure(alibi.share_within(4, 20), 1, words_in(language))
    assert reach.data[-1].line.width > reach.data[0].line.width
    steps = relative.staircase("t5", 5, 16)
    assert list(buckets_figure(steps.offsets, steps.buckets, 2, words_in(language)).data[0].y)[4] == 1


@language
def test_learned_tables_and_order(language):
    table = torch.randn(120, 6, generator=torch.Generator().manual_seed(0))
    found = distance.by_distance(distance.cosines(table))
    assert len(distance_figure(found, found, words_in(language)).data) == 3
    waves = waves_figure(learned.principal_waves(table, 2), 10, words_in(language))
    assert "%" in waves.data[0].name
    assert list(waves.layout.xaxis.range) == [0, 96]
    assert similarity_figure(distance.cosines(table)[4], 4, words_in(language)).data[0].y[4] == pytest.approx(
        1
    )
    moved = OrderTest("m", True, ("<a>", "b"), (1, 0), torch.tensor([0.5, 0.1]), torch.tensor([0.0, 0.2]))
    bars = moved_figure(moved, words_in(language))
    assert bars.layout.xaxis.ticktext[0] == "&lt;a&gt;"
    assert bars.data[1].y[1] == pytest.approx(0.2)
    probed = probe_figure(PositionProbe((0, 1), (0.0, 0.3), (0.0, 0.0), 3, 1), words_in(language))
    assert list(probed.data[0].y) == [0.0, 0.3]


@language
def test_stretched_curves_and_their_table(language):
    found = stretching(8, 10_000.0, 4.0, 128)
    drawn = wavelengths_figure(found, 1, words_in(language))
    assert len(drawn.data) == 6
    assert drawn.data[1].y[0] == pytest.approx(4 * drawn.data[0].y[0], rel=1e-5)
    assert list(ratio_figure(found, 1, words_in(language)).data[0].y) == pytest.approx([0.25] * 4)
    rows = stretching_rows(found, 1, words_in(language))
    assert len(rows) == 6
    assert len({tuple(row) for row in rows}) == 1
