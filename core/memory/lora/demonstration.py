"""LoRA at work on SmolLM2: written out beside peft, merged and unmerged, its file, what it writes.

One private copy of the model goes through it all: as it is, with the shipped adapter beside its weights,
merged, taken out again, and last through peft with the same adapter.
"""

import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from core.memory.lora.adapter_file import (
    adapter_tensors,
    predicted_bytes,
    put_into,
    read_adapter,
    write_adapter,
)
from core.memory.lora.continuing import open_model
from core.memory.lora.examples import END, Batch, open_tokenizer, order_batch, score
from core.memory.lora.low_rank import TARGETS, LowRankLinear, add_updates
from core.memory.lora.merging import merge, merged_rounding, unmerge
from core.memory.lora.proof import LoraDemonstration, RoundedMerge, check_order
from core.memory.lora.task import task
from core.memory.lora.tuning_result import SHIPPED_ADAPTER
from core.memory.lora.tuning_settings import SCALE

RANK = 8
MOST_TOKENS = 24
REPETITIONS = 3
ORDERS = 8
"""Held-out orders on which the loss is looked at."""
FORMATS = {"float16": torch.float16, "bfloat16": torch.bfloat16}


def demonstrate(
    order: str, alpha: float = SCALE * RANK, report: Callable[[float], None] = lambda share: None
) -> LoraDemonstration:
    """Run all of it.

    Args:
        order: a sentence for the tuned model to turn into a record.
        alpha: strength of the adapter; it was trained with SCALE * RANK.
        report: called with the share done.

    Raises:
        GlassboxError: an order that is none, or the model or the shipped adapter is not in order.
    """
    sentence = check_order(order)
    saved = read_adapter(SHIPPED_ADAPTER)
    tokenizer, model = open_tokenizer(), open_model().eval()
    held_out = order_batch(tokenizer, task().held_out[:ORDERS])
    ids = held_out["input_ids"][:2]
    report(0.15)
    plain, plain_logits = _looked_at(model, tokenizer, sentence, ids, held_out)
    report(0.35)
    updates = add_updates(model, RANK, alpha)
    put_into(updates, saved)
    first = {name: layer.base.weight.clone() for name, layer in updates.items()}
    beside, beside_logits = _looked_at(model, tokenizer, sentence, ids, held_out)
    report(0.55)
    rounded = tuple(_rounded(name, updates) for name in FORMATS)
    merge(model, updates)
    merged, merged_logits = _looked_at(model, tokenizer, sentence, ids, None)
    report(0.75)
    unmerge(model, updates)
    restored = max(
        float((layer.base.weight - first[name]).detach().abs().max()) for name, layer in updates.items()
    )
    for name, layer in updates.items():
        layer.base.weight.data.copy_(first[name])
        owner, _, own = name.rpartition(".")
        setattr(model.get_submodule(owner), own, layer.base)
    with tempfile.TemporaryDirectory() as folder:
        measured = _written_bytes(Path(folder), updates)
        peft_logits, peft_merged, peft_file = _through_peft(model, updates, ids, alpha, Path(folder))
    report(1.0)
    return LoraDemonstration(
        order=sentence,
        written=(plain.text, beside.text, merged.text),
        difference=_apart(beside_logits, plain_logits),
        merged=_apart(merged_logits.softmax(-1), beside_logits.softmax(-1)),
        merged_logits=_apart(merged_logits, beside_logits),
        peft=_apart(peft_logits.softmax(-1), beside_logits.softmax(-1)),
        peft_merged=_apart(peft_merged.softmax(-1), merged_logits.softmax(-1)),
        restored=restored,
        seconds=(plain.seconds, beside.seconds, merged.seconds),
        tokens=ids.numel(),
        matrices=len(updates),
        numbers=sum(layer.a.numel() + layer.b.numel() for layer in updates.values()),
        predicted=predicted_bytes({name: value.shape for name, value in adapter_tensors(updates).items()}),
        measured=measured,
        peft_file=peft_file,
        rounded=rounded,
        losses=(plain.loss, beside.loss),
    )


@dataclass(frozen=True)
class _Look:
    text: str
    seconds: float
    loss: float


def _looked_at(
    model: nn.Module, tokenizer: Tokenizer, order: str, ids: Tensor, held_out: Batch | None
) -> tuple[_Look, Tensor]:
    """What the model writes, how long a pass takes, its held-out loss if asked for, and its logits."""
    times = []
    with torch.inference_mode():
        for _ in range(REPETITIONS):
            started = process_time()
            logits = model(input_ids=ids, use_cache=False).logits
            times.append(process_time() - started)
    loss = score(model, held_out).loss if held_out else 0.0
    return _Look(written_record(model, tokenizer, order), median(times), loss), logits


@torch.inference_mode()
def written_record(model: nn.Module, tokenizer: Tokenizer, order: str) -> str:
    """The first line that greedy decoding writes behind the task's prompt."""
    prompt = task().held_out[0].prompt.split("\n", 1)[1]
    ids = torch.tensor([tokenizer.encode(f"Order: {order}\n{prompt}").ids])
    written: list[int] = []
    cache: Any = None
    following = ids
    while len(written) < MOST_TOKENS:
        found = model(input_ids=following, past_key_values=cache, use_cache=True)
        cache, chosen = found.past_key_values, int(found.logits[0, -1].argmax())
        text = tokenizer.decode([*written, chosen])
        if chosen == END or (text.strip() and "\n" in text):
            break
        written.append(chosen)
        following = torch.tensor([[chosen]])
    return tokenizer.decode(written).strip()


def _rounded(name: str, updates: dict[str, LowRankLinear]) -> RoundedMerge:
    """Every matrix merged into weights of that format; means over the matrices."""
    found = [merged_rounding(layer.base.weight, layer.update(), FORMATS[name]) for layer in updates.values()]
    return RoundedMerge(
        name,
        sum(each.lost for each in found) / len(found),
        sum(each.untouched for each in found) / len(found),
    )


def _written_bytes(folder: Path, updates: dict[str, LowRankLinear]) -> int:
    path = folder / "own.safetensors"
    write_adapter(path, adapter_tensors(updates))
    return path.stat().st_size


@torch.inference_mode()
def _through_peft(
    model: nn.Module, updates: dict[str, LowRankLinear], ids: Tensor, alpha: float, folder: Path
) -> tuple[Tensor, Tensor, int]:
    """Logits of peft's model with the same adapter, of the same merged, and the size of peft's file."""
    import peft

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = peft.LoraConfig(
            r=RANK, lora_alpha=alpha, target_modules=list(TARGETS), task_type="CAUSAL_LM"
        )
        wrapped = peft.get_peft_model(model, config).eval()
        peft.set_peft_model_state_dict(wrapped, adapter_tensors(updates))
        logits = wrapped(input_ids=ids, use_cache=False).logits
        wrapped.save_pretrained(folder / "peft", safe_serialization=True)
        size = (folder / "peft" / "adapter_model.safetensors").stat().st_size
        merged = wrapped.merge_and_unload()(input_ids=ids, use_cache=False).logits
    return logits, merged, size


def _apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).detach().abs().max())
