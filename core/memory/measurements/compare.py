"""Measured for the comparison: ways of tuning and of sharing, on real models where one step decides."""

from core.curriculum.question import Measurement
from core.memory.fit import GIGABYTE
from core.memory.key_value_cache import cache_bytes_per_token
from core.memory.layout import layout
from core.memory.measure import measured_plan
from core.memory.measurements.calculate import MODEL, real_step
from core.memory.parallel import OFFLOADS
from core.memory.plan import plan_from
from core.memory.predict import predict
from core.memory.presets import preset

SEVEN = {"preset": "llama-2-7b", "length": 2048}


def qlora_shrink(small: bool = False) -> Measurement:
    """How many times smaller LLaMA 7B's weights are in QLoRA's NF4 than in 16 bits, embeddings counted."""
    answers = {
        name: {
            method: predict(plan_from({"preset": name, "method": method, "dtype": "bf16", "length": 512}))
            for method in ("full", "lora", "qlora")
        }
        for name in ("llama-7b", "smollm2-135m")
    }
    weights = {
        name: found["lora"].bytes_of("weights") / found["qlora"].bytes_of("weights")
        for name, found in answers.items()
    }
    seven = answers["llama-7b"]
    return Measurement(
        value=weights["llama-7b"],
        values={
            "bits": 8 * seven["qlora"].bytes_of("weights") / seven["qlora"].parameters,
            "gigabytes": seven["qlora"].bytes_of("weights") / 1e9,
            "smollm2": weights["smollm2-135m"],
            "lora": seven["lora"].total_per_device / GIGABYTE,
            "qlora": seven["qlora"].total_per_device / GIGABYTE,
            "full": seven["full"].total_per_device / GIGABYTE,
        },
        note_key="memory.compare.measured.qlora_shrink",
    )


def zero_division(small: bool = False) -> Measurement:
    """How many times less eight devices with ZeRO-3 hold, each, than without: activations included."""
    plans = [predict(plan_from({**SEVEN, "batch": 4, "devices": 8, "zero": stage})) for stage in range(4)]
    kept = plans[3].saved_bytes + plans[3].bytes_of("temporary")
    lasting = [sum(plan.bytes_of(n) for n in ("weights", "gradients", "states", "master")) for plan in plans]
    return Measurement(
        value=plans[0].total_per_device / plans[3].total_per_device,
        values={
            "zero": plans[0].total_per_device / GIGABYTE,
            "one": plans[1].total_per_device / GIGABYTE,
            "two": plans[2].total_per_device / GIGABYTE,
            "three": plans[3].total_per_device / GIGABYTE,
            "lasting": lasting[0] / lasting[3],
            "kept": kept / GIGABYTE,
        },
        note_key="memory.compare.measured.zero_division",
    )


def tensor_division(small: bool = False) -> Measurement:
    """How many times less a GPT-3 block's activations take on each of eight tensor-parallel devices."""
    settings = {"preset": "gpt3-175b", "length": 2048, "attention": "flash"}
    shared = {"devices": 8, "tensor": 8}
    alone, split, also = (
        predict(plan_from({**settings, **more})) for more in ({}, shared, {**shared, "sequence": True})
    )
    pipeline = predict(plan_from({**settings, "devices": 8, "pipeline": 8, "accumulation": 32}))
    kept = [answer.bytes_of("activations") / GIGABYTE for answer in (alone, split, also, pipeline)]
    return Measurement(
        value=kept[0] / kept[1],
        values={
            "alone": kept[0],
            "split": kept[1],
            "also": kept[0] / kept[2],
            "weights": alone.bytes_of("weights") / split.bytes_of("weights"),
            "pipeline": kept[0] / kept[3],
        },
        note_key="memory.compare.measured.tensor_division",
    )


def deepspeed_fits(small: bool = False) -> Measurement:
    """The share of ZeRO stages and offloadings with which a full tuning of 7B fits four cards of 24 GB."""
    base = {**SEVEN, "checkpointing": "full", "devices": 4, "context_bytes": 500 * 2**20}
    found = {
        (stage, offload): predict(plan_from({**base, "zero": stage, "offload": offload}))
        for stage in range(4)
        for offload in OFFLOADS
    }
    fit = [key for key, answer in found.items() if answer.total_per_device <= 24 * GIGABYTE]
    return Measurement(
        value=len(fit) / len(found),
        values={
            "count": len(fit),
            "all": len(found),
            "three": found[3, "none"].total_per_device / GIGABYTE,
            "two_offloaded": found[2, "optimizer"].total_per_device / GIGABYTE,
            "host": 4 * found[2, "optimizer"].host_bytes / GIGABYTE,
            "three_offloaded": found[3, "optimizer"].total_per_device / GIGABYTE,
        },
        note_key="memory.compare.measured.deepspeed_fits",
    )


def lora_remaining(small: bool = False) -> Measurement:
    """What a real LoRA step holds of what a real full step of the same model and batch holds."""
    full, lora = (real_step(small, method=method) for method in ("full", "lora"))
    answers = {
        method: predict(plan_from({**SEVEN, "method": method, "batch": 4})) for method in ("full", "lora")
    }
    return Measurement(
        value=lora.total.measured / full.total.measured,
        values={
            "share": lora.measured_trained / full.measured_trained,
            "kept": lora.activations.measured / full.activations.measured,
            "seven": answers["lora"].total_per_device / answers["full"].total_per_device,
            "seven_share": answers["lora"].trainable_parameters / answers["lora"].parameters,
        },
        note_key="memory.compare.measured.lora_remaining",
    )


def prefix_numbers(small: bool = False) -> Measurement:
    """How many times as many numbers peft's prefix tuning trains as its prompt tuning, for 20 tokens."""
    from core.memory.tuned_model import open_for_training, tuned

    trained, name = {}, MODEL if small else "smollm2-135m"
    for method in ("prompt", "prefix", "p-tuning"):
        size = {"tokens": 20, "hidden": 128, "length": 32}
        plan = measured_plan({"preset": name, "method": method, **size})
        model = tuned(open_for_training(plan), plan)
        trained[method] = sum(p.numel() for p in model.parameters() if p.requires_grad)
    seven = {
        method: predict(plan_from({**SEVEN, "method": method, "tokens": 20, "batch": 4}))
        for method in ("prompt", "prefix")
    }
    return Measurement(
        value=trained["prefix"] / trained["prompt"],
        values={
            "prompt": trained["prompt"],
            "prefix": trained["prefix"],
            "p_tuning": trained["p-tuning"],
            "tokens": 20,
            "layers": preset("smollm2-135m").layers,
            "seven_prompt": seven["prompt"].trainable_parameters,
            "seven_prefix": seven["prefix"].trainable_parameters,
        },
        note_key="memory.compare.measured.prefix_numbers",
    )


def adapters_dropped(small: bool = False) -> Measurement:
    """The share of the bytes kept for a backward pass that MiniLM saves without its lower half's adapters."""
    from core.memory.adapter_step import kept_with_adapters

    length = 32 if small else 128
    everywhere = kept_with_adapters(range(6), hidden=64, length=length)
    upper = kept_with_adapters(range(3, 6), hidden=64, length=length)
    minilm = preset("minilm-l6")
    adapter = predict(plan_from({"preset": "minilm-l6", "method": "adapter", "hidden": 64, "length": length}))
    lora = predict(plan_from({"preset": "minilm-l6", "method": "lora", "rank": 8, "length": length}))
    return Measurement(
        value=1 - upper.bytes / everywhere.bytes,
        values={
            "before": everywhere.bytes / 2**20,
            "after": upper.bytes / 2**20,
            "numbers": everywhere.trained,
            "share": everywhere.trained / layout(minilm).parameters,
            "predicted": adapter.trainable_parameters,
            "lora": lora.trainable_parameters,
            "cache": cache_bytes_per_token(minilm),
        },
        note_key="memory.compare.measured.adapters_dropped",
    )
