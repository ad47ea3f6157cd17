"""Steps of tuning against transformers, torch and plain loops, on a tiny BERT."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from transformers import BertConfig, BertModel
from transformers.loss.loss_utils import ForSequenceClassificationLoss
from transformers.trainer_pt_utils import LabelSmoother

from core.classification.settings import TrainSettings
from core.classification.tuning.batches import filled, tokens_for
from core.classification.tuning.contrastive import ContrastiveTuning, contrastive_loss, drawn_pairs
from core.classification.tuning.dropout import SeededDropout
from core.classification.tuning.fine_tuning import FineTuning
from core.classification.tuning.layer_rates import plan, set_trainable
from core.classification.tuning.lora import add_adapters, merge_adapters
from core.classification.tuning.network import TextClassifier, computed
from core.training.token_batches import token_batches

LAYERS, WIDTH, CLASSES = 3, 16, 4
SETTINGS = TrainSettings(epochs=4, learning_rate=1e-3, batch_tokens=512, dropout=0.0, weight_decay=0.0)


@pytest.fixture(autouse=True)
def full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def tiny_bert(seed: int = 0) -> BertModel:
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=60,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
        intermediate_size=24,
        max_position_embeddings=40,
        initializer_range=0.4,
        attn_implementation="eager",
    )
    return BertModel(config, add_pooling_layer=False)


def tiny_network(dropout: float = 0.0, classes: int = CLASSES) -> TextClassifier:
    network = TextClassifier(tiny_bert(), classes, dropout)
    set_trainable(network.encoder, LAYERS)
    return network


def tiny_rows(count: int = 24, seed: int = 0) -> tuple[list[list[int]], np.ndarray]:
    random = np.random.default_rng(seed)
    rows = [random.integers(1, 60, random.integers(3, 12)).tolist() for _ in range(count)]
    return rows, random.integers(0, CLASSES, count)


def fine_tuning(network: TextClassifier, **given: object) -> FineTuning:
    rows, targets = tiny_rows()
    return FineTuning(network, rows, targets, replace(SETTINGS, **given), np.ones(CLASSES))


def transformers_logits(training: FineTuning, batch: list[int]) -> torch.Tensor:
    """transformers' own BERT with its fused attention, each text alone and without filling."""
    own = BertModel(training.network.encoder.config, add_pooling_layer=False)
    own.set_attn_implementation("sdpa")
    own.load_state_dict(training.network.encoder.state_dict())
    own.eval()
    training.reference = own
    head = training.network.head
    means = [
        own(input_ids=torch.tensor([training.rows[place]])).last_hidden_state[0].mean(0) for place in batch
    ]
    unit = [math.sqrt(WIDTH) * mean / mean.norm() for mean in means]
    return torch.stack(unit) @ head.weight.detach().T + head.bias.detach()


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_loss_and_gradients_equal_those_of_transformers(smoothing: float) -> None:
    training = fine_tuning(tiny_network(), label_smoothing=smoothing)
    training.network.train()
    batch = list(range(10))
    loss = training.loss(batch)
    loss.backward()
    logits, labels = transformers_logits(training, batch), training.targets[batch]
    theirs = (
        LabelSmoother(epsilon=smoothing)({"logits": logits}, labels)
        if smoothing
        else ForSequenceClassificationLoss(
            labels,
            logits,
            type("Config", (), {"problem_type": "single_label_classification", "num_labels": CLASSES})(),
        )
    )
    theirs.backward()
    assert float(loss.detach()) == pytest.approx(float(theirs.detach()), abs=1e-5)
    compared = 0
    for name, parameter in training.reference.encoder.named_parameters():
        mine = training.network.encoder.encoder.get_parameter(name).grad
        assert torch.allclose(mine, parameter.grad, atol=1e-5), name
        compared += 1
    assert compared == LAYERS * 16


def test_class_weights_weigh_each_row_by_its_class() -> None:
    rows, targets = tiny_rows()
    weights = np.array([1.0, 2.0, 0.5, 4.0])
    training = FineTuning(tiny_network(), rows, targets, replace(SETTINGS, label_smoothing=0.0), weights)
    batch = list(range(8))
    logits = transformers_logits(training, batch).double()
    logged = logits.log_softmax(1)[range(8), targets[:8]].detach().numpy()
    expected = -(weights[targets[:8]] * logged).sum() / weights[targets[:8]].sum()
    assert float(training.loss(batch).detach()) == pytest.approx(expected, abs=1e-5)


def test_the_first_step_moves_each_layer_by_its_own_rate() -> None:
    training = fine_tuning(tiny_network(), layer_decay=0.5)
    training.network.train()
    before = {name: value.detach().clone() for name, value in training.trained.items()}
    training.step(list(range(12)), factor=1.0)
    moved = {
        depth: max(
            float((value - before[name]).detach().abs().max())
            for name, value in training.trained.items()
            if f"layer.{LAYERS - depth}." in name
        )
        for depth in (1, 2, 3)
    }
    # Adam's first step is the rate times the gradient's sign.
    assert moved == pytest.approx({1: 1e-3, 2: 5e-4, 3: 2.5e-4}, rel=1e-2)
    head = training.trained["head.weight"] - before["head.weight"]
    assert float(head.detach().abs().max()) == pytest.approx(5e-3, rel=1e-2)


def test_only_the_layers_that_were_asked_for_learn() -> None:
    network = tiny_network()
    set_trainable(network.encoder, 1)
    start = {name: value.clone() for name, value in network.state_dict().items()}
    training = fine_tuning(network)
    training.run_epoch(0, lambda done, steps, loss: None)
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, start[name])}
    assert changed == set(training.trained)
    assert all("layer.2" in name or name.startswith("head") for name in changed)


def test_gradual_unfreezing_opens_one_more_layer_each_epoch() -> None:
    training = fine_tuning(tiny_network(), unfreeze=True)
    for epoch, still in ((0, ("layer.0.", "layer.1.")), (1, ("layer.0.",)), (2, ())):
        before = {name: value.detach().clone() for name, value in training.trained.items()}
        training.run_epoch(epoch, lambda done, steps, loss: None)
        unmoved = {name for name, value in training.trained.items() if torch.equal(value, before[name])}
        assert unmoved == {name for name in training.trained if any(layer in name for layer in still)}


def test_the_plan_rises_for_a_tenth_and_ends_near_nothing() -> None:
    factors = [plan(step, 200) for step in range(200)]
    assert max(factors) == factors[19] == 1.0
    assert factors[:20] == sorted(factors[:20])
    assert factors[20:] == sorted(factors[20:], reverse=True)
    assert factors[-1] < 1e-3


def test_lora_starts_as_the_encoder_and_merged_equals_unmerged() -> None:
    network = tiny_network()
    rows, _ = tiny_rows()
    plain = computed(network, rows)
    add_adapters(network, rank=2, seed=0)
    assert np.allclose(computed(network, rows), plain, atol=1e-6)
    training = fine_tuning(network, learning_rate=0.01)
    names = set(training.trained)
    assert {name.split(".")[0] for name in names} == {"encoder", "head"}
    assert all("lora_" in name for name in names if name.startswith("encoder"))
    # A: (rank, in), B: (out, rank) for query, key, value, the attention's and the layer's two products
    products = 4 * (WIDTH + WIDTH) + 2 * (WIDTH + 24)
    assert training.parameters_trained == LAYERS * 2 * products + CLASSES * (WIDTH + 1)
    training.run_epoch(0, lambda done, steps, loss: None)
    unmerged = computed(network, rows)
    assert np.abs(unmerged - plain).max() > 0.01
    merge_adapters(network)
    assert np.allclose(computed(network, rows), unmerged, atol=1e-5)
    assert isinstance(network.encoder, BertModel)


def test_the_contrastive_loss_equals_its_formula_term_by_term() -> None:
    torch.manual_seed(0)
    vectors = F.normalize(torch.randn(7, 5), dim=1)
    targets = [0, 1, 0, 2, 1, 0, 3]  # 2 and 3 are alone: nothing to find
    losses = []
    for i in range(7):
        partners = [p for p in range(7) if p != i and targets[p] == targets[i]]
        if not partners:
            continue
        below = sum(math.exp(float(vectors[i] @ vectors[a]) / 0.2) for a in range(7) if a != i)
        above = [math.exp(float(vectors[i] @ vectors[p]) / 0.2) for p in partners]
        losses.append(-sum(math.log(one / below) for one in above) / len(partners))
    found = contrastive_loss(vectors, torch.tensor(targets), temperature=0.2)
    assert float(found) == pytest.approx(sum(losses) / len(losses), abs=1e-5)


def test_pairs_are_of_one_class_and_every_row_has_its_share() -> None:
    _, targets = tiny_rows(40)
    pairs = drawn_pairs(targets, 3, seed=1)
    assert (targets[pairs[:, 0]] == targets[pairs[:, 1]]).all()
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert np.bincount(pairs[:, 0]).tolist() == [3] * 40
    assert not np.array_equal(pairs, drawn_pairs(targets, 3, seed=2))


def test_contrastive_tuning_brings_texts_of_a_class_together() -> None:
    rows, targets = tiny_rows(32)
    rows = [[*row, 50 + target] for row, target in zip(rows, targets.tolist(), strict=True)]
    network = tiny_network()
    settings = replace(SETTINGS, pairs=8, learning_rate=1e-2)
    training = ContrastiveTuning(network, rows, targets, settings)
    same = targets[:, None] == targets[None, :]
    np.fill_diagonal(same, False)

    def gap() -> float:
        vectors = computed(network, rows, vectors=True)
        likeness = vectors @ vectors.T
        apart = ~same & ~np.eye(len(rows), dtype=bool)
        return float(likeness[same].mean() - likeness[apart].mean())

    before = gap()
    for epoch in range(4):
        training.run_epoch(epoch, lambda done, steps, loss: None)
    assert gap() > before + 0.2


def test_every_row_is_in_one_batch_and_no_batch_is_too_large() -> None:
    lengths = np.random.default_rng(0).integers(3, 60, 500).tolist()
    batches = token_batches(lengths, 1024, seed=3)
    assert sorted(place for batch in batches for place in batch) == list(range(500))
    for batch in batches:
        ids, mask = filled([[7] * lengths[place] for place in batch])
        assert ids.numel() <= 1024
        assert int(mask.sum()) == sum(lengths[place] for place in batch)
    assert sum(len(batch) % 16 == 0 for batch in batches) >= len(batches) - 2
    assert token_batches([2000, 3], 1024, seed=0) in ([[0], [1]], [[1], [0]])


def test_a_small_table_is_cut_into_enough_batches() -> None:
    lengths = [10] * 500
    assert len(token_batches(lengths, tokens_for(lengths, 4096), seed=0)) >= 16


def test_filling_changes_no_vector_and_equal_rows_are_computed_once() -> None:
    network = tiny_network()
    alone = computed(network, [[5, 6, 7]], vectors=True)
    together = computed(network, [[5, 6, 7], list(range(1, 30)), [5, 6, 7]], vectors=True)
    assert np.allclose(alone[0], together[0], atol=1e-6)
    assert np.array_equal(together[0], together[2])
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_dropout_drops_its_share_keeps_the_mean_and_repeats_with_its_seed() -> None:
    dropout = SeededDropout(0.25).train()
    ones = torch.ones(200, 500)
    dropout.start(1)
    first = dropout(ones)
    assert float((first == 0).float().mean()) == pytest.approx(0.25, abs=0.01)
    assert float(first.mean()) == pytest.approx(1.0, abs=0.01)
    assert not torch.equal(dropout(ones), first)
    dropout.start(1)
    assert torch.equal(dropout(ones), first)
    assert dropout.eval()(ones) is ones
