"""Figures of the view "Forced and free": they show what was measured, in both languages."""

import pytest

from core.plots.translation_forcing import chance_figure, ladder_figure
from core.plots.translation_forcing_growth import after_figure, position_figure
from core.plots.translation_forcing_sampling import ending_figure, learning_figure, live_figure
from core.translation.forcing import Compared, Trace
from core.translation.forcing_growth import growth_of
from core.translation.scheduled.result import shipped_result
from core.wording import LANGUAGES, words_in

FORCED = Trace((1, 5, 6), (5, 9, 2), (-0.1, -0.2, -0.3), (5, 6, 2), (-0.1, -1.2, -0.3))
FREE = Trace((1, 5), (5, 2), (-0.1, -0.2), (5, 6), (-0.1, -1.2))
COMPARED = Compared(
    ("<b>", "</s>"),
    ("<b>", "dog", "</s>"),
    {"forced": FORCED, "free": FREE, "slip": FORCED},
    {
        "forced": (("<s>", "<b>", "dog"), ("<b>", "cat", "</s>")),
        "free": (("<s>", "<b>"), ("<b>", "</s>")),
        "slip": (("<s>", "<b>", "dog"), ("<b>", "cat", "</s>")),
    },
    "<b>",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ladder_has_a_row_a_place_and_marks_what_is_wrong(language: str) -> None:
    drawn = ladder_figure(COMPARED, words_in(language))
    (heat,) = drawn.data
    assert [list(row) for row in heat.text] == [
        ["&lt;b&gt;", "&lt;b&gt;"],
        ["cat ✗", "&lt;/s&gt; ✗"],
        ["&lt;/s&gt;", ""],
    ]
    assert heat.z[2][1] is None
    assert heat.z[1][0] == pytest.approx(0.3012, abs=1e-4)
    assert drawn.layout.shapes[0].y0 == 1.5
    assert "&lt;b&gt;" in drawn.layout.yaxis.ticktext[0]
    assert drawn.layout.title.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_chances_and_growth_are_drawn_from_their_numbers(language: str) -> None:
    words = words_in(language)
    forced, free = chance_figure(COMPARED, words).data
    assert (len(forced.y), len(free.y)) == (3, 2)
    growth = growth_of({"forced": [FORCED] * 9, "free": [FORCED] * 9, "slip": [FORCED] * 9})
    assert len(after_figure(growth, words).data) == 3
    lines = position_figure(growth, words).data
    assert list(lines[0].y) == pytest.approx([0.1, 1.2, 0.3])
    assert lines[0].customdata[0][3] == 9


@pytest.mark.parametrize("language", LANGUAGES)
def test_scheduled_sampling_is_drawn_from_its_result(language: str) -> None:
    words, result = words_in(language), shipped_result()
    forced, free = ending_figure(result, words).data
    assert free.y[0] == result.last("forced", "free_right").mean
    assert len(forced.x) == 3
    assert len(learning_figure(result, words).data) == 3
    live = live_figure({"forced": [(1, 0.1), (2, 0.2), (5, 0.3)]}, 2, words)
    assert [list(trace.x) for trace in live.data] == [[1, 2], [1]]
