"""Which number is kept in which format: the two conventions of mixed precision, and the others.

| name | weights | gradients | states | master copy | bytes a parameter, AdamW |
|---|---|---|---|---|---|
| `fp32` | 4 | 4 | 4 + 4 | - | 16 |
| `bf16`, `fp16` | 2 | 2 | 2 + 2 | - | 8 |
| `mixed` | 2 | 2 | 4 + 4 | 4 | 16 |
| `mixed-fp32-gradients` | 2 | 4 | 4 + 4 | 4 | 18 |
| `autocast-bf16` | 4 | 4 | 4 + 4 | - | 16 |

`mixed` is ZeRO's count (Rajbhandari et al. 2019, section 3.1: 2 + 2 + K with K = 12); with gradients
summed in float32 it is 18 (Narayanan et al. 2021, "Efficient Large-Scale Language Model Training on
GPU Clusters", whose Megatron-LM does that). `autocast` is PyTorch's own mixed precision: float32
weights, of which each matrix product makes a 16-bit copy (Micikevicius et al. 2017 has the idea).
"""

from dataclasses import dataclass

from core.errors import GlassboxError
from core.memory.number_formats import BYTES


@dataclass(frozen=True)
class Precision:
    """Formats of everything that a training step keeps."""

    name: str
    weights: str
    gradients: str
    states: str
    compute: str
    """Of matrix products and what they keep for the backward pass."""
    master: str = ""
    """Of the second copy of the weights that the optimizer changes; empty where there is none."""
    autocast: bool = False

    @property
    def compute_bytes(self) -> int:
        """Bytes of an activation."""
        return BYTES[self.compute]

    @property
    def stream(self) -> str:
        """Format of the vectors between the blocks: autocast leaves them in float32."""
        return self.weights if self.autocast else self.compute


PRECISIONS = {
    "fp32": Precision("fp32", "fp32", "fp32", "fp32", "fp32"),
    "bf16": Precision("bf16", "bf16", "bf16", "bf16", "bf16"),
    "fp16": Precision("fp16", "fp16", "fp16", "fp16", "fp16"),
    "mixed": Precision("mixed", "fp16", "fp16", "fp32", "fp16", master="fp32"),
    "mixed-fp32-gradients": Precision("mixed-fp32-gradients", "fp16", "fp32", "fp32", "fp16", master="fp32"),
    "autocast-bf16": Precision("autocast-bf16", "fp32", "fp32", "fp32", "bf16", autocast=True),
}


def precision(name: str) -> Precision:
    """The precision of that name.

    Raises:
        GlassboxError: there is none.

    >>> precision("mixed").master
    'fp32'
    """
    if name not in PRECISIONS:
        raise GlassboxError(
            "memory.predict.error.choice", name="dtype", value=name[:40], known=", ".join(PRECISIONS)
        )
    return PRECISIONS[name]
