"""A reading's weights, a cell's arithmetic, kinds of heads, rollout and the sink, each checked twice."""

import math

import pytest
import torch
from scipy.stats import entropy as scipy_entropy
from torch.nn.functional import scaled_dot_product_attention
from torch.testing import assert_close

from core.attention.cell_arithmetic import explain_cell
from core.attention.head_kinds import (
    head_distance,
    head_entropy,
    head_kinds,
    measure_repetition,
    repeated_scores,
    text_scores,
)
from core.attention.open_model import OpenLlama, open_model
from core.attention.reading import MOST_TOKENS, read_text
from core.attention.rollout import attention_rollout, blank_effects
from core.attention.scaled_dot_product import attention
from core.attention.sink import measure_sink
from core.attention.small_maps import SIDE, small_maps, telling_cell
from core.errors import GlassboxError


@pytest.fixture(scope="module")
def tiny(tiny_language_model):
    return OpenLlama(tiny_language_model)


@pytest.mark.parametrize("masked", [False, True])
def test_attention_equals_torch(masked: bool):
    generator = torch.Generator().manual_seed(0)
    queries, keys, values = (torch.randn(2, 3, 5, 8, generator=generator) for _ in range(3))
    mask = torch.rand(5, 5, generator=generator) > 0.3 if masked else None
    if mask is not None:
        mask[:, 0] = True
    expected = scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
    assert_close(attention(queries, keys, values, mask).output, expected)


def test_a_row_that_may_see_nothing_gives_zero():
    steps = attention(torch.ones(1, 2), torch.ones(3, 2), torch.ones(3, 2), torch.zeros(1, 3).bool())
    assert steps.weights.tolist() == [[0, 0, 0]]
    assert steps.output.tolist() == [[0, 0]]


def test_every_row_of_every_head_sums_to_one_and_sees_no_future(tiny):
    reading = read_text(tiny, "hello there")
    assert reading.weights.shape == (2, 4, 11, 11)
    assert_close(reading.weights.sum(-1), torch.ones(2, 4, 11))
    assert not reading.weights.triu(1).any()


def test_a_cell_ends_at_the_weights_and_outputs_of_the_model(tiny):
    reading = read_text(tiny, "hello there")
    for layer, head, row, column in ((0, 0, 10, 3), (1, 3, 4, 4), (1, 1, 2, 7)):
        cell = explain_cell(reading, layer, head, row, column)
        assert cell.terms.sum().item() == pytest.approx(cell.products[column].item(), abs=1e-5)
        assert cell.key_value_head == head // 2
        assert_close(cell.weights, reading.weights[layer, head, row], atol=1e-6, rtol=0)
        assert_close(cell.output, reading.layer(layer).head_outputs[head, row], atol=1e-6, rtol=0)
        assert_close(cell.contributions.sum(0), cell.output)
        assert cell.allowed.sum().item() == row + 1


def test_a_cell_that_does_not_exist_is_refused(tiny):
    reading = read_text(tiny, "hello")
    for place, words in (
        ((2, 0, 0, 0), "from 0 to 1"),
        ((0, 4, 0, 0), "from 0 to 3"),
        ((0, 0, 5, 0), "no token 6: the text has 5"),
        ((0, 0, 0, -1), "no token 0"),
    ):
        with pytest.raises(GlassboxError, match=words):
            explain_cell(reading, *place)


def test_a_long_text_is_cut_and_says_how_much(tiny):
    reading = read_text(tiny, "x" * 300)
    assert (reading.length, reading.left_out) == (MOST_TOKENS, 300 - MOST_TOKENS)


def test_the_continuation_is_what_transformers_generates(tiny, tiny_module):
    reading = read_text(tiny, "hello", continued=6)
    ids = reading.ids[:5][None]
    expected = tiny_module.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=6, do_sample=False
    )
    assert reading.generated == len(reading.ids) - 5
    assert reading.ids.tolist() == expected[0].tolist()[: len(reading.ids)]


def test_entropy_equals_scipys_and_distance_a_sum_by_hand():
    weights = torch.softmax(torch.randn(3, 6, 6, generator=torch.Generator().manual_seed(1)), -1)
    assert_close(head_entropy(weights), torch.tensor(scipy_entropy(weights.numpy(), axis=-1)))
    by_hand = sum(weights[1, 4, column].item() * abs(4 - column) for column in range(6))
    assert head_distance(weights)[1, 4].item() == pytest.approx(by_hand, rel=1e-5)


def test_each_measure_is_one_for_the_head_it_is_meant_for():
    length = 6
    maps = {
        "previous": torch.eye(length).roll(-1, 1),
        "itself": torch.eye(length),
        "first": torch.zeros(length, length).index_fill(1, torch.tensor([0]), 1.0),
        "next": torch.eye(length).roll(1, 1),
        "separator": torch.zeros(length, length).index_fill(1, torch.tensor([length - 1]), 1.0),
    }
    scores = text_scores(torch.stack(list(maps.values()))[None], causal=False)
    for place, kind in enumerate(maps):
        found = {name: table[0, place].item() for name, table in scores.items()}
        assert max(found, key=lambda name: found[name]) == kind
        assert found[kind] == 1


def test_induction_and_same_are_told_apart():
    same, induction = torch.zeros(6, 6), torch.zeros(6, 6)
    for row in range(3, 6):
        same[row, row - 3] = induction[row, row - 2] = 1
    scores = repeated_scores(torch.stack((same, induction))[None], start=0, period=3)
    assert scores["same"].tolist() == [[1, 0]]
    assert scores["induction"].tolist() == [[0, 1]]


@pytest.mark.real_model
def test_smollm2_has_induction_heads_and_minilm_a_head_for_the_previous_token(glassbox_home):
    repeated = measure_repetition(open_model("smollm2-135m"), seed=3)
    layer, head = divmod(int(repeated["induction"].argmax()), 9)
    assert (layer, head) == (18, 6)
    assert repeated["induction"].max() > 0.7
    reading = read_text(open_model("minilm-l6"), "The cat sat on the mat, and the dog slept.")
    kinds = head_kinds(reading)
    assert kinds.heads_of("previous")[0] == (0, 2)
    assert kinds.scores["previous"][0, 2] > 0.95
    # [CLS] has nothing to its left and looks at itself: distance 0 in one row of n.
    assert kinds.distance[0, 2].item() == pytest.approx(1 - 1 / reading.length, abs=0.01)


@pytest.mark.parametrize("text", ["a", "ab", "abc"])
def test_the_shortest_texts_have_kinds_too(tiny, text: str):
    kinds = head_kinds(read_text(tiny, text), measure_repetition(tiny))
    assert len(kinds.kinds) == 2
    assert torch.isfinite(kinds.entropy).all()
    if text == "a":
        assert kinds.scores["first"].isnan().all()
        assert not kinds.entropy.any()


def test_rollout_equals_the_product_written_out(tiny):
    reading = read_text(tiny, "hello")
    first, second = ((layer.mean(0) + torch.eye(5)) / 2 for layer in reading.weights)
    rolled = attention_rollout(reading.weights)
    assert_close(rolled[0], first)
    assert_close(rolled[1], second @ first)
    assert_close(rolled.sum(-1), torch.ones(2, 5))


def test_blanking_is_what_the_model_does_with_that_embedding_replaced(tiny, tiny_module):
    reading = read_text(tiny, "hello there")
    effects = blank_effects(reading, row=10)
    assert effects.columns == tuple(range(10))
    embedded = tiny_module.model.embed_tokens(reading.ids)
    blanked = embedded.clone()
    blanked[4] = embedded.mean(0)
    states = []
    # transformers norms the last state, so the layers are run without that.
    for start in (embedded, blanked):
        caught: list[torch.Tensor] = []
        hook = tiny_module.model.norm.register_forward_pre_hook(
            lambda _, inputs, seen=caught: seen.append(inputs[0])
        )
        with torch.inference_mode():
            tiny_module.model(inputs_embeds=start[None])
        hook.remove()
        states.append(caught[0][0, 10])
    expected = ((states[1] - states[0]).norm() / states[0].norm()).item()
    assert effects.effects[4].item() == pytest.approx(expected, rel=1e-3)
    assert all(-1 <= value <= 1 for value in effects.agreement.values())


def test_too_long_and_too_short_to_blank_are_refused(tiny):
    with pytest.raises(GlassboxError, match="at most 40"):
        blank_effects(read_text(tiny, "x" * 41), 3)
    with pytest.raises(GlassboxError, match="fewer than three"):
        blank_effects(read_text(tiny, "hello"), 1)


@pytest.mark.real_model
def test_the_sink_of_smollm2_gets_much_and_gives_little(glassbox_home):
    sink = measure_sink(read_text(open_model("smollm2-135m"), "The animal did not cross the street today."))
    assert sink.average_share > 0.4
    assert sink.carried.mean() < sink.share.mean()
    assert sink.value_length[13:28].max() < 0.6
    assert sink.state_length.max() > 50
    assert sink.word_moved < 0.2 < sink.newcomer


def test_a_sink_needs_four_tokens(tiny):
    with pytest.raises(GlassboxError, match="four tokens"):
        measure_sink(read_text(tiny, "abc"))


@pytest.mark.parametrize("arrangement", ["across", "down", "kind"])
def test_small_maps_hold_every_head_once(tiny, arrangement: str):
    reading = read_text(tiny, "x" * 50 + "yz")
    small = small_maps(reading, head_kinds(reading, measure_repetition(tiny)), arrangement)
    assert sorted(small.places) == [(layer, head) for layer in range(2) for head in range(4)]
    assert small.pooled == math.ceil(52 / SIDE)
    assert small.maps.shape[-1] <= SIDE
    place = small.places.index((1, 2))
    assert small.maps[place, 3, 1] == reading.weights[1, 2, 6:8, 2:4].max()


def test_the_telling_cell_is_neither_the_sink_nor_the_token_itself():
    weights = torch.tensor([[1.0, 0.0, 0.0], [0.6, 0.4, 0.0], [0.5, 0.1, 0.4]])
    assert telling_cell(weights) == (2, 1)
