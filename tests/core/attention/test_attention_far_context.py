"""A gap in the positions: none gives the plain loss, and stretching makes a wide one less harmful."""

import pytest

from core.attention.far_context import (
    HALF,
    loss_moved_by,
    losses_behind_gaps,
    passages_of,
    positions_with_gap,
)
from core.attention.long_context import token_losses

pytestmark = pytest.mark.real_model


def test_without_a_gap_it_is_the_plain_loss_and_moving_all_changes_nothing(smollm2) -> None:
    (ids,) = passages_of(smollm2, 1)
    assert len(ids) == 2 * HALF
    plain = float(token_losses(smollm2, ids.tolist())[HALF - 1 :].mean())
    found = losses_behind_gaps(smollm2, (0,), passages=1)
    assert found.losses[0] == pytest.approx(plain, abs=1e-3)
    assert loss_moved_by(smollm2, 5000, passages=1) == pytest.approx(plain, abs=5e-3)


def test_stretching_makes_a_far_half_less_harmful(smollm2) -> None:
    trained = losses_behind_gaps(smollm2, (16_000,), passages=1)
    stretched = losses_behind_gaps(smollm2, (16_000,), scheme="yarn", factor=4.0, passages=1)
    assert stretched.losses[0] < trained.losses[0]
    assert stretched.alone == trained.alone  # that text has no gap, and is read as trained


def test_the_positions_leave_the_gap_between_the_halves() -> None:
    positions = positions_with_gap(500).tolist()
    assert positions[HALF] - positions[HALF - 1] == 501
    assert positions[0] == 0
    assert positions[-1] == 2 * HALF - 1 + 500
