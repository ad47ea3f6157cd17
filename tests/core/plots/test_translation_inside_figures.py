"""Figures of the view "Inside": they show what was measured, in both languages."""

import pytest
import torch

from core.intervals import Estimate
from core.plots.translation_inside_bridge import length_figure, states_figure, worth_figure
from core.plots.translation_inside_filling import batch_figure, proof_figure, share_figure
from core.plots.translation_inside_parts import (
    heads_figure,
    path_figure,
    removal_name,
    stream_figure,
    whole_figure,
)
from core.translation.inside.bridge import Journey
from core.translation.inside.by_length import Band
from core.translation.inside.filling import MaskProof, fillings
from core.translation.inside.opened_pass import PartRecord
from core.translation.inside.removal import Removal, removals
from core.translation.inside.removal_costs import RemovalCost, RemovalCosts
from core.wording import LANGUAGES, words_in

ROWS = tuple(
    RemovalCost(group, name, removed, Estimate(number / 100, number / 100, number / 100))
    for number, (group, name, removed) in enumerate(removals(2, 3))
)
COSTS = RemovalCosts(5, 50, 2, 3, 1.0, ROWS)

pytestmark = pytest.mark.parametrize("language", LANGUAGES)


def test_states_and_worth_name_their_tokens(language: str) -> None:
    words = words_in(language)
    found = Journey("lstm", ("</s>", "<b>"), ("a",), "a", torch.rand(2, 80), (), 10, (0.1, 0.5))
    drawn = states_figure(found, words)
    assert len(drawn.data[0].z[0]) == 64
    assert list(drawn.layout.yaxis.ticktext) == ["&lt;/s&gt;", "&lt;b&gt;"]
    assert len(drawn.layout.shapes) == 1
    assert list(worth_figure(found, words).data[0].y) == [0.5, 0.1]


def test_lengths_have_a_line_a_model(language: str) -> None:
    words, share = words_in(language), Estimate(0.5, 0.4, 0.6)
    bands = {name: (Band(3, 7, 20, share, share, 96.0),) for name in ("lstm", "gru", "transformer")}
    for measure in ("loss", "found", "numbers"):
        drawn = length_figure(bands, measure, words)
        assert len(drawn.data) == 3
        assert drawn.layout.xaxis.ticktext == ("3–7",)
    assert drawn.data[0].y[0] == 96


def test_filling_is_drawn_as_counted(language: str) -> None:
    words = words_in(language)
    made = fillings([2, 8, 4, 6], 2)
    real, filled = share_figure(made, words).data
    assert [a + b for a, b in zip(real.x, filled.x, strict=True)] == [each.places for each in made]
    assert sum(map(sum, batch_figure(made[1], words).data[0].z)) == sum(made[1].example)
    flat = (Estimate(1, 0.5, 1.5), Estimate(1, 0.5, 1.5))
    assert list(proof_figure(MaskProof(3, (0, 8), flat, flat, 0.0, 1.0), words).data[0].y) == [1, 1]


def test_costs_are_drawn_where_they_belong(language: str) -> None:
    words = words_in(language)
    heat = heads_figure(COSTS, words).data[0]
    assert (len(heat.z), len(heat.z[0])) == (6, 3)
    by_code = {row.removed[0].code: row.extra.value for row in COSTS.of("head")}
    assert heat.z[0][2] == by_code["encoder.0.attention.2"]
    assert heat.z[5][0] == by_code["decoder.1.cross.0"]
    whole = whole_figure(COSTS, words).data[0]
    assert list(whole.x) == sorted(whole.x, reverse=True)
    part, path = path_figure(COSTS, words).data
    assert len(part.x) == len(path.x) == 10
    assert removal_name(Removal("head", "decoder", 0, "cross", 1), words).count("2") == 1
    record = PartRecord("encoder", 0, "attention", (4, 16), 10, 3.0, 4.0, 5.0, 0.0)
    assert [trace.x[0] for trace in stream_figure([record], words).data] == [3.0, 4.0]
