"""The figures of a training draw what was recorded, in both languages."""

from functools import partial

import pytest

from core.plots.translation_train import loss_figure, order_figure, quality_figure, runs_figure
from core.translation.train_record import EpochRecord, RunRecord, Sample
from core.wording import wording


def epoch(number: int, order: float | None) -> EpochRecord:
    patterns = {} if order is None else {"plain": order, "while": order / 2}
    losses = (3.0 / number, 2.0 / number, 1.5, 10.0 * number)
    return EpochRecord(number, *losses, order, patterns, 1.0, 100.0, ("a",), (True,))


def record(order: bool = True) -> RunRecord:
    epochs = tuple(epoch(number, number / 10 if order else None) for number in (1, 2, 3))
    sample = (Sample("Ein Hund.", "A dog.", "A dog."),)
    german = 0.05 if order else None
    return RunRecord("grammar", 100, 10, 10, 5000, 300, "cpu", "sig", german, sample, epochs)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_losses_are_drawn_step_by_step_and_epoch_by_epoch(language):
    steps = [(number / 100, 5.0) for number in range(2000)]
    drawn = loss_figure(record(), steps, 5, lambda key, **values: wording(key, language, **values))
    every, training, held_out = drawn.data
    assert 200 <= len(every.x) <= 400
    assert list(training.y) == [3.0, 1.5, 1.0]
    assert list(held_out.y) == [2.0, 1.0, 2.0 / 3]
    assert len(loss_figure(None, steps, 5, partial(wording)).data[1].x) == 0


def test_word_order_is_a_share_in_percent_with_the_word_for_word_line():
    drawn = quality_figure(record(), 5, wording)
    order, bleu = drawn.data
    assert list(order.y) == pytest.approx([10, 20, 30])
    assert list(bleu.y) == [10, 20, 30]
    assert drawn.layout.shapes[0].y0 == pytest.approx(5)
    assert len(quality_figure(record(order=False), 5, wording).data) == 1


def test_patterns_stand_against_epochs_in_one_map():
    (heat,) = order_figure(record(), wording).data
    assert [list(row) for row in heat.z] == [pytest.approx([10, 20, 30]), pytest.approx([5, 10, 15])]


def test_runs_differ_in_colour_dash_and_symbol():
    one, other = runs_figure({"a": record(), "b": record()}, "perplexity", wording).data
    assert (one.name, other.name) == ("a", "b")
    assert one.line.dash != other.line.dash
    assert one.marker.symbol != other.marker.symbol
