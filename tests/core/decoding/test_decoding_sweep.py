"""One knob over a grid: what may be swept, and that each value is the comparison of that setting."""

import csv
import io

import pytest

from core.decoding import sweep_job
from core.decoding.compare import compare
from core.decoding.settings import DecodingSettings
from core.decoding.sweep import GRIDS, read_sweep, swept_settings
from core.errors import GlassboxError
from core.jobs.context import JobContext

STRATEGY_OF = {
    "num_beams": "beam",
    "length_penalty": "beam",
    "penalty_alpha": "contrastive",
    "contrastive_k": "contrastive",
}
PARAMETERS = {
    "knob": "repetition_penalty",
    "values": [1.0, 1.5, 3],
    "settings": {"max_new_tokens": 15},
    "prompts": ["hello there", "good day"],
}


def job_context(folder, parameters) -> JobContext:
    (folder / "checkpoint").mkdir(exist_ok=True)
    (folder / "result").mkdir(exist_ok=True)
    return JobContext(parameters, folder / "checkpoint", folder / "result")


@pytest.mark.parametrize("knob", sorted(GRIDS))
def test_every_offered_grid_can_be_swept(knob):
    base = DecodingSettings(STRATEGY_OF.get(knob, "sample"))
    if knob == "diversity_penalty":
        base = DecodingSettings("beam", num_beam_groups=2)
    assert [getattr(one, knob) for one in swept_settings(base, knob, GRIDS[knob])] == list(GRIDS[knob])


@pytest.mark.parametrize(
    ("base", "knob", "values", "message"),
    [
        (DecodingSettings(), "seed", [1, 2], "cannot be swept"),
        (DecodingSettings(), "temperature", [0.5, 1.0], "does nothing under the chosen strategy"),
        (DecodingSettings("sample"), "num_beams", [1, 2], "does nothing under the chosen strategy"),
        (DecodingSettings("sample"), "top_p", [0.5], "at least two different values"),
        (DecodingSettings("sample"), "top_p", [0.5, 0.5], "at least two different values"),
        (DecodingSettings("sample"), "top_p", [0.5, 1.5], "top_p is 1.5"),
        (DecodingSettings("sample"), "top_k", [1, 2.5], "top_k must be a number"),
    ],
)
def test_what_cannot_be_swept_is_refused(base, knob, values, message):
    with pytest.raises(GlassboxError, match=message):
        swept_settings(base, knob, values)


def test_job_writes_a_comparison_for_each_value(tiny_language_model, tmp_path):
    sweep_job.run(job_context(tmp_path, PARAMETERS), tiny_language_model)
    sweep = read_sweep(tmp_path / "result" / sweep_job.RESULT_FILE)
    assert (sweep.knob, sweep.values) == ("repetition_penalty", (1.0, 1.5, 3))
    ways = [DecodingSettings(max_new_tokens=15, repetition_penalty=value) for value in (1.0, 1.5, 3)]
    direct = compare(tiny_language_model, PARAMETERS["prompts"], ways, [0])
    assert [row.text for row in sweep.comparison.rows] == [row.text for row in direct.rows]
    assert [s.rep_2 for s in sweep.comparison.summaries] == [s.rep_2 for s in direct.summaries]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "result" / sweep_job.CSV_FILE).read_text())))
    assert [row["repetition_penalty"] for row in rows] == ["1.0", "1.5", "3"] * 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": []}, "values must be a list"),
        ({"values": "1,2"}, "values must be a list"),
        ({"values": [True, False]}, "values must be a list"),
        ({"settings": []}, "Cannot use these parameters: settings"),
        ({"knob": None}, "cannot be swept"),
        ({"other": 1}, "Cannot use these parameters: other"),
    ],
)
def test_job_refuses_what_it_cannot_use(tiny_language_model, tmp_path, change, message):
    with pytest.raises(GlassboxError, match=message):
        sweep_job.run(job_context(tmp_path, PARAMETERS | change), tiny_language_model)
