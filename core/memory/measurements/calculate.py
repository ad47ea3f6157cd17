"""Measured for the calculator's first view: real steps on this machine, and the prediction turned round."""

import tomllib
from typing import Any

from core.curriculum.question import Measurement
from core.memory.fit import GIGABYTE
from core.memory.key_value_cache import cache_bytes_per_token
from core.memory.levers import path_to_fit
from core.memory.measure import MeasuredStep, measure, measured_plan
from core.memory.plan import plan_from
from core.memory.predict import predict
from core.memory.presets import preset
from core.settings import PROJECT_FOLDER

SENTENCES = PROJECT_FOLDER / "assets" / "samples" / "memory" / "batch.toml"
LASTING = ("weights", "adapter", "gradients", "states")


MODEL = "minilm-l6"
"""Whose steps are run: a step of SmolLM2 would take longer than a question may."""


def real_step(small: bool, **settings: Any) -> MeasuredStep:
    """One training step of that model in float32 on a short batch."""
    size = {"batch": 1, "length": 32} if small else {"batch": 2, "length": 128}
    return measure({"preset": MODEL, **size, **settings})


def full_tuning_bytes(small: bool = False) -> Measurement:
    """Bytes of a real AdamW step of all parameters, in times those of the weights."""
    step = real_step(small, method="full")
    weights = step.term("weights").measured
    seven = predict(plan_from({"preset": "llama-2-7b"}))
    return Measurement(
        value=step.total.measured / weights,
        values={
            "weights": weights / 2**20,
            "gradients": step.term("gradients").measured / weights,
            "states": step.term("states").measured / weights,
            "kept": step.activations.measured / 2**20,
            "error": abs(step.total.error),
            "seven": sum(seven.bytes_of(name) for name in (*LASTING, "master")) / 1e9,
        },
        note_key="memory.calculate.measured.full_tuning_bytes",
    )


def checkpointing_saving(small: bool = False) -> Measurement:
    """How many times fewer bytes a real step's blocks keep with full activation checkpointing."""
    kept = {kind: real_step(small, method="full", checkpointing=kind) for kind in ("none", "full")}
    blocks = {kind: step.term("activations").measured for kind, step in kept.items()}
    return Measurement(
        value=blocks["none"] / blocks["full"],
        values={
            "none": blocks["none"] / 2**20,
            "full": blocks["full"] / 2**20,
            "all": kept["none"].activations.measured / kept["full"].activations.measured,
            "loss": kept["full"].term("loss").measured / 2**20,
        },
        note_key="memory.calculate.measured.checkpointing_saving",
    )


def cache_formula(small: bool = False) -> Measurement:
    """The recited cache formula, 2 x layers x width x bytes, in times SmolLM2's real cache."""
    import torch

    from core.shelf.load import load_language_model

    language_model = load_language_model("smollm2-135m")
    tokens = 16 if small else 256
    with torch.inference_mode():
        ids = torch.arange(100, 100 + tokens).unsqueeze(0)
        cache = language_model.module(input_ids=ids, use_cache=True).past_key_values
    real = sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers) / tokens
    smollm2 = preset("smollm2-135m")
    recited = 2 * smollm2.layers * smollm2.width * 4
    seventy = preset("llama-3-70b")
    answer = predict(
        plan_from({"preset": "llama-3-70b", "method": "inference", "dtype": "fp16", "length": 131_072})
    )
    return Measurement(
        value=recited / real,
        values={
            "tokens": tokens,
            "real": real,
            "recited": recited,
            "predicted": cache_bytes_per_token(smollm2, "fp32"),
            "seventy": cache_bytes_per_token(seventy) / 1024,
            "cache": answer.bytes_of("kv_cache") / GIGABYTE,
            "weights": answer.bytes_of("weights") / GIGABYTE,
        },
        note_key="memory.calculate.measured.cache_formula",
    )


def halved_batch(small: bool = False) -> Measurement:
    """The share of a full tuning's memory that halving its batch frees: predicted at 7B, checked small."""
    seven = {"preset": "llama-2-7b", "batch": 4, "length": 2048}
    four, two = (predict(plan_from({**seven, "batch": batch})) for batch in (4, 2))
    path = path_to_fit(seven, 24 * GIGABYTE)
    size = {"length": 32} if small else {"length": 128}
    whole, half = (
        measure({"preset": MODEL, "method": "full", "batch": batch, **size}).total for batch in (2, 1)
    )
    return Measurement(
        value=1 - two.total_per_device / four.total_per_device,
        values={
            "before": four.total_per_device / GIGABYTE,
            "steps": len(path),
            "after": path[-1].breakdown.total_per_device / GIGABYTE,
            "real": 1 - half.measured / whole.measured,
            "foretold": 1 - half.predicted / whole.predicted,
        },
        note_key="memory.calculate.measured.halved_batch",
    )


def accumulated_gradient(small: bool = False) -> Measurement:
    """How far the mean of micro-batches' mean losses leads the gradient away from the large batch's.

    The sentences differ in length, so that a mean over each micro-batch weighs a short one's tokens more.
    """
    import torch

    from core.memory.tuned_model import open_for_training, tuned
    from core.shelf.load import load_language_model

    plan = measured_plan({"preset": "smollm2-135m", "method": "freeze", "layers": 1})
    model = tuned(open_for_training(plan), plan)
    tokenizer = load_language_model("smollm2-135m").tokenizer
    sentences = tomllib.loads(SENTENCES.read_text(encoding="utf-8"))["sentences"][: 2 if small else None]
    read = [torch.tensor([tokenizer.encode(sentence).ids]) for sentence in sentences]
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    sums = []
    for ids in read:
        loss = model(input_ids=ids, labels=ids, use_cache=False).loss * (ids.shape[1] - 1)
        sums.append(torch.cat([grad.flatten() for grad in torch.autograd.grad(loss, trained)]))
    counts = [ids.shape[1] - 1 for ids in read]
    large = torch.stack(sums).sum(0) / sum(counts)
    naive = torch.stack([part / count for part, count in zip(sums, counts, strict=True)]).mean(0)
    each = predict(plan_from({"preset": "llama-2-7b", "length": 1024, "batch": len(read)}))
    one = predict(plan_from({"preset": "llama-2-7b", "length": 1024, "batch": 1, "accumulation": len(read)}))
    return Measurement(
        value=float((naive - large).norm() / large.norm()),
        values={
            "sentences": len(read),
            "shortest": min(counts),
            "longest": max(counts),
            "batched": (each.saved_bytes) / GIGABYTE,
            "single": (one.saved_bytes) / GIGABYTE,
        },
        note_key="memory.calculate.measured.accumulated_gradient",
    )
