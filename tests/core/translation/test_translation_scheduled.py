"""Scheduled sampling: with the reference only it is teacher forcing; a job resumes with the same curve."""

import json

import pytest
import torch

from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext
from core.jobs.kinds import KINDS
from core.translation.build import build_model
from core.translation.scheduled import job
from core.translation.scheduled.result import RESULT_FILE, SHIPPED, read_result, shipped_result
from core.translation.scheduled.settings import Parameters, parameters_from, reference_share
from core.translation.scheduled.training import mixed_loss
from core.translation.settings import ModelSettings
from core.translation.training import teacher_forced_loss

TINY = {"seeds": [0], "pairs": 100, "epochs": 2, "width": 16, "variants": ["forced", "scheduled"]}
SOURCE = torch.tensor([[5, 6, 2, 0], [7, 8, 9, 2]])
TARGET = torch.tensor([[1, 10, 2, 0], [1, 11, 12, 2]])


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "HELD_OUT", 10)


def lstm():
    return build_model(ModelSettings("lstm", 40, 16, 1, 1, 16, dropout=0.0)).eval()


def test_with_the_reference_only_it_is_teacher_forcing_gradients_included() -> None:
    one, other = lstm(), lstm()
    mixed = mixed_loss(one, SOURCE, TARGET, 1.0, torch.Generator())
    plain = teacher_forced_loss(other, SOURCE, TARGET)
    torch.testing.assert_close(mixed, plain)
    mixed.backward()
    plain.backward()
    for mine, theirs in zip(one.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, theirs.grad, atol=1e-6, rtol=1e-4)


def test_own_words_are_drawn_from_what_the_model_has_just_predicted() -> None:
    """A model that always writes token 13 reads it at every place but the first."""
    model = lstm().requires_grad_(False)
    model.output_bias[13] = 80.0
    mixed = mixed_loss(model, SOURCE, TARGET, 0.0, torch.Generator())
    read = torch.tensor([[1, 13, 13], [1, 13, 13]])
    wanted = TARGET[:, 1:]
    logits = model(SOURCE, read)
    expected = torch.nn.functional.cross_entropy(logits[wanted != 0], wanted[wanted != 0])
    torch.testing.assert_close(mixed, expected)


def test_the_schedule_falls_from_the_reference_to_a_quarter() -> None:
    shares = [reference_share("scheduled", epoch, 5) for epoch in range(5)]
    assert shares == [1.0, 0.8125, 0.625, 0.4375, 0.25]
    assert {reference_share("forced", epoch, 5) for epoch in range(5)} == {1.0}
    assert {reference_share("own", epoch, 5) for epoch in range(5)} == {0.0}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scheduled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "HELD_OUT", 10)
        job.run(JobContext(TINY, folder / "checkpoint", folder))
    return read_result(folder / RESULT_FILE)


def test_the_job_measures_every_variant_after_every_epoch(finished) -> None:
    assert finished.variants == ("forced", "scheduled")
    assert [len(run.epochs) for run in finished.runs] == [2, 2]
    assert [epoch.share for epoch in finished.runs[1].epochs] == [1.0, 0.25]
    assert finished.runs[0].epochs[0].forced_loss == pytest.approx(finished.runs[1].epochs[0].forced_loss)
    assert finished.runs[0].epochs[1].training_loss < finished.runs[0].epochs[0].training_loss
    assert job.COMMAND.split()[4] in KINDS


def test_a_job_that_was_stopped_goes_on_with_the_same_curve(finished, tmp_path) -> None:
    asked = iter(range(10_000))
    context = JobContext(TINY, tmp_path / "checkpoint", tmp_path, cancelled=lambda: next(asked) == 6)
    with pytest.raises(JobCancelled):
        job.run(context)
    assert not (tmp_path / RESULT_FILE).exists()
    job.run(JobContext(TINY, tmp_path / "checkpoint", tmp_path))
    resumed = read_result(tmp_path / RESULT_FILE)
    for one, other in zip(finished.runs, resumed.runs, strict=True):
        for first, second in zip(one.epochs, other.epochs, strict=True):
            assert first.training_loss == pytest.approx(second.training_loss, rel=1e-5)
            assert first.forced_loss == pytest.approx(second.forced_loss, rel=1e-5)


@pytest.mark.parametrize(
    "values",
    [
        {"pairs": 5},
        {"epochs": True},
        {"width": "wide"},
        {"seeds": []},
        {"seeds": [1, 1]},
        {"seeds": [-1]},
        {"seeds": 3},
        {"variants": ["other"]},
        {"variants": [["forced"]]},
        {"speed": 3},
    ],
)
def test_impossible_parameters_are_refused(values) -> None:
    with pytest.raises(GlassboxError):
        parameters_from(values)


def test_the_shipped_result_is_whole_and_a_damaged_one_is_refused(tmp_path) -> None:
    shipped = shipped_result()
    assert shipped.variants == ("forced", "scheduled", "own")
    assert shipped.parameters["pairs"] == Parameters().pairs
    assert {len(run.epochs) for run in shipped.runs} == {Parameters().epochs}
    for measure in ("forced_right", "free_right", "free_whole"):
        assert all(0 <= shipped.last(variant, measure).mean <= 1 for variant in shipped.variants)
    value = json.loads(SHIPPED.read_text("utf-8"))
    for broken in ({**value, "runs": value["runs"][1:] + value["runs"][1:2]}, {**value, "runs": []}, [1]):
        (tmp_path / "broken.json").write_text(json.dumps(broken))
        with pytest.raises(GlassboxError):
            read_result(tmp_path / "broken.json")
    with pytest.raises(GlassboxError):
        read_result(tmp_path / "missing.json")
