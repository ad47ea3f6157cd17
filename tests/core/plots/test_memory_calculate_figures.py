"""The calculator's figures draw the prediction: every term once, to scale, in both languages."""

import pytest

from core.memory.fit import GIGABYTE, fitting_cards
from core.memory.fit_grid import fit_grid
from core.memory.kept import kept_of_a_block
from core.memory.levers import levers, path_to_fit
from core.memory.parameter_rows import module_rows, parameters_by_part
from core.memory.plan import plan_from
from core.memory.predict import predict
from core.memory.presets import preset
from core.plots.memory_calculate_bar import breakdown_figure, term_csv_rows, term_rows
from core.plots.memory_calculate_fit import cards_figure, grid_figure
from core.plots.memory_calculate_levers import lever_rows, path_figure
from core.plots.memory_calculate_model import kept_figure, module_table, parameters_figure
from core.wording import LANGUAGES, words_in

SETTINGS = {"preset": "llama-2-7b", "length": 2048, "batch": 2, "context_bytes": 500 * 2**20}


def checked(drawn) -> None:
    """Titles are there, and nothing is left to be filled in."""
    text = drawn.to_json()
    assert drawn.layout.title.text
    assert "memory." not in text
    assert "{each" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("method", ["full", "qlora", "inference", "prefix"])
def test_the_bar_is_as_long_as_the_total(language, method: str):
    words = words_in(language)
    answer = predict(plan_from({**SETTINGS, "method": method}))
    drawn = breakdown_figure(answer, "RTX 4090", 24, words)
    assert sum(sum(bar.x) for bar in drawn.data) * GIGABYTE == pytest.approx(answer.total_per_device)
    assert len(drawn.data) == len(answer.terms)
    assert drawn.layout.shapes[0].x0 == 24
    assert drawn.layout.xaxis.range[1] > max(24, answer.total_per_device / GIGABYTE)
    checked(drawn)
    rows = term_rows(answer, words)
    assert len(rows) == len(answer.terms) + 1
    assert all("{" not in str(value) for row in rows for value in row.values())
    assert sum(row[words("memory.calculate.column.exact")] for row in term_csv_rows(answer, words)) == (
        answer.total_per_device
    )


def test_offloaded_terms_have_a_bar_of_their_own():
    words = words_in("en")
    answer = predict(plan_from({**SETTINGS, "offload": "optimizer"}))
    drawn = breakdown_figure(answer, "H200", 141, words)
    device, host = (sum(bar.x[place] for bar in drawn.data) * GIGABYTE for place in (0, 1))
    assert device == pytest.approx(answer.total_per_device)
    assert host == pytest.approx(answer.host_bytes)
    shares = [row[words("memory.calculate.column.share")] for row in term_rows(answer, words)]
    assert shares.count("–") == 3


def test_cards_and_cells_say_whether_they_fit():
    words = words_in("en")
    plan = plan_from({**SETTINGS, "method": "qlora", "batch": 1})
    fits = fitting_cards(predict(plan))
    drawn = cards_figure(fits, words)
    assert [text.startswith("✓") for text in drawn.data[0].text] == [fit.fits for fit in fits]
    checked(drawn)
    grid = fit_grid(plan, (1, 8), (256, 8192))
    cells = grid_figure(grid, 24 * GIGABYTE, "RTX 4090", words)
    marked = [[text.endswith("×") for text in row] for row in cells.data[0].text]
    assert marked == [[need > 24 * GIGABYTE for need in row] for row in grid.needed]
    checked(cells)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_path_and_every_remedy_have_their_words(language):
    words = words_in(language)
    base = predict(plan_from(SETTINGS))
    steps = path_to_fit(SETTINGS, 24 * GIGABYTE)
    drawn = path_figure(base, steps, "RTX 4090", 24, words)
    last = sum(bar.x[-1] for bar in drawn.data) * GIGABYTE
    assert last == pytest.approx(steps[-1].breakdown.total_per_device)
    checked(drawn)
    for settings in (
        {**SETTINGS, "attention": "eager"},
        {**SETTINGS, "devices": 2},
        {**SETTINGS, "method": "inference", "dtype": "fp16"},
    ):
        found = levers(settings)
        rows = lever_rows(found, 24 * GIGABYTE, words)
        assert len(rows) == len(found)
        freed = [float(str(row[words("memory.calculate.column.freed")]).replace(",", "")) for row in rows]
        assert freed == sorted(freed, reverse=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_parameters_and_kept_tensors(language):
    words = words_in(language)
    drawn = parameters_figure(parameters_by_part(preset("deepseek-v3")), "DeepSeek-V3", words)
    assert sum(bar.x[0] for bar in drawn.data) == pytest.approx(100)
    checked(drawn)
    rows = module_table(module_rows(preset("smollm2-135m")), words)
    assert sum(row[words("memory.calculate.column.parameters")] for row in rows) == 134_515_008
    kept = kept_of_a_block(predict(plan_from({**SETTINGS, "method": "lora", "attention": "eager"})))
    bars = kept_figure(kept, words)
    assert sum(bars.data[0].x) * 2**20 == pytest.approx(kept.total)
    checked(bars)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_kept_outside_the_blocks_is_listed_byte_by_byte(language):
    words = words_in(language)
    answer = predict(plan_from(SETTINGS))
    place = [term.name for term in answer.terms].index("outside")
    said = str(term_csv_rows(answer, words)[place][words("memory.calculate.column.formula")])
    numbers = [int(part.rsplit(" ", 1)[1].replace(",", "")) for part in said.split(" + ")]
    assert sum(numbers) == answer.bytes_of("outside")
