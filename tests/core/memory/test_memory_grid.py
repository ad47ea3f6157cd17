"""The shipped grid: complete, inside its bounds, repeatable row by row, resumable."""

import json
from dataclasses import asdict, replace

import pytest

from core.errors import GlassboxError
from core.jobs.context import JobContext
from core.memory.accelerate_estimate import accelerate_estimate
from core.memory.grid import (
    GRID,
    RESULT_FILE,
    GridRow,
    grid_errors,
    read_grid,
    shipped_grid,
    shipped_step,
)
from core.memory.grid_job import measured_row, rows_from
from core.memory.grid_job import run as run_job
from core.memory.grid_table import grid_table, method_name, row_name
from core.memory.measure import (
    MEASURED_METHODS,
    MEASURED_OPTIMIZERS,
    MEASURED_PRECISIONS,
    MODELS,
    MeasuredStep,
    MeasuredTerm,
    measured_plan,
)
from core.memory.measured_step import measured_step
from core.memory.predict import predict
from core.wording import words_in

QUICK = next(number for number, row in enumerate(GRID) if row["method"] == "bitfit")


def test_the_grid_has_every_choice_on_both_models():
    assert len(GRID) == 40
    for name, wanted in (
        ("preset", MODELS),
        ("method", MEASURED_METHODS),
        ("dtype", MEASURED_PRECISIONS),
        ("optimizer", MEASURED_OPTIMIZERS),
        ("checkpointing", ("none", "selective", "full")),
        ("attention", ("flash", "eager")),
    ):
        first = {"dtype": "fp32", "optimizer": "adamw", "checkpointing": "none", "attention": "flash"}
        assert {row.get(name, first.get(name)) for row in GRID} == set(wanted)
    assert len({json.dumps(row, sort_keys=True) for row in GRID}) == len(GRID)
    assert all(predict(measured_plan(row)).total_per_device < 4 * 2**30 for row in GRID)


def test_the_shipped_rows_are_the_grid_and_inside_their_bounds():
    result = shipped_grid()
    assert [row.step.settings for row in result.rows] == list(GRID)
    errors = grid_errors(result.rows)
    assert errors.rows >= 24
    assert errors.lasting_max <= 0.01
    assert errors.activations_max <= 0.10
    assert errors.activations_mean <= 0.04
    assert errors.full_mean < 0.01 < errors.accelerate_full_mean
    for row in result.rows:
        assert row.step.loss == row.step.loss  # not NaN: the step was a real one
        assert row.step.measured_trained > 0


def test_errors_by_hand():
    def row(activations: int, total: int) -> GridRow:
        terms = (MeasuredTerm("weights", 100, 100), MeasuredTerm("activations", activations, 200))
        settings = {"preset": "minilm-l6", "method": "full", "batch": 1, "length": 8}
        return GridRow(MeasuredStep(settings, "cpu", terms, (), (), 1, 1, 0, 0, 1.0, 1.0), total)

    errors = grid_errors([row(220, 600), row(180, 150)])
    assert errors.activations_max == errors.activations_mean == pytest.approx(0.1)
    assert errors.lasting_max == 0
    assert errors.accelerate_max == pytest.approx(1.0)
    assert errors.accelerate_mean == pytest.approx(0.75)
    assert errors.total_max == pytest.approx(20 / 300)
    with pytest.raises(GlassboxError):
        grid_errors([])


def test_a_row_measured_again_is_the_shipped_one():
    again, shipped = measured_row(GRID[QUICK]), shipped_grid().rows[QUICK]
    assert again.accelerate == shipped.accelerate
    assert again.step.terms == shipped.step.terms
    assert shipped_step(dict(GRID[QUICK])) == shipped.step
    assert shipped_step({**GRID[QUICK], "length": 65}) is None


def test_accelerates_estimate_is_four_times_the_weights():
    """MiniLM with pooler, its buffer of positions included: 4 x 4 bytes a parameter; half in 16 bits."""
    parameters, buffers = 22_713_216, 2 * 512 * 8
    assert accelerate_estimate("minilm-l6", "fp32") == 4 * (4 * parameters + buffers)
    assert accelerate_estimate("minilm-l6", "bf16") == 2 * (4 * parameters + buffers)


def test_the_job_goes_on_behind_its_last_row(tmp_path, monkeypatch):
    for name in ("checkpoint", "result"):
        (tmp_path / name).mkdir()
    plan, measured = measured_plan(GRID[QUICK]), []
    row = GridRow(replace(measured_step(dict(GRID[QUICK]), plan), tensors=(), blocks=()), 7)

    def stand_in(settings):
        measured.append(settings)
        if len(measured) == 2:
            raise KeyboardInterrupt
        return row

    monkeypatch.setattr("core.memory.grid_job.measured_row", stand_in)
    context = JobContext({"rows": [QUICK, 3]}, tmp_path / "checkpoint", tmp_path / "result")
    with pytest.raises(KeyboardInterrupt):
        run_job(context)
    run_job(context)
    assert measured == [GRID[QUICK], GRID[3], GRID[3]]
    result = read_grid(tmp_path / "result" / RESULT_FILE)
    assert [found.accelerate for found in result.rows] == [7, 7]
    assert result.command == "python -m core job memory.grid"


@pytest.mark.parametrize(
    "parameters", [{"rows": [40]}, {"rows": []}, {"rows": "3"}, {"rows": [True]}, {"row": [1]}]
)
def test_unknown_rows_are_refused(parameters):
    with pytest.raises(GlassboxError, match="row numbers from 0 to 39"):
        rows_from(parameters)


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "grid.json"
    for text in ("{", "[]", json.dumps({**asdict(shipped_grid()), "rows": []})):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(GlassboxError):
            read_grid(path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_says_what_was_measured(language):
    words = words_in(language)
    rows = grid_table(shipped_grid().rows, words)
    assert len(rows) == 40
    assert rows[QUICK][words("memory.check.grid.column.weights")] == 86.64
    assert "bitfit" in row_name(shipped_grid().rows[QUICK], words)
    assert method_name({"method": "prompt", "tokens": 20}) == "prompt t20"
