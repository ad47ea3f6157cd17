"""The figures of "Does it matter?" draw the values they are given, in both languages."""

import math
from functools import partial

import pytest
import torch

from core.attention.effects import Candidate, LanguageEffect
from core.attention.head_ranking import MOSTLY_SINK, read_shipped_ranking
from core.attention.logit_lens import LogitLens
from core.attention.meanings import Separation
from core.attention.reuse import Growth
from core.plots.attention_matter_lens import SHADES, lens_figure, lens_position_figure
from core.plots.attention_matter_more import cosines_figure, growth_figure, separation_figure
from core.plots.attention_matter_rank import grid_figure, scatter_figure
from core.plots.attention_matter_switch import next_token_figure, picture_figure, token_change_figure
from core.wording import LANGUAGES, wording


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest):
    return lambda key, /, **values: wording(key, request.param, **values)


EFFECT = LanguageEffect(
    (1.0, 2.0), (1.5, 1.0), ((Candidate(" <b>", 0.5, 0.1), Candidate("\n", 0.2, 0.6)),) * 3, (0.0, 0.3, 0.1)
)
LENS = LogitLens(
    tokens=("a", " cat", " sat"),
    left_out=0,
    top_tokens=((("x", "y"),) * 3, ((" extraordinary", "z"),) * 3),
    top_probabilities=(((0.5, 0.2),) * 3, ((0.9, 0.05),) * 3),
    final_probability=((0.1, 0.2, 0.3), (0.9, 0.9, 0.9)),
    final_rank=((7, 3, 2), (1, 1, 1)),
    entropy=((3.0, 2.0, 1.0), (0.5, 0.4, 0.3)),
    input_rank=((1, 1, 1), (90, 80, 70)),
)


def test_bars_stand_in_pairs_with_harmless_names(t) -> None:
    drawn = next_token_figure(EFFECT, 1, t)
    assert [list(bar.x) for bar in drawn.data] == [[50.0, 20.0], [10.0, 60.0]]
    assert list(drawn.layout.yaxis.ticktext) == ["␣&lt;b&gt;", "↵"]
    assert drawn.data[0].marker.pattern.shape != drawn.data[1].marker.pattern.shape


def test_a_token_that_became_harder_is_told_apart_without_colour(t) -> None:
    drawn = token_change_figure(("a", "b"), EFFECT.loss_changes, "loss", t)
    assert list(drawn.data[0].y) == [0.5, -1.0]
    assert list(drawn.data[0].marker.pattern.shape) == ["", "/"]


def test_a_causal_picture_leaves_the_masked_half_empty(t) -> None:
    weights = torch.tensor([[1.0, 0.0], [0.25, 0.75]])
    causal = picture_figure(("a", "b"), weights, "title", True, t).data[0].z
    assert math.isnan(causal[0][1])
    assert causal[1][0] == pytest.approx(0.5)
    assert picture_figure(("a", "b"), weights, "title", False, t).data[0].z[0][1] == 0


@pytest.mark.parametrize("model", ["smollm2-135m", "minilm-l6"])
def test_every_head_is_one_mark_and_one_cell(t, model: str) -> None:
    ranking = read_shipped_ranking(model)
    for measure in ranking.measures:
        marked = {"B": ranking.dull_but_vital(measure)}
        scatter = scatter_figure(ranking, measure, marked, t)
        assert sum(len(trace.x) for trace in scatter.data) == len(ranking.heads)
        assert all(row[3] >= MOSTLY_SINK for row in scatter.data[1].customdata)
        grid = grid_figure(ranking, measure, marked, t)
        assert sum(len(row) for row in grid.data[0].z) == len(ranking.heads)
        effect = marked["B"]
        assert grid.data[0].customdata[effect.layer][effect.head] == effect.measure(measure)
        assert (grid.layout.annotations[0].x, grid.layout.annotations[0].y) == (effect.head, effect.layer)


@pytest.mark.parametrize("shade", SHADES)
def test_the_lens_writes_each_layer_s_first_choice_into_its_cell(t, shade: str) -> None:
    drawn = lens_figure(LENS, 1, 2, shade, t)
    assert [list(row) for row in drawn.data[0].text] == [["x", "x"], ["extraord…"] * 2]
    expected = {"probability": 0.9, "final": 0.9, "entropy": 0.3}[shade]
    assert drawn.data[0].z[1][1] == expected
    assert list(drawn.layout.xaxis.ticktext) == ["␣cat", "␣sat"]


def test_one_position_shows_both_ranks_and_the_entropy(t) -> None:
    drawn = lens_position_figure(LENS, 2, t)
    assert [list(line.y) for line in drawn.data] == [[2, 1], [1, 70], [1.0, 0.3]]
    assert drawn.layout.yaxis.type == "log"


def test_meanings_and_growth_are_drawn_as_measured(t) -> None:
    found = Separation("bank", (0.97, 0.9), (0.96, 0.7), (1, 2), 2, ((1.0, 0.7), (0.7, 1.0)))
    lines = separation_figure(found, t)
    assert [list(line.y) for line in lines.data] == [[1.0, 1.0], [0.97, 0.9], [0.96, 0.7]]
    assert len({line.line.dash for line in lines.data}) == 3
    pairs = cosines_figure(found, ("a <b>", "c"), t)
    assert pairs.data[0].customdata[0][1] == "a &lt;b><br>c"
    grown = Growth(("a", "b"), 1, ((0.2, 1.0), (0.0, 1.0)), 3, 2)
    assert [list(row) for row in growth_figure(grown, "title", t).data[0].z] == [[0.2, 1.0], [0.0, 1.0]]


def test_titles_are_the_reader_s_language() -> None:
    titles = {
        next_token_figure(EFFECT, 0, partial(_word, language)).layout.title.text for language in LANGUAGES
    }
    assert len(titles) == len(LANGUAGES)


def _word(language, key, /, **values) -> str:
    return wording(key, language, **values)
