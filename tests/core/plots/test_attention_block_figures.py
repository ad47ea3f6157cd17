"""The figures of a block's parts draw what the results hold, in both languages."""

import pytest

from core.attention.block.activation_use import ActivationUse, LayerUse
from core.attention.block.activations import curves, gate_surface
from core.attention.block.batch_norm import Company, RunningError
from core.attention.block.deep_gradients import LayerGradients, Shaking
from core.attention.block.feed_forward import Neuron, SwitchedOff, TokenNeurons
from core.attention.block.feed_forward_size import MODELS
from core.attention.block.norm_cost import NormCost
from core.attention.block.norm_example import norm_example
from core.attention.block.placement import PLACEMENTS
from core.attention.block.placement_job import Curve, Parameters, PlacementResult
from core.plots import attention_block_activations as activation_figures
from core.plots import attention_block_batch_norm as batch_figures
from core.plots import attention_block_feed_forward as feed_forward_figures
from core.plots import attention_block_norms as norm_figures
from core.plots import attention_block_placement as placement_figures
from core.wording import LANGUAGES, Words, words_in


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return words_in(request.param)


def test_norms(words: Words) -> None:
    example = norm_example("1, 2, 3, 6")
    drawn = norm_figures.vector_figure(example.rows, words)
    assert [list(bar.y) for bar in drawn.data] == [list(row) for row in example.rows.values()]
    assert drawn.layout.title.text == words("attention.block.norms.chart")
    shares = norm_figures.mean_share_figure({"A": (0.01, 0.02)}, words)
    assert list(shares.data[0].y) == [1.0, 2.0]
    cost = NormCost(8, 16, 5, 1, 4.0, 3.0, 2.0, 5.0, 90.0)
    assert list(norm_figures.cost_figure(cost, words).data[0].x) == [4.0, 3.0, 2.0, 5.0, 90.0]


def test_placement(words: Words) -> None:
    gradients = [LayerGradients(name, (1.0, 2.0, 4.0), 3.0) for name in PLACEMENTS]
    drawn = placement_figures.gradient_figure(gradients, words)
    assert list(drawn.data[1].y) == [1.0, 2.0, 4.0]
    assert drawn.layout.yaxis.type == "log"
    moved = [Shaking(name, (6, 12), (0.1, 0.2)) for name in PLACEMENTS]
    assert list(placement_figures.shaking_figure(moved, words).data[3].x) == [6, 12]


def test_training_curves_are_those_of_the_chosen_depth_and_warm_up(words: Words) -> None:
    made = tuple(
        Curve(placement, warm_up, depth, 0, (4.0, 3.0 - depth / 100), None if depth == 6 else 2.5, 9.0)
        for depth in (6, 24)
        for warm_up in (0, 80)
        for placement in PLACEMENTS
    )
    result = PlacementResult("c", Parameters(), {}, 2, "2026-01-01", 10, 3.2, made)
    drawn = placement_figures.training_figure(result, 24, 0, words)
    assert len(drawn.data) == 4
    assert list(drawn.data[0].x) == [5, 10]
    assert list(drawn.data[0].y) == [4.0, 2.76]
    rows = placement_figures.training_rows(result, words)
    assert len(rows) == 16
    assert rows[0][words("attention.block.training.column.held_out")] is None


def test_batch_norm(words: Words) -> None:
    company = Company(
        "<b>",
        (0, 1),
        (0.1, 0.2),
        (0.3, 0.4),
        (0.5, 0.6),
        (1.0, 2.0),
        (1.0, 2.0),
        0.2,
        0.2,
        0.0,
        3,
        (5, 6),
        "",
    )
    for kind, second in (("batch", [0.3, 0.4]), ("padding", [0.5, 0.6]), ("layer", [1.0, 2.0])):
        drawn = batch_figures.company_figure(company, kind, words)
        assert list(drawn.data[2].y) == second
        assert "<b>" not in drawn.layout.title.text
    running = batch_figures.running_figure([RunningError((0.1, 0.2), (0.5,), 4)], words)
    assert list(running.data[0].y) == [0.1, 0.2]
    assert list(running.data[1].y) == [0.5]


def test_activations(words: Words) -> None:
    found = curves(("relu", "swish"))
    for slopes, values in ((False, found.values), (True, found.slopes)):
        drawn = activation_figures.curves_figure(found, slopes, 1.0, words)
        assert list(drawn.data[1].y) == list(values["swish"])
    surface = activation_figures.gate_figure(gate_surface("swiglu", points=5), 1.0, -1.0, words)
    assert len(surface.data[0].z) == 5
    use = ActivationUse(7, (LayerUse(0.6, 0.5, 0.3, 0.1),) * 2, (-1.0, 0.0, 1.0), (0.6, 0.4))
    bars = activation_figures.gates_figure(use, words)
    assert [list(bar.y) for bar in bars.data] == [[0.6], [0.4]]
    assert list(activation_figures.layers_figure(use, words).data[0].y) == [0.6, 0.6]
    exchanged = activation_figures.exchange_figure({"swish": 2.0, "relu": 7.0}, words)
    assert list(exchanged.data[0].x) == [2.0, 7.0]


def test_feed_forward(words: Words) -> None:
    assert list(feed_forward_figures.share_figure(MODELS, words).data[0].x) == [m.share for m in MODELS]
    assert len(feed_forward_figures.size_rows(MODELS, words)) == len(MODELS)
    neurons = (
        Neuron(7, 2.0, 1.0, 3.0, 5.0, (" <i>", "b", "c"), ("d",)),
        Neuron(9, -1.0, 1.0, -3.0, 4.0, ("x", "y", "z"), ("w",)),
    )
    found = TokenNeurons(3, 1, neurons, 1536, {0.5: 10, 0.9: 100}, 2.0, 9.0)
    drawn = feed_forward_figures.neurons_figure(found, " Rome", words)
    assert [list(bar.x) for bar in drawn.data] == [[5.0], [4.0]]
    assert "&lt;i&gt;" in drawn.data[0].text[0]
    assert (
        feed_forward_figures.neuron_rows(found, words)[1][words("attention.block.neurons.column.coefficient")]
        == -1.0
    )
    over = feed_forward_figures.over_text_figure((0.5, -0.5), ("a", "b"), 7, words)
    assert list(over.data[0].y) == [0.5, -0.5]
    switched = feed_forward_figures.switched_figure(SwitchedOff(("a",), (0.4,), (0.1,), 0.2), words)
    assert [list(bar.x) for bar in switched.data] == [[0.4], [0.1]]
