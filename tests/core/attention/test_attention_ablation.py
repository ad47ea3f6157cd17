"""Ablation against transformers with the head's weights set to zero, and against one full run a head."""

import json
import math
from itertools import product
from pathlib import Path

import pytest
import torch
from scipy.stats import spearmanr
from transformers import BertConfig, BertModel

from core.attention.ablation import (
    Removal,
    heads_of_layer,
    hidden_without,
    language_effect,
    log_probabilities,
    read_intact,
    sharpness_of,
    token_losses,
    vector_effect,
)
from core.attention.ablation_job import run
from core.attention.head_ranking import CSV_FILE, RESULT_FILE, rank_correlation, read_ranking
from core.attention.open_model import OpenBert, OpenLlama, OpenModel
from core.attention.rank_heads import HeadRanker, rank_all_heads
from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext

TEXT = "the cat sat; the cat ran"


@pytest.fixture(scope="module")
def llama(tiny_language_model) -> OpenModel:
    return OpenLlama(tiny_language_model)


@pytest.fixture(scope="module")
def bert(tiny_tokenizer) -> OpenModel:
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=128,
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=32,
        max_position_embeddings=64,
        initializer_range=0.5,
    )
    return OpenBert("tiny-bert", BertModel(config).eval().requires_grad_(False), tiny_tokenizer)


def intact_of(model: OpenModel, text: str = TEXT):
    pieces = model.read(text)
    return read_intact(model, pieces.ids, pieces.tokens)


@pytest.mark.parametrize("head", [0, 3])
@pytest.mark.parametrize("layer", [0, 1])
def test_a_head_switched_off_is_its_columns_of_the_output_projection_set_to_zero(
    llama: OpenModel, tiny_module, layer: int, head: int
) -> None:
    intact = intact_of(llama)
    hidden = hidden_without(llama, intact, Removal(heads=((layer, head),)))
    weight = tiny_module.model.layers[layer].self_attn.o_proj.weight
    kept = weight.detach().clone()
    try:
        weight.data[:, head * llama.head_width : (head + 1) * llama.head_width] = 0
        with torch.no_grad():
            theirs = tiny_module(intact.ids[None]).logits[0]
    finally:
        weight.data.copy_(kept)
    assert torch.allclose(llama.logits(hidden), theirs, atol=1e-4)
    with torch.no_grad():
        loss = tiny_module(intact.ids[None], labels=intact.ids[None]).loss.item()
    effect = language_effect(llama, intact, hidden)
    assert effect.loss_before == pytest.approx(loss, abs=1e-5)
    expected = torch.nn.functional.cross_entropy(theirs[:-1], intact.ids[1:]).item()
    assert effect.loss_after == pytest.approx(expected, abs=1e-4)
    after = theirs.log_softmax(-1)
    before = llama.logits(intact.hidden[-1]).log_softmax(-1)
    divergence = torch.nn.functional.kl_div(after, before, log_target=True, reduction="batchmean").item()
    assert effect.divergence == pytest.approx(divergence, abs=1e-4)
    assert divergence > 1e-4


def test_a_block_left_out_is_transformers_without_that_layer(llama: OpenModel, tiny_module) -> None:
    intact = intact_of(llama)
    hidden = hidden_without(llama, intact, Removal(blocks=(0,)))
    layers = tiny_module.model.layers
    try:
        tiny_module.model.layers = layers[1:]
        tiny_module.model.config.num_hidden_layers = 1
        with torch.no_grad():
            theirs = tiny_module(intact.ids[None], use_cache=False).logits[0]
    finally:
        tiny_module.model.layers = layers
        tiny_module.model.config.num_hidden_layers = 2
    assert torch.allclose(llama.logits(hidden), theirs, atol=1e-4)


def test_the_mean_of_a_head_is_what_a_hand_calculation_adds(llama: OpenModel) -> None:
    intact = intact_of(llama)
    passed = llama.layer(1, intact.hidden[1])
    outputs = passed.head_outputs.clone()
    outputs[2] = outputs[2].mean(0)
    scale, mean = torch.ones(4), torch.zeros(4, llama.head_width)
    scale[2], mean[2] = 0, passed.head_outputs[2].mean(0)
    by_hand = llama.layer(1, intact.hidden[1], head_scale=scale, head_mean=mean)
    assert torch.allclose(by_hand.head_outputs, outputs, atol=1e-6)
    hidden = hidden_without(llama, intact, Removal(heads=((1, 2),), replacement="mean"))
    assert torch.allclose(hidden, by_hand.hidden, atol=1e-6)


@pytest.mark.parametrize("replacement", ["zero", "mean"])
@pytest.mark.parametrize("kind", ["llama", "bert"])
def test_the_ranking_is_what_one_full_run_a_head_gives(
    kind: str, replacement, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    model: OpenModel = request.getfixturevalue(kind)
    monkeypatch.setattr("core.attention.rank_heads.ROWS_IN_A_BATCH", 3 * len(model.read(TEXT).ids))
    monkeypatch.setattr("core.attention.rank_heads.ROWS_TOGETHER", 10)
    ranking = rank_all_heads(model, TEXT, replacement)
    intact = intact_of(model)
    places = list(product(range(model.layer_count), range(model.head_count)))
    assert [(effect.layer, effect.head) for effect in ranking.heads] == places
    for effect in ranking.heads:
        removal = Removal(heads=((effect.layer, effect.head),), replacement=replacement)
        hidden = hidden_without(model, intact, removal, start=0)
        if model.causal:
            naive = language_effect(model, intact, hidden)
            assert effect.loss_change == pytest.approx(naive.loss_after - naive.loss_before, abs=1e-4)
            assert effect.divergence == pytest.approx(naive.divergence, abs=1e-4)
            assert effect.loss_low <= effect.loss_change <= effect.loss_high
            assert effect.vector_change is None
        else:
            naive = vector_effect(intact, hidden)
            assert effect.vector_change == pytest.approx(1 - naive.cosine, abs=1e-5)
            assert effect.loss_change is None


def test_a_removal_above_leaves_what_is_below_and_reuses_it(llama: OpenModel) -> None:
    intact = intact_of(llama)
    removal = Removal(heads=heads_of_layer(llama, 1))
    reused, whole = (hidden_without(llama, intact, removal, start=start) for start in (None, 0))
    assert torch.allclose(reused, whole, atol=1e-5)
    assert not torch.allclose(whole, intact.hidden[-1], atol=1e-2)


def test_the_encoder_s_sentence_vector_is_the_mean_of_its_token_vectors(bert: OpenModel) -> None:
    intact = intact_of(bert)
    hidden = hidden_without(bert, intact, Removal(heads=((0, 1), (2, 3))))
    effect = vector_effect(intact, hidden)
    one, other = intact.hidden[-1].mean(0).tolist(), hidden.mean(0).tolist()
    by_hand = (
        sum(a * b for a, b in zip(one, other, strict=True))
        / math.dist(one, [0] * len(one))
        / math.dist(other, [0] * len(one))
    )
    assert effect.cosine == pytest.approx(by_hand, abs=1e-5)
    assert len(effect.token_cosines) == len(intact.ids)
    assert effect.cosine < 0.9999


def test_sharpness_is_one_minus_scipy_s_entropy_in_units_of_the_largest(llama: OpenModel) -> None:
    from scipy.stats import entropy

    intact = intact_of(llama)
    weights = llama.layer(0, intact.hidden[0]).weights
    length = weights.shape[-1]
    by_row = [1 - entropy(weights[1, row, : row + 1].numpy(), base=row + 1) for row in range(1, length)]
    assert float(sharpness_of(weights, causal=True)[1]) == pytest.approx(sum(by_row) / len(by_row), abs=1e-5)
    assert float(intact.sharpness[0, 1]) == pytest.approx(sum(by_row) / len(by_row), abs=1e-5)
    assert float(intact.sink_share[0, 1]) == pytest.approx(float(weights[1, 1:, 0].mean()), abs=1e-6)


def test_rank_correlation_is_scipy_s_with_ties() -> None:
    first, second = [1.0, 2.0, 2.0, 5.0, 0.0, 7.0], [3.0, 3.0, 1.0, 9.0, 3.0, 4.0]
    assert rank_correlation(first, second) == pytest.approx(spearmanr(first, second).statistic)


@pytest.mark.parametrize(
    ("removal", "key"),
    [
        (Removal(), "nothing"),
        (Removal(heads=((2, 0),)), "layer"),
        (Removal(heads=((0, 4),)), "head"),
        (Removal(blocks=(-1,)), "layer"),
        (Removal(heads=((0, 0),), replacement="noise"), "replacement"),  # type: ignore[arg-type]
    ],
)
def test_an_impossible_removal_is_refused(llama: OpenModel, removal: Removal, key: str) -> None:
    with pytest.raises(GlassboxError) as refused:
        hidden_without(llama, intact_of(llama), removal)
    assert refused.value.key == f"attention.matter.error.{key}"


def test_one_token_has_no_loss(llama: OpenModel) -> None:
    with pytest.raises(GlassboxError):
        rank_all_heads(llama, "x")


def test_a_long_text_is_cut_and_the_result_says_by_how_much(
    llama: OpenModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.attention.rank_heads.MOST_TOKENS", 10)
    ranking = rank_all_heads(llama, TEXT)
    assert (ranking.tokens, ranking.left_out) == (10, len(TEXT) - 10)


def context_in(folder: Path, **parameters) -> JobContext:
    for name in ("checkpoint", "result"):
        (folder / name).mkdir(exist_ok=True)
    return JobContext(parameters, folder / "checkpoint", folder / "result")


def test_the_job_goes_on_after_its_checkpoint_and_its_files_can_be_read_back(
    llama: OpenModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranked: list[int] = []
    layer_of = HeadRanker.layer

    def interrupted(self, layer, tick):
        if layer == 1 and not ranked.count(1):
            ranked.append(1)
            raise JobCancelled
        ranked.append(layer)
        return layer_of(self, layer, tick)

    monkeypatch.setattr(HeadRanker, "layer", interrupted)
    context = context_in(tmp_path, text=TEXT)
    with pytest.raises(JobCancelled):
        run(context, llama)
    assert not list((tmp_path / "result").iterdir())
    run(context, llama)
    assert ranked == [0, 1, 1]
    ranking = read_ranking(tmp_path / "result" / RESULT_FILE)
    monkeypatch.undo()
    fresh = rank_all_heads(llama, TEXT)
    assert [e.divergence for e in ranking.heads] == pytest.approx([e.divergence for e in fresh.heads])
    assert (tmp_path / "result" / CSV_FILE).read_text(encoding="utf-8").count("\n") == 1 + 8


def test_a_cancelled_job_stops_before_the_next_block(llama: OpenModel, tmp_path: Path) -> None:
    context = context_in(tmp_path, text=TEXT)
    calls: list[int] = []

    def cancelled() -> bool:
        calls.append(1)
        return len(calls) > 2

    stopped = JobContext(
        context.parameters, context.checkpoint_folder, context.result_folder, cancelled=cancelled
    )
    with pytest.raises(JobCancelled):
        run(stopped, llama)
    assert len(calls) == 3


@pytest.mark.parametrize(
    "parameters",
    [{"text": " "}, {"text": 3}, {"text": TEXT, "replacement": "noise"}, {"text": TEXT, "size": 1}],
)
def test_a_job_with_wrong_parameters_says_so(llama: OpenModel, tmp_path: Path, parameters) -> None:
    with pytest.raises(GlassboxError) as refused:
        run(context_in(tmp_path, **parameters), llama)
    assert refused.value.text("en") != refused.value.text("zh")


@pytest.mark.parametrize("broken", ["{", "[]", '{"model": "x"}'])
def test_a_file_that_is_no_ranking_is_refused(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "ablation.json"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(GlassboxError):
        read_ranking(path)


def test_the_misleading_heads_are_found_among_the_right_halves(llama: OpenModel) -> None:
    ranking = rank_all_heads(llama, TEXT)
    middle = sorted(effect.sharpness for effect in ranking.heads)[len(ranking.heads) // 2 - 1]
    vital = ranking.dull_but_vital("divergence")
    flat = [effect for effect in ranking.heads if effect.sharpness <= middle]
    assert vital.divergence == max(effect.divergence for effect in flat)
    idle = ranking.sharp_but_idle("divergence")
    assert idle is not None
    assert idle.sharpness > middle
    assert json.dumps(ranking.grid("divergence")).count("[") == 1 + llama.layer_count
    with pytest.raises(GlassboxError):
        ranking.heads[0].measure("vector_change")


def test_losses_are_transformers_cross_entropy(llama: OpenModel) -> None:
    intact = intact_of(llama)
    scores = log_probabilities(llama, intact.hidden[-1])
    expected = torch.nn.functional.cross_entropy(scores[:-1], intact.ids[1:], reduction="none")
    assert torch.allclose(token_losses(scores, intact.ids), expected, atol=1e-5)
