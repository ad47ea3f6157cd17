"""What a run of tuning needs to go on: parameters, the optimizer's two means, the best epoch so far.

The tensors are written first, to a file named by the epoch; the small file that names it is then replaced
as a whole. So whenever a process dies, the two belong together.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from core.classification.tuning.training import Training
from core.errors import GlassboxError
from core.files import whole_file, write_json_whole

STATE_FILE = "tuning.json"
STATES = ("exp_avg", "exp_avg_sq", "step")
"""What AdamW remembers of each parameter."""


@dataclass(frozen=True)
class Checkpoint:
    """The state between two epochs, beside the training's own."""

    epochs: tuple[Mapping[str, Any], ...]
    best: dict[str, Tensor]


def snapshot(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copies of the parameters as they are now."""
    return {name: value.detach().cpu().clone() for name, value in parameters.items()}


def save_checkpoint(folder: Path, training: Training, state: Checkpoint) -> None:
    """Keep the training after an epoch.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    tensors = {f"best/{name}": value for name, value in state.best.items()}
    for name, value in training.trained.items():
        tensors[f"now/{name}"] = value
        tensors |= {f"{kind}/{name}": mean for kind, mean in training.optimizer.state.get(value, {}).items()}
    path = folder / f"tuning-{len(state.epochs)}.safetensors"
    with whole_file(path) as temporary:
        temporary.write_bytes(
            save({name: value.detach().cpu().contiguous() for name, value in tensors.items()})
        )
    write_json_whole(folder / STATE_FILE, {"tensors": path.name, "epochs": list(state.epochs)})
    for old in folder.glob("tuning-*.safetensors"):
        if old != path:
            old.unlink(missing_ok=True)


def load_checkpoint(folder: Path, training: Training) -> Checkpoint | None:
    """Put back what `save_checkpoint` kept; None in a first run.

    Raises:
        GlassboxError: the files are damaged or of another training.
    """
    if not (folder / STATE_FILE).exists():
        return None
    try:
        written = json.loads((folder / STATE_FILE).read_text("utf-8"))
        tensors = load_file(folder / Path(written["tensors"]).name)
        for name, value in training.trained.items():
            value.data.copy_(tensors[f"now/{name}"])
            states = {kind: tensors[f"{kind}/{name}"] for kind in STATES if f"{kind}/{name}" in tensors}
            if states:
                training.optimizer.state[value] = {
                    kind: mean if kind == "step" else mean.to(value.device) for kind, mean in states.items()
                }
        best = {name: tensors[f"best/{name}"] for name in training.trained}
        return Checkpoint(tuple(written["epochs"]), best)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise GlassboxError("classification.tune.error.checkpoint") from error
