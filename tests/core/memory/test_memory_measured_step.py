"""Counting a real step: against a walk through autograd's graph, hand counts and refusals in words."""

import json

import pytest
import torch

from core.errors import GlassboxError
from core.jobs.context import JobContext
from core.memory.measure import (
    MEASURED_METHODS,
    MEASURED_OPTIMIZERS,
    MeasuredTerm,
    bytes_needed,
    check_room,
    measure,
    measured_plan,
    predicted_blocks,
)
from core.memory.measure_job import RESULT_FILE, read_step
from core.memory.measure_job import run as run_job
from core.memory.measured_step import SavedTensors, tensor_bytes
from core.memory.predict import predict
from core.memory.tuned_model import open_for_training, optimizer_of, tuned

SMALL = {"preset": "minilm-l6", "batch": 2, "length": 16}


def bytes_in_the_graph(root, own: set[int]) -> int:
    """Bytes of every tensor that a node of the graph holds: by its `_saved_` attributes, not by hooks."""
    found, seen, waiting = {}, set(), [root]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        waiting += [following for following, _ in node.next_functions]
        for name in dir(node):
            if name.startswith("_saved_"):
                held = getattr(node, name)
                for value in held if isinstance(held, tuple) else (held,):
                    if isinstance(value, torch.Tensor) and value.ndim:  # a factor shows as a tensor too
                        storage = value.untyped_storage()
                        found[storage.data_ptr()] = storage.nbytes()
    return sum(size for address, size in found.items() if address not in own)


@pytest.mark.parametrize("method", ["full", "lora", "ia3"])
def test_the_hooks_count_what_the_graph_holds(method: str):
    plan = measured_plan({**SMALL, "method": method, "attention": "eager"})
    torch.manual_seed(0)
    model = tuned(open_for_training(plan), plan)
    kept = SavedTensors((*model.parameters(), *model.buffers()))
    handles = kept.watch(model)
    with kept:
        pooled = model(input_ids=torch.randint(0, 1000, (2, 16))).pooler_output
        loss = (pooled * pooled).mean()
    for handle in handles:
        handle.remove()
    own = {value.untyped_storage().data_ptr() for value in (*model.parameters(), *model.buffers())}
    assert sum(kept.bytes_by_place().values()) == bytes_in_the_graph(loss.grad_fn, own)
    assert sum(kept.bytes_of_block(number) for number in range(6)) == kept.bytes_by_place()["activations"]
    assert len(kept.groups()) < len(kept.sizes) == sum(group.count for group in kept.groups())


def test_full_tuning_by_hand():
    """22,713,216 parameters of 4 bytes, as many gradients, two states each and 4 bytes a tensor."""
    step = measure({**SMALL, "method": "full"})
    parameters, tensors = 22_713_216, 103
    assert step.term("weights").measured == step.term("gradients").measured == 4 * parameters
    assert step.term("states").measured == 8 * parameters + 4 * tensors
    assert step.measured_trained == step.predicted_trained == parameters
    assert step.lasting_error == 0.0
    assert abs(step.activations.error) < 1e-4
    assert step.loss > 0
    assert step.allocator_peak == 0 or step.device != "cpu"
    assert len(step.blocks) == 6
    assert all(block.predicted == block.measured > 0 for block in step.blocks)


@pytest.mark.parametrize(
    "change",
    [
        {"method": "freeze", "layers": 1},
        {"method": "bitfit", "dtype": "bf16"},
        {"method": "lora", "targets": "all", "dropout": 0.1, "checkpointing": "full"},
        {"method": "lora", "checkpointing": "selective"},
        {"method": "lora", "checkpointing": "selective", "attention": "eager", "dtype": "autocast-bf16"},
        {"method": "adalora", "rank": 6},
        {"method": "ia3", "dtype": "autocast-bf16"},
        {"method": "prompt", "tokens": 3},
        {"method": "prefix", "tokens": 3},
        {"method": "p-tuning", "tokens": 3, "hidden": 32},
        {"method": "full", "dtype": "bf16", "optimizer": "adafactor"},
        {"method": "full", "optimizer": "sgd-momentum"},
        {"method": "full", "optimizer": "sgd"},
    ],
    ids=lambda change: "-".join(str(value) for value in change.values()),
)
def test_every_kind_of_step_is_foretold(change: dict):
    step = measure({**SMALL, **change})
    assert step.lasting_error < 5e-4  # AdaLoRA's and P-tuning's counters of a few bytes
    assert abs(step.activations.error) < 1e-3
    assert step.term("weights").measured == (4 if change.get("dtype") != "bf16" else 2) * 22_713_216
    assert (step.term("adapter").measured > 0) == (change["method"] not in ("freeze", "bitfit", "full"))


def test_frozen_blocks_keep_nothing():
    step = measure({**SMALL, "method": "freeze", "layers": 2})
    assert [block.measured > 0 for block in step.blocks] == [False] * 4 + [True] * 2
    assert [block.predicted for block in step.blocks] == list(
        predicted_blocks(predict(measured_plan(step.settings)))
    )


@pytest.mark.real_model
def test_a_language_model_with_its_loss():
    step = measure({"preset": "smollm2-135m", "method": "lora", "rank": 4, "batch": 1, "length": 8})
    assert step.term("weights").measured == 4 * 134_515_008
    assert step.term("adapter").measured == 4 * 230_400
    assert step.term("loss").measured == pytest.approx(8 * 49_152 * 4, rel=1e-3)
    assert step.term("outside").error == 0
    assert abs(step.activations.error) < 1e-4
    assert len(step.blocks) == 30


def test_every_optimizer_is_torchs_own():
    names = {}
    for optimizer in MEASURED_OPTIMIZERS:
        plan = measured_plan({**SMALL, "method": "full", "optimizer": optimizer})
        names[optimizer] = type(optimizer_of(plan, torch.nn.Linear(2, 2))).__name__
    assert names == {"adamw": "AdamW", "sgd": "SGD", "sgd-momentum": "SGD", "adafactor": "Adafactor"}


def test_a_tensor_in_two_places_counts_once():
    one = torch.zeros(5)
    assert tensor_bytes([one, one, torch.zeros(3, dtype=torch.bfloat16)]) == 26


def test_errors_are_shares_of_what_was_measured():
    assert MeasuredTerm("states", 110, 100).error == pytest.approx(0.1)
    assert MeasuredTerm("states", 0, 0).error == 0
    assert MeasuredTerm("states", 5, 0).error == 1


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"preset": "llama-2-7b"}, "choose one of smollm2-135m, minilm-l6"),
        ({**SMALL, "method": "qlora"}, "method cannot be measured as qlora"),
        ({**SMALL, "dtype": "mixed"}, "fp32, bf16, autocast-bf16"),
        ({**SMALL, "optimizer": "lion"}, "optimizer cannot be measured"),
        ({**SMALL, "zero": 3}, "no setting zero to measure"),
        ({**SMALL, "batch": 0}, "batch is 0"),
        ({**SMALL, "length": 513}, "513 tokens are more"),
        ({**SMALL, "method": "lora", "rank": 500}, "Rank 500"),
        ({**SMALL, "method": "prefix", "checkpointing": "full"}, "key/value cache"),
        ({"preset": "smollm2-135m", "method": "bitfit"}, "has no biases"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_words(settings: dict, part: str):
    with pytest.raises(GlassboxError, match=part):
        measure(settings)


def test_a_step_too_large_is_refused_with_its_size():
    with pytest.raises(GlassboxError, match=r"predicted to take [\d.]+ GiB .* GiB are free") as refused:
        measure({**SMALL, "batch": 10**6, "length": 512})
    assert "GiB" in refused.value.text("zh")
    prediction = predict(measured_plan(SMALL))
    check_room(prediction, bytes_needed(prediction))
    with pytest.raises(GlassboxError):
        check_room(prediction, bytes_needed(prediction) - 1)


def test_the_job_writes_what_was_measured(tmp_path):
    for name in ("checkpoint", "result"):
        (tmp_path / name).mkdir()
    settings = {**SMALL, "method": "bitfit"}
    reports = []
    run_job(JobContext(settings, tmp_path / "checkpoint", tmp_path / "result", report=reports.append))
    step = read_step(tmp_path / "result" / RESULT_FILE)
    assert step.settings == settings
    assert step.term("gradients").measured == 4 * 25_728
    (tmp_path / "result" / RESULT_FILE).write_text(json.dumps({"terms": []}), encoding="utf-8")
    with pytest.raises(GlassboxError):
        read_step(tmp_path / "result" / RESULT_FILE)
    with pytest.raises(GlassboxError, match="missing or damaged"):
        read_step(tmp_path / "none.json")


def test_every_method_that_peft_offers_can_be_asked_for():
    for method in MEASURED_METHODS:
        assert measured_plan({**SMALL, "method": method}).method.name == method
