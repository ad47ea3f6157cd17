"""AdaLoRA's schedule: the budget as the paper's cubic curve has it, bytes by hand, refusals."""

import pytest

from core.errors import GlassboxError
from core.memory.adaptive_rank import run_schedule
from core.memory.adaptive_rank_result import RankSettings, check_rank_settings, sentences

SETTINGS = RankSettings(initial=6, target=2, steps=12)


@pytest.fixture(scope="module")
def run():
    return run_schedule(SETTINGS)


def test_ranks_fall_along_the_cubic_schedule(run):
    """Equation 12: all ranks up to the warm-up, then r_T + (r_0 - r_T) (1 - progress)^3, then the target."""
    first, last, matrices = 6 * 12, 2 * 12, 12
    warm_up, settled, steps = SETTINGS.warm_up, SETTINGS.settled, SETTINGS.steps
    expected = []
    for step in range(steps):
        left = 1 - (step - warm_up) / (settled - warm_up)
        cut = int((first - last) * left**3 + last)
        expected.append(first if step <= warm_up else cut if step < settled else last)
    assert list(run.budgets) == expected
    assert len(run.matrices) == matrices
    assert run.mean_rank == 2
    assert run.matrices[:2] == ("0.query", "0.value")
    assert all(0 <= rank <= 6 for ranks in run.ranks for rank in ranks)


def test_the_tensors_keep_their_size_and_the_file_does_not(run):
    """Rank r on a 384 x 384 matrix: r (384 + 384) numbers and r singular values, 12 matrices, 4 bytes."""
    numbers, tensors = 12 * (6 * 768 + 6), 36
    assert run.before.adapter == run.after.adapter == run.after.gradients == 4 * numbers
    assert run.before.states == 8 * numbers + 4 * tensors
    assert run.before.scores == 12 * numbers
    assert run.after.scores == 0
    assert run.after.saved == 4 * 12 * (2 * 768 + 2) < run.before.saved
    fixed = 12 * 2 * 768
    assert (run.fixed.adapter, run.fixed.scores) == (4 * fixed, 0)
    assert run.times_fixed == run.before.training / run.fixed.training > 5


def test_it_really_learns(run):
    assert len(run.losses) == 12
    assert min(run.losses[-3:]) < run.losses[0]


def test_reports_every_step_and_stops_when_told():
    seen = []

    def report(step, loss):
        seen.append(step)
        if step == 2:
            raise GlassboxError("memory.check.error.rows", most=1)

    with pytest.raises(GlassboxError):
        run_schedule(SETTINGS, report)
    assert seen == [1, 2]


@pytest.mark.parametrize(
    "settings",
    [
        RankSettings(initial=1),
        RankSettings(initial=33),
        RankSettings(initial=4, target=4),
        RankSettings(target=0),
        RankSettings(steps=11),
        RankSettings(steps=101),
        RankSettings(targets="up"),
    ],
)
def test_impossible_schedules_are_refused(settings):
    with pytest.raises(GlassboxError):
        check_rank_settings(settings)


def test_sentences_come_in_pairs():
    assert len(sentences()) % 2 == 0
    assert len(set(sentences())) == len(sentences())
