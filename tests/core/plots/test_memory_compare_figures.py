"""The comparison's figures and tables draw the predictions behind them, in both languages."""

import pytest

from core.memory.compare import compare_methods, curve
from core.memory.curve_families import SETTINGS, curve_family, possible_values, terms_plan
from core.memory.fit import GIGABYTE
from core.memory.plan import plan_from
from core.memory.presets import presets
from core.memory.published import published_figures
from core.plots.memory_compare_curves import curve_rows, curves_figure, terms_figure
from core.plots.memory_compare_methods import method_rows, methods_figure
from core.plots.memory_compare_published import published_rows, ratio_figure, size_rows
from core.wording import LANGUAGES, words_in

PLAN = plan_from({"preset": "llama-2-7b", "length": 1024})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stack_and_a_row_for_each_method(language):
    words, rows = words_in(language), compare_methods(PLAN)
    drawn = methods_figure(rows, "RTX 4090", 24, False, words)
    possible = [row for row in rows if row.breakdown]
    for place, row in enumerate(possible):
        length = sum(bar.x[place] for bar in drawn.data) * GIGABYTE
        assert length == pytest.approx(row.breakdown.total_per_device)
    zoomed = methods_figure(rows, "RTX 4090", 24, True, words)
    assert zoomed.layout.xaxis.range[1] < drawn.layout.xaxis.range[1]
    table = method_rows(rows, 24, language, words)
    assert len(table) == len(rows) == 12
    (impossible,) = [row for row in table if row[words("memory.compare.column.total")] is None]
    assert impossible[words("memory.compare.column.method")] == "BitFit"
    assert impossible[words("memory.compare.column.note")]
    assert "memory." not in drawn.to_json()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("setting", SETTINGS)
def test_lines_and_terms_of_each_setting(language, setting):
    words = words_in(language)
    family = curve_family(PLAN, setting)
    drawn = curves_figure(family, "RTX 4090", 24, words)
    assert len(drawn.data) == len(family.lines) + 1
    assert list(drawn.data[-1].y) == [24, 24]
    assert drawn.data[0].y[0] * GIGABYTE == pytest.approx(family.lines[0].curve.totals[0])
    if setting in ("rank", "tokens"):
        assert drawn.layout.yaxis.rangemode == "tozero"
    else:
        assert len(drawn.layout.yaxis.tickvals) >= 3
    plan = terms_plan(PLAN, setting)
    result = curve(plan, setting, possible_values(plan, setting))
    stacked = terms_figure(result, words)
    assert sum(bar.y[-1] for bar in stacked.data) * GIGABYTE == pytest.approx(result.totals[-1])
    rows = curve_rows(family, words)
    assert len(rows) == sum(len(line.curve.values) for line in family.lines)
    assert "memory." not in drawn.to_json() + stacked.to_json() + str(rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_published_number_is_drawn_and_the_one_that_differs_is_marked(language):
    words, figures = words_in(language), published_figures()
    drawn = ratio_figure(figures, words)
    agreeing, differing = drawn.data
    assert len(agreeing.x) + len(differing.x) == len(figures)
    assert list(differing.y) == [words("memory.compare.short.qlora_base")]
    assert differing.x[0] == pytest.approx(3_865.6 / 5048, abs=0.001)
    low, high = drawn.layout.xaxis.range
    assert all(low < ratio < high for trace in drawn.data for ratio in trace.x)
    assert len(published_rows(figures, words)) == len(figures)
    sizes = size_rows(tuple(presets().values()), words)
    marks = [row[words("memory.compare.column.agrees")] for row in sizes]
    assert marks.count("✓") == sum(entry.matches for entry in presets().values())
    assert all(
        row[words("memory.compare.column.note")]
        for row, mark in zip(sizes, marks, strict=True)
        if mark != "✓"
    )
