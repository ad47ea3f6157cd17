"""The figure of a beam tree shows every node where it belongs, in both languages, and never too many."""

import pytest

from core.decoding.beam import BeamResult, Hypothesis
from core.decoding.beam_tree import BeamNode
from core.errors import GlassboxError
from core.plots.beam_tree import FATES, MOST_NODES, STYLE, beam_tree_figure
from core.wording import words_in

ENGLISH = words_in("en")
SMALL = BeamResult(
    hypotheses=(Hypothesis((1, 9), -0.5, True),),
    tree=(
        BeamNode(0, -1, 1, 1, -0.7, -0.7, 1, "best"),
        BeamNode(1, -1, 1, 2, -0.9, -0.9, 2, "kept"),
        BeamNode(2, -1, 1, 3, -2.0, -2.0, 3, "dropped"),
        BeamNode(3, 0, 2, 9, -0.5, -0.3, 1, "best"),
        BeamNode(4, 1, 2, 9, -0.6, -0.3, 2, "finished"),
        BeamNode(5, 0, 2, 4, -1.5, -2.3, 3, "kept"),
    ),
)


def long_tree(steps, beams):
    """A tree in which each beam goes its own way and has one runner-up."""
    nodes = []
    for step in range(1, steps + 1):
        for place in range(2 * beams):
            parent = -1 if step == 1 else (step - 2) * 2 * beams + place % beams
            fate = "best" if place == 0 else "kept" if place < beams else "dropped"
            nodes.append(BeamNode(len(nodes), parent, step, place, -1.0, -1.0, place + 1, fate))
    return BeamResult((Hypothesis((0,) * steps, -1.0, False),), tuple(nodes))


def text_of(token):
    return f"t{token}"


def nodes_of(drawing):
    """The traces that carry nodes, by name."""
    return {trace.name: trace for trace in drawing.data if trace.mode == "markers+text"}


def count_marks(drawing):
    return sum(
        len([x for x in trace.x if x is not None]) if "markers" in trace.mode else len(trace.x) // 3
        for trace in drawing.data
    )


def test_nodes_stand_at_their_step_and_rank_with_their_token():
    traces = nodes_of(beam_tree_figure(SMALL, text_of, ENGLISH))
    best = traces[ENGLISH("decoding.beam_tree.fate.best")]
    assert (list(best.x), list(best.y), list(best.text)) == ([1, 2], [0, 0], ["t1", "t9"])
    kept = traces[ENGLISH("decoding.beam_tree.fate.kept")]
    assert (list(kept.x), list(kept.y), list(kept.text)) == ([1, 2], [-1, -2], ["t2", "t4"])
    assert list(traces[ENGLISH("decoding.beam_tree.prompt")].x) == [0]
    assert set(traces) == {ENGLISH(f"decoding.beam_tree.fate.{fate}") for fate in FATES} | {"prompt"}


def test_lines_lead_from_the_parent_to_the_node():
    drawing = beam_tree_figure(SMALL, text_of, ENGLISH)
    (line,) = [trace for trace in drawing.data if trace.mode == "lines" and trace.legendgroup == "finished"]
    assert list(line.x) == [1, 2, None]
    assert list(line.y) == [-1, -1, None]


def test_no_two_fates_differ_by_colour_alone():
    for styles in zip(*STYLE.values(), strict=True):
        assert len(set(styles)) == len(FATES)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hover_gives_log_probability_score_and_rank(language):
    words = words_in(language)
    traces = nodes_of(beam_tree_figure(SMALL, text_of, words))
    (hover,) = traces[words("decoding.beam_tree.fate.finished")].hovertext
    for shown in ("t9", "-0.300", "0.741", "-0.600"):  # exp(-0.3) = 0.741
        assert shown in hover
    assert "{" not in hover


def test_what_a_model_wrote_is_never_markup():
    drawing = beam_tree_figure(SMALL, lambda token: "<b>x", ENGLISH)
    for trace in nodes_of(drawing).values():
        assert not any("<b>" in text for text in trace.text)
        assert not any("<b>" in text for text in trace.hovertext or ())


def test_a_long_run_shows_a_window_and_says_which():
    drawing = beam_tree_figure(long_tree(80, 4), text_of, ENGLISH, first_step=11, last_step=20)
    steps = {x for trace in nodes_of(drawing).values() for x in trace.x}
    assert steps == set(range(10, 21))  # the tokens before the window are where its lines begin
    assert "11 to 20 of 80" in drawing.layout.title.text
    before = nodes_of(drawing)[ENGLISH("decoding.beam_tree.earlier")]
    assert list(before.text) == ["t0", "t1", "t2", "t3"]


def test_the_figure_never_has_more_than_two_thousand_marks():
    drawing = beam_tree_figure(long_tree(200, 32), text_of, ENGLISH, first_step=1, last_step=200)
    assert 0.9 * MOST_NODES < count_marks(drawing) / 2 <= 1000
    assert "1 to 15 of 200" in drawing.layout.title.text  # 64 nodes a step


def test_groups_stand_in_lanes_of_their_own():
    tree = (
        BeamNode(0, -1, 1, 1, -0.7, -0.7, 1, "best", 0),
        BeamNode(1, -1, 1, 2, -0.9, -0.9, 1, "kept", 1),
    )
    drawing = beam_tree_figure(BeamResult((), tree), text_of, ENGLISH)
    assert list(drawing.layout.yaxis.ticktext) == ["1: 1", "2: 1"]
    assert list(drawing.layout.yaxis.tickvals) == [0, -1]


def test_a_search_without_a_tree_is_refused():
    with pytest.raises(GlassboxError, match="kept no beam tree"):
        beam_tree_figure(BeamResult(()), text_of, ENGLISH)


def test_blank_tokens_can_be_seen_and_long_ones_are_cut():
    texts = {1: "  ", 2: "\n", 3: "incomprehensibilities", 9: " a", 4: "b"}
    shown = {
        t for trace in nodes_of(beam_tree_figure(SMALL, texts.get, ENGLISH)).values() for t in trace.text
    }
    assert shown == {"prompt", "␣␣", "⏎", "incomprehen…", " a", "b"}
