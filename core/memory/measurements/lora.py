"""Measured for the LoRA lab: the shipped update and adapter on the real model, steps taken in turn."""

import torch

from core.curriculum.question import Measurement
from core.memory.lora.adapter_file import adapter_tensors, predicted_bytes, put_into, read_adapter
from core.memory.lora.continuing import open_model
from core.memory.lora.examples import open_tokenizer, passage_batch, score
from core.memory.lora.low_rank import add_updates
from core.memory.lora.merged_rank import merged_ranks
from core.memory.lora.merging import merge, merged_rounding
from core.memory.lora.picture import update_picture
from core.memory.lora.step_time import step_times
from core.memory.lora.task import general_passages
from core.memory.lora.tuning_result import SHIPPED_ADAPTER, equal_learning, shipped_run, shipped_tuning
from core.memory.lora.tuning_settings import RANKS, RELORA_RANK, RESTARTS, SCALE

RANK = 8


def rank_holds(small: bool = False) -> Measurement:
    """The share of what full tuning changed in a query matrix that its best rank-8 update holds."""
    picture = update_picture("q_proj", "full", RANK)
    losses = {f"lora_{rank}": shipped_run(f"lora-{rank}").last.task_loss for rank in RANKS}
    return Measurement(
        value=picture.held,
        values={
            "rank": RANK,
            "numbers": picture.numbers,
            "whole": picture.whole,
            "share": picture.numbers / picture.whole,
            "all": shipped_run("lora-8").trained,
            "full": shipped_run("full").last.task_loss,
            "start": shipped_tuning().start.task_loss,
            **losses,
        },
        note_key="memory.lora.measured.rank_holds",
    )


@torch.inference_mode()
def merged_into_16_bits(small: bool = False) -> Measurement:
    """The share of an adapter's update that is lost when it is merged into bfloat16 weights."""
    model = open_model().eval()
    ids = open_tokenizer().encode(general_passages()[0]).ids[: 12 if small else 40]
    updates = add_updates(model, RANK, SCALE * RANK)
    put_into(updates, read_adapter(SHIPPED_ADAPTER))
    beside = model(input_ids=torch.tensor([ids])).logits.softmax(-1)
    layers = list(updates.values())[:: 6 if small else 1]
    kinds = {"bfloat16": torch.bfloat16, "float16": torch.float16}
    lost = {
        name: [merged_rounding(layer.base.weight, layer.update(), kind) for layer in layers]
        for name, kind in kinds.items()
    }
    size = predicted_bytes({name: value.shape for name, value in adapter_tensors(updates).items()})
    merge(model, updates)
    merged = model(input_ids=torch.tensor([ids])).logits.softmax(-1)
    means = {name: sum(each.lost for each in found) / len(found) for name, found in lost.items()}
    continued = {run.name: run.points for run in shipped_tuning().continued}
    return Measurement(
        value=means["bfloat16"],
        values={
            "half": means["float16"],
            "untouched": sum(each.untouched for each in lost["bfloat16"]) / len(layers),
            "difference": float((merged - beside).abs().max()),
            "file": size / 1e6,
            "anew": continued["anew"][-1].task_loss,
            "continued": continued["continued"][-1].task_loss,
            "first": continued["continued"][0].task_loss,
            "steps": continued["anew"][-1].step,
        },
        note_key="memory.lora.measured.merged_into_16_bits",
    )


def full_step_in_lora_steps(small: bool = False) -> Measurement:
    """How many LoRA steps of the same batch take as long as one step of full tuning."""
    full, lora = (
        step_times("minilm-l6", 4, 32, rounds=2) if small else step_times("smollm2-135m", 2, 32, rounds=2)
    )
    return Measurement(
        value=full.total / lora.total,
        values={
            "full": full.total,
            "lora": lora.total,
            "forward": lora.forward / full.forward,
            "backward": full.backward / lora.backward,
            "passes": (full.forward + full.backward) / (lora.forward + lora.backward),
            "optimizer": full.optimizer / full.total,
            "numbers": full.trained / lora.trained,
        },
        note_key="memory.lora.measured.full_step_in_lora_steps",
    )


def relora_rank(small: bool = False) -> Measurement:
    """The rank of what three merged updates of rank 4 changed in a query matrix, in that of the first."""
    ranks = merged_ranks("minilm-l6" if small else "smollm2-135m", RELORA_RANK, RESTARTS, steps=2)
    return Measurement(
        value=ranks[-1] / ranks[0],
        values={
            "rank": ranks[-1],
            "single": ranks[0],
            "parts": RESTARTS,
            "relora": shipped_run("relora").last.task_loss,
            "four": shipped_run("lora-4").last.task_loss,
            "sixteen": shipped_run("lora-16").last.task_loss,
            "saved": shipped_run("relora").saved / 1e6,
            "adapter": shipped_run("lora-4").saved / 1e6,
        },
        note_key="memory.lora.measured.relora_rank",
    )


def forgotten_with_adapter(small: bool = False) -> Measurement:
    """The rise of the loss on general text with the shipped rank-8 adapter on, as a share of it."""
    model = open_model().eval()
    batch = passage_batch(open_tokenizer(), general_passages()[: 2 if small else None])
    before = score(model, batch).loss
    updates = add_updates(model, RANK, SCALE * RANK)
    put_into(updates, read_adapter(SHIPPED_ADAPTER))
    with_adapter = score(model, batch).loss
    for layer in updates.values():
        layer.alpha = 0.0
    start = shipped_tuning().start.general_loss
    rises = {
        name.replace("-", "_"): shipped_run(name).last.general_loss - start
        for name in ("full", "full-gentle", "lora-8", "lora-8-gentle", "lora-1", "lora-64")
    }
    equal_full, equal_lora = equal_learning(shipped_tuning())
    return Measurement(
        value=with_adapter / before - 1,
        values={
            "equal": equal_full.task_loss,
            "equal_lora": equal_lora.last.task_loss,
            "full_there": equal_full.general_loss - start,
            "lora_there": equal_lora.last.general_loss - start,
            "rank_there": int(str(equal_lora.settings["rank"])),
            "before": before,
            "rise": with_adapter - before,
            "off": score(model, batch).loss - before,
            "task_full": shipped_run("full").last.task_loss,
            "task_lora": shipped_run("lora-8").last.task_loss,
            "task_full_gentle": shipped_run("full-gentle").last.task_loss,
            "task_lora_8_gentle": shipped_run("lora-8-gentle").last.task_loss,
            **rises,
        },
        note_key="memory.lora.measured.forgotten_with_adapter",
    )
