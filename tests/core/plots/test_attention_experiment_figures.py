"""The experiment's figures: schemes told apart without colour, the trained length marked, honest ends."""

import pytest

from core.attention.far_context import FarContext
from core.attention.long_context_result import against_unscaled
from core.attention.long_context_result import shipped_result as shipped_long
from core.attention.schemes.progress import units_of
from core.attention.schemes.result import positions_of, shipped_result
from core.attention.schemes.settings import SCHEMES, Parameters
from core.plots.attention_experiment import live_figure, position_figure, training_figure
from core.plots.attention_experiment_long import far_figure, long_context_figure, stretching_figure
from core.wording import words_in

WORDS = [pytest.param(words_in(language), id=language) for language in ("en", "zh")]
FAR = FarContext("unscaled", 1.0, (0, 8000, 16_000), (2.0, 3.0, 5.0), 3.4, 2, 8192)


def lines(drawn) -> list:
    return [trace for trace in drawn.data if trace.mode]


@pytest.mark.parametrize("words", WORDS)
def test_the_loss_by_position_is_the_result_and_the_learned_table_ends(words) -> None:
    result = shipped_result()
    drawn = position_figure(result, words)
    assert len({(line.line.dash, line.marker.symbol) for line in lines(drawn)}) == len(SCHEMES)
    for scheme, line in zip(result.schemes, lines(drawn), strict=True):
        assert list(line.y) == [place.mean for place in positions_of(result, scheme)]
    learned = lines(drawn)[result.schemes.index("learned")]
    assert list(learned.x) == [result.training_length]
    texts = [annotation.text for annotation in drawn.layout.annotations]
    assert words("attention.experiment.position_figure.ends.learned") in texts
    assert words("attention.experiment.position_figure.trained", length=64) in texts
    assert "nat" in drawn.layout.yaxis.title.text
    assert len({(line.name) for line in lines(drawn)}) == 5


@pytest.mark.parametrize("words", WORDS)
def test_the_training_curves_end_at_the_last_step(words) -> None:
    result = shipped_result()
    drawn = training_figure(result, words)
    assert all(line.x[-1] == 300 and len(line.x) == 30 for line in lines(drawn))
    assert sum(len(trace.x) for trace in drawn.data) < 2000


@pytest.mark.parametrize("words", WORDS)
def test_every_rotation_is_a_line_and_the_context_is_marked(words) -> None:
    result = shipped_long()
    drawn = long_context_figure(result, words)
    assert len({(line.line.dash, line.marker.symbol) for line in drawn.data}) == len(result.runs) == 5
    assert list(drawn.data[0].y) == list(result.of("unscaled").losses)
    assert any("8192" in annotation.text for annotation in drawn.layout.annotations)


@pytest.mark.parametrize("words", WORDS)
def test_the_stretchings_are_drawn_against_the_rotation_as_trained(words) -> None:
    result = shipped_long()
    drawn = stretching_figure(result, words)
    assert len(drawn.data) == 4
    assert list(drawn.data[-1].y) == list(against_unscaled(result, "yarn"))
    assert any(shape.y0 == shape.y1 == 0 for shape in drawn.layout.shapes)


@pytest.mark.parametrize("words", WORDS)
def test_the_gap_figure_shows_what_reading_alone_costs(words) -> None:
    drawn = far_figure([FAR], words)
    assert list(drawn.data[0].x) == [0, 8000, 16_000]
    assert list(drawn.data[0].y) == [2.0, 3.0, 5.0]
    flat = [shape for shape in drawn.layout.shapes if shape.type == "line" and shape.y0 == shape.y1]
    assert [shape.y0 for shape in flat] == [3.4]


def test_live_curves_of_two_seeds_each_begin_at_their_first_step() -> None:
    parameters = Parameters(seeds=(0, 1), steps=100, schemes=("rope",))
    again = units_of(parameters)
    curves = {"rope": [(10.0, 6.0), (100.0, 4.0), (again + 10.0, 6.1)], "jobs": [(1.0, 1.0)]}
    drawn = live_figure(curves, parameters, words_in("en"))
    assert [list(line.x) for line in drawn.data] == [[10.0, 100.0], [pytest.approx(10.0)]]
    assert [line.showlegend for line in drawn.data] == [True, False]
