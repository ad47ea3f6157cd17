"""The first view's figures: what they draw is what was measured, and markup stays text."""

import numpy as np
import pytest
import torch

from core.attention.cell_arithmetic import explain_cell
from core.attention.head_kinds import head_kinds, measure_repetition
from core.attention.open_model import OpenLlama
from core.attention.reading import read_text
from core.attention.rollout import attention_rollout, blank_effects
from core.attention.sink import measure_sink
from core.attention.small_maps import small_maps
from core.plots.attention_see_cell import product_figure, row_table, value_figure
from core.plots.attention_see_grid import overview_figure
from core.plots.attention_see_head import head_figure, shades
from core.plots.attention_see_more import (
    head_rows,
    heads_figure,
    kind_rows,
    rollout_figure,
    sink_figure,
    state_length_figure,
)
from core.wording import wording as t


@pytest.fixture(scope="module")
def reading(tiny_language_model):
    return read_text(OpenLlama(tiny_language_model), "a<b>c d")


@pytest.fixture(scope="module")
def kinds(reading):
    return head_kinds(reading, measure_repetition(reading.model))


@pytest.mark.parametrize("arrangement", ["across", "down", "kind"])
def test_the_overview_shows_every_map_and_finds_every_click(reading, kinds, arrangement: str):
    small = small_maps(reading, kinds, arrangement)
    drawing = overview_figure(small, (1, 2), arrangement, 2, t)
    heat, clicks = drawing.data[0], drawing.data[-1]
    assert [tuple(place) for place in clicks.customdata] == list(small.places)
    place = small.places.index((1, 2))
    step = small.maps.shape[-1] + 2
    top, left = place // small.columns * step, place % small.columns * step
    shown = np.nan_to_num(np.asarray(heat.z)[top : top + 7, left : left + 7]) ** 2
    assert np.allclose(shown, reading.weights[1, 2].numpy(), atol=1e-6)
    frame = drawing.layout.shapes[0]
    assert frame.x0 < clicks.x[place] < frame.x1
    assert frame.y0 < clicks.y[place] < frame.y1


def test_one_head_large_has_a_mark_for_each_cell_that_may_be_seen(reading):
    drawing = head_figure(reading.tokens, reading.weights[0, 0], (4, 2), "title", True, 0, t)
    heat, cells = drawing.data
    assert np.allclose(np.nan_to_num(np.asarray(heat.z)) ** 2, reading.weights[0, 0].numpy(), atol=1e-6)
    assert len(cells.customdata) == 7 * 8 // 2
    row, column, looking, looked_at, weight = cells.customdata[5]
    assert (row, column, looking, looked_at) == (2, 2, "b", "b")
    assert weight == pytest.approx(reading.weights[0, 0, 2, 2].item())
    assert "&lt;" in drawing.layout.yaxis.ticktext


def test_a_long_text_has_fewer_labels_and_marks(reading):
    weights = torch.eye(100)
    drawing = head_figure(["x"] * 100, weights, (4, 2), "title", False, 10, t)
    assert [trace.type for trace in drawing.data] == ["heatmap"]
    assert len(drawing.layout.yaxis.ticktext) <= 40
    assert len([shape for shape in drawing.layout.shapes if shape.type == "line"]) == 2


def test_the_strips_are_the_vectors_and_end_with_their_sum(reading):
    cell = explain_cell(reading, 1, 2, 6, 3)
    product, values = product_figure(cell, reading.tokens, t), value_figure(cell, reading.tokens, t)
    assert np.allclose(product.data[0].customdata[2], cell.terms.numpy())
    table = np.asarray(values.data[0].customdata)
    assert np.allclose(table[:-1].sum(0), table[-1], atol=1e-5)
    assert np.allclose(table[-1], cell.output.numpy(), atol=1e-6)


def test_the_softmax_table_adds_up(reading):
    rows = row_table(explain_cell(reading, 0, 1, 4, 2), reading.tokens, t)
    assert sum(row["weight w"] for row in rows) == pytest.approx(1, abs=1e-5)
    assert [row["mask"] for row in rows] == ["seen"] * 5 + ["−∞"] * 2
    assert [row["weight w"] for row in rows[5:]] == [0, 0]


def test_every_head_is_in_the_table_and_in_the_figure(reading, kinds):
    assert len(head_rows(kinds, t)) == 8
    assert sum(row["heads"] for row in kind_rows(kinds, t)) == 8
    assert sum(len(trace.x) for trace in heads_figure(kinds, (0, 0), t).data[:-1]) == 8


def test_sink_and_rollout_draw_what_was_measured(reading):
    sink = measure_sink(reading)
    assert list(sink_figure(sink, t).data[0].y) == sink.share.tolist()
    assert list(state_length_figure(sink, t).data[0].y) == sink.state_length.tolist()
    effects, rolled = blank_effects(reading, 6), attention_rollout(reading.weights)[1, 6]
    drawing = rollout_figure(reading.tokens, reading.weights[1, :, 6].mean(0), rolled, 6, effects, t)
    assert list(drawing.data[1].y) == rolled.tolist()
    assert sum(drawing.data[2].y) == pytest.approx(1)


def test_a_row_of_zeros_has_no_shade():
    assert shades(torch.zeros(3)) == [0, 0, 0]
