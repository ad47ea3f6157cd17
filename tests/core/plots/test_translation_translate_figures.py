"""The figures of the view "Translate" draw what their results hold, in both languages."""

import pytest
import torch

from core.plots.beam_tree import beam_tree_figure
from core.plots.translation_translate_alignment import alignment_figure, heads_figure
from core.plots.translation_translate_search import alternatives_figure, penalty_figure, width_figure
from core.translation.beam import BeamResult, ranked
from core.translation.beam_tree import BeamTree, Candidate, with_best
from core.translation.explain import WidthFound
from core.translation.follow import Alternative, Opened, OpenedToken
from core.translation.greedy import Written
from core.translation.penalty import penalty_curves
from core.wording import LANGUAGES, Language, words_in


def opened(layers: int = 2, heads: int = 3) -> Opened:
    token = OpenedToken(
        "\u2581<b>dog", 0.5, 1, (Alternative("\u2581<b>dog", 0.5), Alternative("\u2581cat", 0.25))
    )
    weights = torch.softmax(torch.arange(layers * heads * 6.0).view(layers, heads, 2, 3), dim=-1)
    return Opened("<b>dog", (token, token), -1.4, ("\u2581Ein", "\u2581Hund", "</s>"), weights)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_alignment_has_a_row_a_token_and_a_ring_at_its_largest(language: Language):
    result = opened()
    assert result.alignment is not None
    drawing = alignment_figure(result, result.alignment[0, 0], "T", words_in(language))
    heat, rings = drawing.data
    assert heat.z.shape == (2, 3)
    assert list(rings.x) == result.alignment[0, 0].argmax(dim=1).tolist()
    assert list(drawing.layout.xaxis.ticktext) == ["_Ein", "_Hund", "&lt;/s&gt;"]
    assert "<b>" not in " ".join(drawing.layout.yaxis.ticktext)
    assert drawing.layout.yaxis.title.text


def test_all_heads_are_one_picture_with_gaps():
    result = opened()
    assert result.alignment is not None
    heat = heads_figure(result, words_in("en")).data[0]
    assert heat.z.shape == (2 * 2 + 1, 3 * 3 + 2)
    assert heat.z[3:5, 4:7].tolist() == result.alignment[1, 1].tolist()
    with pytest.raises(ValueError, match="no alignment"):
        heads_figure(Opened("", (), 0.0, (), None), words_in("en"))


def test_a_long_sentence_keeps_its_labels_apart():
    token = opened().tokens[0]
    long = Opened("x", (token,) * 130, -1.0, ("\u2581x",) * 150, torch.full((1, 1, 130, 150), 1 / 150))
    assert long.alignment is not None
    drawing = alignment_figure(long, long.alignment[0, 0], "T", words_in("en"))
    assert len(drawing.layout.xaxis.ticktext) <= 40
    assert len(drawing.layout.yaxis.ticktext) <= 40
    assert drawing.layout.height <= 900


@pytest.mark.parametrize("language", LANGUAGES)
def test_penalty_curves_are_drawn_with_the_leader_and_the_chosen_alpha(language: Language):
    found = [Written((7,), (-1.0, -1.0), True), Written((7,) * 6, (-0.35,) * 7, True)]
    curves = penalty_curves(found)
    drawing = penalty_figure(curves, [2, 7], 0.7, words_in(language))
    *lines, change = drawing.data
    assert [tuple(line.customdata) for line in lines] == list(curves.scores)
    assert len({line.line.dash for line in lines}) == 2
    assert [max(pair) for pair in zip(*(line.y for line in lines), strict=True)] == [0] * len(curves.alphas)
    assert (change.x[0], change.marker.symbol) == (curves.changes[0], "triangle-down")
    assert drawing.layout.shapes[0].x0 == 0.7


@pytest.mark.parametrize("language", LANGUAGES)
def test_widths_and_alternatives(language: Language):
    words = words_in(language)
    found = [WidthFound(1, "a", -3.0, 5, 0.01), WidthFound(5, "b", -2.5, 4, 0.05)]
    line = width_figure(found, words).data[0]
    assert (list(line.x), list(line.y)) == (["1", "5"], [-3.0, -2.5])
    assert "5" in line.text[0]
    token = OpenedToken("\u2581bird", 0.01, 9, opened().tokens[0].alternatives)
    bars = alternatives_figure(token, words)
    assert list(bars.data[0].x) == [0.5, 0.25, 0.01]
    assert [name.endswith("★") for name in bars.layout.yaxis.ticktext] == [False, False, True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tree_speaks_of_translations(language: Language):
    tree = BeamTree()
    tree.grow([Candidate(0, 5, -0.1, -0.1), Candidate(0, 6, -0.2, -0.2)], ["kept", "dropped"])
    tree.grow([Candidate(0, 2, -0.3, -0.4)], ["finished"])
    written = Written((5,), (-0.1, -0.3), True)
    result = BeamResult(ranked([written], 1.0), with_best(tree.nodes(), [5, 2]))
    drawing = beam_tree_figure(result, str, words_in(language), texts="translation.translate.beam_tree")
    names = {trace.name for trace in drawing.data}
    assert words_in(language)("translation.translate.beam_tree.fate.best") in names
    assert words_in(language)("translation.translate.beam_tree.prompt") in names
    assert "5" in [text for trace in drawing.data for text in trace.text or ()]
