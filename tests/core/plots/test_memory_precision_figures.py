"""Figures of the precision lab show the numbers behind them, in both languages."""

import math

import pytest
import torch

from core.memory.quantise.float_format import FLOAT_FORMATS
from core.memory.quantise.histogram import level_histogram
from core.memory.quantise.matrix_report import matrix_reports
from core.memory.quantise.minilm import Matrix
from core.memory.quantise.one_number import one_number
from core.memory.quantise.outlier import planted_curve, real_outlier
from core.memory.quantise.sentence_pairs import SentencePair
from core.memory.quantise.similarity import score_change
from core.memory.quantise.speed import SpeedRow, SpeedRun
from core.memory.quantise.survey import FormatReport
from core.memory.quantise.weight_error import weight_error
from core.memory.quantise.weight_formats import COMPARED, FORMATS, GROUPINGS, OUTLIER_SIZES
from core.plots.memory_precision_bits import bits_figure, error_curve_figure, number_rows
from core.plots.memory_precision_model import (
    matrices_figure,
    model_rows,
    order_figure,
    pair_rows,
    scores_figure,
    size_figure,
)
from core.plots.memory_precision_outlier import pictures_figure, planted_figure, real_figure, real_rows
from core.plots.memory_precision_speed import speed_figure, speed_rows
from core.plots.memory_precision_weights import histogram_figure, matrix_rows
from core.wording import LANGUAGES, words_in

WEIGHTS = torch.randn(256, 256, generator=torch.Generator().manual_seed(0))
PAIRS = (SentencePair("<b>a</b>", "b", 5), SentencePair("c", "d", 2), SentencePair("e", "f", 0))
SCORES = {"fp32": (0.9, 0.5, 0.1), "int8": (0.4, 0.6, 0.1)}


def reports() -> dict[str, FormatReport]:
    error = {"0.query": weight_error(WEIGHTS, WEIGHTS * 0.9), "pooler": weight_error(WEIGHTS, WEIGHTS)}
    return {
        name: FormatReport(
            name, "linear", 64, True, error, 100, 100, 400, 50, SCORES.get(name, SCORES["fp32"])
        )
        for name in FORMATS
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_bits_of_every_format_and_the_typed_number(language):
    words = words_in(language)
    found = one_number(-0.1, 1.0)
    drawn = bits_figure(found, words)
    cells = drawn.data[0]
    assert ["".join(row) for row in cells.text] == ["".join(row.fields) for row in found.rows]
    assert [sum(value is not None for value in row) for row in cells.z] == [32, 16, 16, 8, 8, 4, 8, 4, 4]
    assert cells.z[2][0] == 1  # fp16's sign bit is set
    curve = error_curve_figure(found, words)
    by_name = dict(zip([line.name for line in curve.data], curve.data, strict=True))
    bf16 = by_name[words("memory.precision.short.bf16")]
    assert {value for value in bf16.y if value is not None} == {2**-8}
    fp16 = by_name[words("memory.precision.short.fp16")]
    assert next(size for size, value in zip(fp16.x, fp16.y, strict=True) if value is None) > 65_504
    assert curve.layout.annotations[0].x == pytest.approx(math.log10(0.1))
    rows = number_rows(found, words)
    assert rows[2][words("memory.precision.column.bits")] == "1 01011 1001100110"
    assert "memory." not in drawn.to_json() + curve.to_json() + str(rows)


def test_an_overflow_is_written_as_infinity():
    rows = number_rows(one_number(1e39, 1.0), words_in("en"))
    assert rows[list(FLOAT_FORMATS).index("fp16")]["Stored"] == "∞"
    assert rows[0]["Relative error, %"] == "∞"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FORMATS)
def test_a_histogram_draws_all_weights_and_all_levels(language, name):
    words = words_in(language)
    found = level_histogram(WEIGHTS, name)
    drawn = histogram_figure(found, "0.query", name, words)
    assert sum(drawn.data[0].y) == pytest.approx(100, abs=0.01)
    if found.levels:
        assert list(drawn.data[1].x) == list(found.levels)
    assert "memory." not in drawn.to_json()


def test_a_row_for_every_format_of_a_matrix():
    words = words_in("en")
    found = matrix_reports(WEIGHTS)
    rows = matrix_rows(found, words)
    assert [row["Bytes, counted"] for row in rows] == [report.counted for report in found.values()]
    assert rows[0]["Signal to noise, dB"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_size_errors_scores_and_order_of_the_model(language):
    words, found = words_in(language), reports()
    changes = {
        name: score_change(found["fp32"].scores, each.scores, [5, 2, 0]) for name, each in found.items()
    }
    compared = {name: changes[name] for name in COMPARED}
    sizes = size_figure(found, compared, words)
    assert sizes.data[0].y[COMPARED.index("int8")] == pytest.approx(0.2)
    assert sizes.data[0].x[0] == pytest.approx(150 / 2**20)
    heat = matrices_figure(found, words)
    assert heat.data[0].z[0][0] == pytest.approx(20, abs=0.01)
    assert heat.data[0].text[1][0] == "–"
    scores = scores_figure(PAIRS, found["fp32"], found["int8"], words)
    assert list(scores.data[1].y) == [0.4, 0.6, 0.1]
    assert "<b>" not in scores.data[1].customdata[0]
    order = order_figure(PAIRS, found["fp32"], found["int8"], words)
    kept, moved = order.data
    assert list(kept.y) == [3, 3, None]
    assert list(moved.y) == [1, 2, None, 2, 1, None]
    rows = model_rows(found, changes, words)
    assert len(rows) == len(FORMATS)
    pairs = pair_rows(PAIRS, found["fp32"], found["int8"], words)
    assert [row[words("memory.precision.column.place")] for row in pairs] == ["1 → 2", "2 → 1", "3 → 3"]
    drawn = "".join(each.to_json() for each in (sizes, heat, scores, order))
    assert "memory." not in drawn + str(rows) + str(pairs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_outliers_planted_and_real(language):
    words = words_in(language)
    curve = planted_curve(WEIGHTS)
    drawn = planted_figure(curve, 100.0, words)
    assert [list(line.x) for line in drawn.data] == [list(OUTLIER_SIZES)] * 3
    at_end = [line.y[-1] for line in drawn.data]
    assert at_end[0] > 50 > at_end[1] > at_end[2]
    pictures = pictures_figure({name: points[4] for name, points in curve.items()}, words)
    cells = torch.tensor([[value or 0 for value in row] for row in pictures.data[0].z])
    width = 256 // 8
    coarse = [(cells[:, start : start + width] > 0.1).sum().item() for start in (0, width + 4, 2 * width + 8)]
    assert coarse == [width * width, width, 8]  # everywhere, one row, one block of 64
    found = [real_outlier(Matrix("w", "0.query", False, WEIGHTS))]
    real = real_figure(found, words)
    assert [trace.y[0] for trace in real.data] == [100 * found[0].errors[name] for name in GROUPINGS]
    assert len(real_rows(found, words)) == 1
    assert "memory." not in drawn.to_json() + pictures.to_json() + real.to_json()


@pytest.mark.parametrize("language", LANGUAGES)
def test_speed_in_that_of_float32(language):
    words = words_in(language)
    rows = (
        SpeedRow("fp32", 1, 16, 10.0, 9, 11, 5, 2**20, 1.0),
        SpeedRow("nf4", 1, 16, 40.0, 39, 41, 5, 2**17, 0.9),
    )
    run = SpeedRun(rows, ("fp16",), 5, 1, "AVX2", False)
    assert run.fastest((1, 16)) == "fp32"
    drawn = speed_figure(run, words)
    assert list(drawn.data[0].x) == [1.0, 0.25]
    table = speed_rows(run, words)
    assert table[1][words("memory.precision.column.times")] == 0.25
    assert "memory." not in drawn.to_json() + str(table)
