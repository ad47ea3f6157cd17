"""How fast each layer learns: layer-wise learning rates, gradual unfreezing, warm-up and cosine.

    rate(layer l, step s) = base * decay^(L - l) * plan(s),      l = L at the top, the head above it

Low layers hold what all English texts share, high ones what the old task needed: low ones should move
less. Gradual unfreezing goes further: in epoch e only the top e layers (and the head) move at all.

Sources: Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text Classification", sections 3.2
and 3.3 (discriminative rates, unfreezing); Sun et al. 2019, "How to Fine-Tune BERT for Text
Classification?", section 5.3.3; Loshchilov and Hutter 2017, "SGDR" (cosine), and 2019, "Decoupled Weight
Decay Regularization" (AdamW).
"""

import math
from typing import Any

from torch import nn

from core.classification.tuning.encoder import layers_of

WARM_UP = 0.1
"""The share of the steps in which the rate rises."""
HEAD_FACTOR = 5.0
"""The head learns so many times as fast as a pretrained layer above which it stands."""


def depth_of(name: str, layers: int) -> int:
    """How many layers lie between the head and the parameter: 0 for the head, 1 for the top layer.

    >>> [depth_of(name, 6) for name in ("head.weight", "encoder.encoder.layer.5.output.dense.weight",
    ...                                 "encoder.encoder.layer.0.output.dense.weight",
    ...                                 "encoder.embeddings.LayerNorm.bias")]
    [0, 1, 6, 7]
    """
    parts = name.split(".")
    if "layer" in parts:
        return layers - int(parts[parts.index("layer") + 1])
    return layers + 1 if "embeddings" in parts else 0


def parameter_groups(
    network: nn.Module,
    layers: int,
    rate: float,
    decay: float,
    weight_decay: float,
    head_factor: float = HEAD_FACTOR,
) -> list[Any]:
    """The trainable parameters in groups for AdamW, each with its `base` rate and its `depth`.

    Biases and normalisations are not decayed towards zero.

    Args:
        network: whose parameters with `requires_grad` are tuned.
        layers: of the encoder.
        rate: of its top layer.
        decay: each layer's rate is that of the one above times this.
        weight_decay: of the matrices.
        head_factor: the head's rate is `rate` times this.
    """
    groups: dict[tuple[int, bool], dict[str, Any]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        depth, decays = depth_of(name, layers), parameter.ndim > 1
        base = rate * (head_factor if depth == 0 else decay ** (depth - 1))
        group = groups.setdefault(
            (depth, decays),
            {"params": [], "depth": depth, "base": base, "lr": 0.0, "weight_decay": weight_decay * decays},
        )
        group["params"].append(parameter)
    return list(groups.values())


def plan(step: int, steps: int) -> float:
    """The factor of step `step` (from 0) of `steps`: a linear rise, then half a cosine to nothing.

    >>> [round(plan(step, 110), 2) for step in (0, 10, 60, 109)]
    [0.09, 1.0, 0.51, 0.0]
    """
    rise = max(1, round(WARM_UP * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def set_trainable(encoder: Any, layers: int) -> None:
    """Let the top `layers` layers learn; the table of token vectors and everything below stay as they are."""
    encoder.requires_grad_(False)
    for layer in layers_of(encoder)[len(layers_of(encoder)) - layers :]:
        layer.requires_grad_(True)


def open_depth(epoch: int, layers: int, unfreeze: bool) -> int:
    """The largest depth that moves in `epoch` (from 0).

    >>> [open_depth(epoch, 6, unfreeze=True) for epoch in (0, 1, 9)], open_depth(0, 6, unfreeze=False)
    ([1, 2, 6], 6)
    """
    return min(epoch + 1, layers) if unfreeze else layers
