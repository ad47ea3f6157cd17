"""Figures of the decoding lesson show the results' numbers, with titles and units, in both languages."""

from math import sqrt

import plotly.graph_objects as go
import pytest

from core.decoding.compare import compare
from core.decoding.explain import Stage, StepExplanation
from core.decoding.loops import Loop
from core.decoding.published import PUBLISHED, MethodResult, PublishedComparison, methods
from core.decoding.reinforcement import Curve, Reinforcement
from core.decoding.result import Generation, Step
from core.decoding.settings import DecodingSettings
from core.decoding.sweep import Sweep, swept_settings
from core.intervals import Estimate, wilson_interval
from core.plots.candidates import candidates_figure
from core.plots.comparison import comparison_figure
from core.plots.entropy import entropy_figure
from core.plots.estimates import UNITS, estimate_of
from core.plots.published import published_figure
from core.plots.reinforcement import reinforcement_figure
from core.plots.repetition import MEASURES, repetition_figure
from core.plots.sweep import sweep_figure
from core.wording import words_in

ENGLISH = words_in("en")


@pytest.fixture(scope="module")
def comparison(tiny_language_model):
    ways = [DecodingSettings(max_new_tokens=10), DecodingSettings("sample", max_new_tokens=10)]
    return compare(tiny_language_model, ["hello there", "good day"], ways, [1, 2])


@pytest.fixture(scope="module")
def sweep(tiny_language_model):
    values = (1.0, 4.0, 2.0)
    ways = swept_settings(DecodingSettings(max_new_tokens=10), "repetition_penalty", values)
    return Sweep("repetition_penalty", values, compare(tiny_language_model, ["hello there"], ways, [1]))


@pytest.fixture
def generation():
    steps = tuple(Step(i, 0.1 * i, 1, 3.0 - 0.3 * i, 0.1 * i, ()) for i in range(1, 9))
    names = ("<b>x</b>", " a", "\n", "b", "c", "d", "e", "f")
    return Generation("tiny", DecodingSettings(), (1,), steps, "text", finished=False, token_texts=names)


@pytest.fixture
def published():
    rows = tuple(
        MethodResult(
            name,
            {},
            240,
            9 * i,
            wilson_interval(9 * i, 240),
            0,
            wilson_interval(0, 240),
            Estimate(2, 1, 3),
            0.3,
            0,
            200,
            1,
            1,
        )
        for i, name in enumerate(methods())
    )
    return PublishedComparison("", {}, "tiny", "", "", "", {}, 2, "2026-01-01", 1.0, rows, ())


@pytest.fixture
def reinforcement():
    curves = (
        Curve("", {}, (0.1, 0.6, 0.9), (0.2, 0.8, 1.0)),
        Curve("greedy repetition_penalty=1.3", {}, (0.1, 0.2, 0.3), (0.2, 0.3, 0.3)),
    )
    return Reinforcement("tiny", "the cat sat.", (1, 2, 3), curves)


@pytest.fixture
def explanation():
    stages = (
        Stage("model", (0.5, 0.3, 0.2), 128),
        Stage("temperature", (0.6, 0.3, 0.1), 128),
        Stage("top_k", (1, 0, 0), 1),
    )
    return StepExplanation((7, 8, 9), stages)


@pytest.fixture(params=["en", "zh"])
def words(request):
    return words_in(request.param)


def assert_readable(drawn: go.Figure, letters: set[str] | None = None) -> None:
    """A title, titled axes, and series told apart by more than colour."""
    assert drawn.layout.title.text
    assert drawn.layout.xaxis.title.text
    assert drawn.layout.yaxis.title.text
    looks = [
        (trace.marker.symbol, trace.line.dash) if trace.type == "scatter" else trace.marker.pattern.shape
        for trace in drawn.data
        if trace.hoverinfo != "skip"
    ]
    assert len({str(look) for look in looks}) == len(looks)
    drawn.to_json()


def test_every_figure_reads_in_both_languages(
    words, generation, comparison, sweep, reinforcement, published, explanation
):
    drawn = [
        entropy_figure(generation, Loop(4, 1, 4), words),
        repetition_figure(comparison.summaries, words),
        sweep_figure(sweep, "rep_2", words),
        reinforcement_figure(reinforcement, words),
        reinforcement_figure(reinforcement, words, winner_rate=True),
        published_figure(published, words),
        candidates_figure(explanation, [" a", " a", "<b>"], words),
        *(comparison_figure(comparison, measure, words) for measure in UNITS),
    ]
    for one in drawn:
        assert_readable(one)
    assert len({one.layout.title.text for one in drawn}) == len(drawn)


def test_entropy_figure_shows_each_token_and_where_the_loop_begins(generation):
    drawn = entropy_figure(generation, Loop(onset=4, period=1, repeats=4), ENGLISH)
    entropy, probability = drawn.data
    assert list(entropy.x) == list(range(1, 9))
    assert list(entropy.y) == [step.entropy for step in generation.steps]
    assert list(probability.y) == [step.probability for step in generation.steps]
    assert drawn.layout.shapes[1].x0 == 4.5  # between the fourth token and the fifth, where the loop begins
    assert "period 1, 4 times" in drawn.layout.annotations[0].text
    assert "<b>" not in entropy.hovertext[0]
    assert "␣a" in entropy.hovertext[1]


def test_entropy_figure_without_a_loop_marks_nothing(generation):
    drawn = entropy_figure(generation, None, ENGLISH)
    assert not drawn.layout.shapes
    assert not drawn.layout.annotations


def test_entropy_figure_of_a_long_text_stays_light():
    steps = tuple(Step(1, 0.5, 1, 1.0, 0.5, ()) for _ in range(1024))
    drawn = entropy_figure(Generation("tiny", DecodingSettings(), (1,), steps, "", False), None, ENGLISH)
    assert {trace.mode for trace in drawn.data} == {"lines"}


def test_bars_are_the_summaries_with_their_intervals(comparison):
    drawn = repetition_figure(comparison.summaries, ENGLISH)
    for bar, summary in zip(drawn.data, comparison.summaries, strict=True):
        estimates = [estimate_of(summary, measure) for measure in MEASURES]
        assert bar.name == summary.label
        assert list(bar.y) == [e.value for e in estimates]
        assert [y + up for y, up in zip(bar.y, bar.error_y.array, strict=True)] == pytest.approx(
            [e.high for e in estimates]
        )
        low = [y - down for y, down in zip(bar.y, bar.error_y.arrayminus, strict=True)]
        assert low == pytest.approx([e.low for e in estimates])


def test_comparison_puts_each_way_on_its_own_line(comparison):
    drawn = comparison_figure(comparison, "perplexity", ENGLISH)
    assert list(drawn.layout.yaxis.ticktext) == ["greedy", "sample"]
    assert list(drawn.data[0].x) == [summary.perplexity.value for summary in comparison.summaries]
    with pytest.raises(KeyError):
        comparison_figure(comparison, "colour", ENGLISH)


def test_sweep_is_drawn_in_the_order_of_the_values(sweep):
    band, line = sweep_figure(sweep, "rep_2", ENGLISH).data
    assert list(line.x) == [1.0, 2.0, 4.0]
    by_value = dict(zip(sweep.values, sweep.comparison.summaries, strict=True))
    assert list(line.y) == [by_value[value].rep_2.value for value in (1.0, 2.0, 4.0)]
    assert list(band.y) == [by_value[v].rep_2.high for v in (1.0, 2.0, 4.0)] + [
        by_value[v].rep_2.low for v in (4.0, 2.0, 1.0)
    ]


def test_wide_grids_get_a_logarithmic_axis(comparison):
    wide = Sweep("top_k", (1, 640), comparison)
    narrow = Sweep("top_p", (0.5, 0.9), comparison)
    assert sweep_figure(wide, "rep_2", ENGLISH).layout.xaxis.type == "log"
    assert sweep_figure(narrow, "rep_2", ENGLISH).layout.xaxis.type == "linear"


def test_reinforcement_has_a_line_for_each_curve(reinforcement):
    model, penalised = reinforcement_figure(reinforcement, ENGLISH).data
    assert (list(model.x), list(model.y), model.name) == ([1, 2, 3], [0.1, 0.6, 0.9], "the model itself")
    assert penalised.name == "greedy repetition_penalty=1.3"
    assert list(reinforcement_figure(reinforcement, ENGLISH, winner_rate=True).data[0].y) == [0.2, 0.8, 1.0]


def test_published_puts_ours_beside_theirs_on_a_square_root_axis(published):
    ours, theirs = published_figure(published, ENGLISH).data
    assert list(theirs.customdata) == [row.repetition for row in PUBLISHED.values()] + [0.28]
    assert list(theirs.x) == pytest.approx([sqrt(percent) for percent in theirs.customdata])
    for row, x, y, up, down in zip(
        published.methods, ours.x, ours.y, ours.error_x.array, ours.error_x.arrayminus, strict=True
    ):
        assert x**2 == pytest.approx(100 * row.repetition.value)
        assert (x + up) ** 2 == pytest.approx(100 * row.repetition.high)
        assert (x - down) ** 2 == pytest.approx(100 * row.repetition.low, abs=1e-9)
        assert round(y + 0.16) == list(PUBLISHED).index(row.name)


def test_candidates_have_a_bar_for_each_stage(explanation):
    drawn = candidates_figure(explanation, [" a", " a", "<b>"], ENGLISH)
    assert [list(bar.x) for bar in drawn.data] == [
        pytest.approx([50, 30, 20]),
        pytest.approx([60, 30, 10]),
        pytest.approx([100, 0, 0]),
    ]
    assert [bar.name for bar in drawn.data] == [
        "Model (tokens left: 128)",
        "Temperature (tokens left: 128)",
        "Top-k (tokens left: 1)",
    ]
    assert list(drawn.layout.yaxis.ticktext) == ["␣a", "␣a", "&lt;b&gt;"]
