"""The figures of "Check it": what is drawn is what was measured, told apart without colour."""

import pytest

from core.memory.adaptive_rank_result import RankRun, RankSettings, TrainedBytes
from core.memory.grid import shipped_grid
from core.memory.measure import BlockBytes, MeasuredStep, MeasuredTerm, measured_plan, predicted_blocks
from core.memory.predict import predict
from core.plots.memory_check import blocks_figure, largest_term, terms_figure
from core.plots.memory_check_grid import SMALLEST_SHOWN, agreement_figure, errors_figure
from core.plots.memory_check_ranks import rank_bytes_figure, ranks_figure
from core.wording import words_in

WORDS = [pytest.param(words_in(language), id=language) for language in ("en", "zh")]
SETTINGS = {"preset": "minilm-l6", "method": "freeze", "layers": 2, "batch": 2, "length": 16}
PREDICTION = predict(measured_plan(SETTINGS))
STEP = MeasuredStep(
    settings=SETTINGS,
    device="cpu",
    terms=(MeasuredTerm("weights", 2 * 2**20, 3 * 2**20), MeasuredTerm("states", 2**20, 2**20)),
    blocks=tuple(BlockBytes(0, number * 2**20) for number in range(6)),
    tensors=(),
    predicted_trained=1,
    measured_trained=1,
    allocator_peak=0,
    predicted_total=1,
    seconds=1.0,
    loss=1.0,
)
RUN = RankRun(
    settings=RankSettings(initial=3, target=1, steps=12),
    warm_up=2,
    settled=8,
    matrices=("0.query", "0.value"),
    ranks=((3, 3), (2, 3), (0, 2)),
    losses=(3.0, 2.0, 1.0),
    before=TrainedBytes(1024, 2048, 4096, 512, 1024),
    after=TrainedBytes(1024, 2048, 4096, 0, 512),
    fixed=TrainedBytes(512, 512, 1024, 0, 512),
)


@pytest.mark.parametrize("words", WORDS)
def test_predicted_alone_and_beside_measured(words) -> None:
    (only,) = terms_figure(PREDICTION, None, words).data
    assert only.customdata[0] == PREDICTION.bytes_of("weights")
    assert only.marker.pattern.shape == "/"
    predicted, measured = terms_figure(PREDICTION, STEP, words).data
    assert measured.x[0] == 3.0
    assert (predicted.name, measured.name) == (
        words("memory.check.series.predicted"),
        words("memory.check.series.measured"),
    )
    assert largest_term(STEP, words) == words("memory.predict.term.weights")


@pytest.mark.parametrize("words", WORDS)
def test_blocks_are_bars_and_marks(words) -> None:
    bars, marks = blocks_figure(PREDICTION, STEP, words).data
    assert list(bars.y) == [0, 1, 2, 3, 4, 5]
    assert list(marks.customdata) == list(predicted_blocks(PREDICTION))
    assert marks.mode == "markers"
    assert [trace.type for trace in blocks_figure(PREDICTION, None, words).data] == ["scatter"]


@pytest.mark.parametrize("words", WORDS)
def test_the_grid_lies_on_the_line_and_accelerate_does_not(words) -> None:
    rows = shipped_grid().rows
    line, accelerate, ours = agreement_figure(rows, words).data
    assert len(ours.x) == len(accelerate.x) == len(rows)
    assert line.x == line.y
    assert max(abs(x - y) / x for x, y in zip(ours.x, ours.y, strict=True)) < 0.01
    assert list(accelerate.y) == [row.accelerate / 2**20 for row in rows]
    assert ours.marker.symbol != accelerate.marker.symbol


@pytest.mark.parametrize("words", WORDS)
def test_no_error_is_drawn_at_the_edge_and_said_as_it_is(words) -> None:
    rows = shipped_grid().rows
    drawn = errors_figure(rows, words)
    lasting, activations, _accelerate = drawn.data
    assert len(set(activations.y)) == len(rows)
    exact = next(place for place, row in enumerate(rows) if row.step.lasting_error == 0)
    assert lasting.x[exact] == SMALLEST_SHOWN
    assert lasting.customdata[exact] == 0
    assert activations.customdata[0] == pytest.approx(100 * abs(rows[0].step.activations.error))
    assert len({trace.marker.symbol for trace in drawn.data}) == 3


@pytest.mark.parametrize("words", WORDS)
def test_ranks_are_one_heat_map_with_what_is_left_written_on_it(words) -> None:
    drawn = ranks_figure(RUN, words)
    (heat,) = drawn.data
    assert [list(row) for row in heat.z] == [[3, 2, 0], [3, 3, 2]]
    assert (heat.zmin, heat.zmax) == (0, 3)
    assert [note.text for note in drawn.layout.annotations] == ["0", "2"]


@pytest.mark.parametrize("words", WORDS)
def test_bytes_of_the_trained_part_are_stacked(words) -> None:
    drawn = rank_bytes_figure(RUN, words)
    assert drawn.layout.barmode == "stack"
    assert [list(trace.customdata) for trace in drawn.data] == [
        [1024, 1024, 512],
        [2048, 2048, 512],
        [4096, 4096, 1024],
        [512, 0, 0],
    ]
    assert len({trace.marker.pattern.shape for trace in drawn.data}) == 4
