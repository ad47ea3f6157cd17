"""What the comparison keeps for the pictures: updates of one query and one value matrix, and an adapter.

Of full tuning the whole change of the matrix, of LoRA its A and B. Each row's tensors are a file in the
job's checkpoint until all are there.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.memory.lora.adapter_file import write_adapter
from core.memory.lora.trainee import Trainee
from core.memory.lora.tuning_result import UPDATES_FILE
from core.memory.lora.tuning_settings import SHARED_BLOCK

MATRICES = ("q_proj", "v_proj")
"""Kept in 16 bits, which is precise enough to be looked at."""


def matrix_name(matrix: str) -> str:
    """The end of the matrix's full name, such as `layers.15.self_attn.q_proj`."""
    return f"layers.{SHARED_BLOCK}.self_attn.{matrix}"


def pictured(trainee: Trainee) -> dict[str, Tensor]:
    """The pictured matrices as they are before training."""
    return {matrix: trainee.weight(matrix_name(matrix)).clone() for matrix in MATRICES}


def keep_picture(folder: Path, trainee: Trainee, first: dict[str, Tensor]) -> list[float]:
    """Save the updates of a full or LoRA run; returns the singular values of the query's change."""
    tensors: dict[str, Tensor] = {}
    changes = {matrix: trainee.weight(matrix_name(matrix)) - first[matrix] for matrix in MATRICES}
    if trainee.name == "full":
        tensors = {f"full.{matrix}": change for matrix, change in changes.items()}
        tensors |= {f"weight.{matrix}": weight for matrix, weight in first.items()}
    elif trainee.name == f"lora-{trainee.plan.method.rank}":
        rank = trainee.plan.method.rank
        for matrix in MATRICES:
            module = _module(trainee.model, matrix)
            tensors[f"lora-{rank}.{matrix}.a"] = module.lora_A["default"].weight.detach()
            tensors[f"lora-{rank}.{matrix}.b"] = module.lora_B["default"].weight.detach()
    if tensors:
        folder.mkdir(parents=True, exist_ok=True)
        ready = {name: value.half().contiguous() for name, value in tensors.items()}
        save_file(ready, folder / f"picture-{trainee.name}.safetensors")
    change = changes["q_proj"]
    return [float(value) for value in torch.linalg.svdvals(change)] if change.any() else []


def _module(model: Any, matrix: str) -> Any:
    return next(module for name, module in model.named_modules() if name.endswith(matrix_name(matrix)))


def write_pictures(checkpoint: Path, result: Path) -> None:
    """All rows' pictures as one file, where there are any."""
    tensors: dict[str, Tensor] = {}
    for file in sorted(checkpoint.glob("picture-*.safetensors")):
        tensors |= load_file(file)
    if tensors:
        result.mkdir(parents=True, exist_ok=True)
        save_file(tensors, result / UPDATES_FILE)


def keep_adapter(path: Path, model: Any) -> None:
    """The whole adapter as peft would save it."""
    from peft import get_peft_model_state_dict

    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.detach().contiguous() for name, value in get_peft_model_state_dict(model).items()}
    write_adapter(path, tensors)
