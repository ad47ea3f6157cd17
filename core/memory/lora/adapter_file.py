"""The file of an adapter: only A and B, under peft's names, in safetensors; its size told beforehand.

A safetensors file is eight bytes for the header's length, a JSON header (each tensor's format, shape and
place, filled up with blanks to a multiple of eight), and the numbers one behind the other.
Source: the format's description in the safetensors project's README.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

from core.errors import GlassboxError
from core.memory.lora.low_rank import LowRankLinear

PREFIX = "base_model.model."
METADATA = {"format": "pt"}
BYTES = 4
"""Of a number: A and B are kept in float32."""


def adapter_tensors(updates: Mapping[str, LowRankLinear]) -> dict[str, Tensor]:
    """A and B of every matrix under the names that peft gives them."""
    tensors = {}
    for name, layer in updates.items():
        tensors[f"{PREFIX}{name}.lora_A.weight"] = layer.a.detach().contiguous()
        tensors[f"{PREFIX}{name}.lora_B.weight"] = layer.b.detach().contiguous()
    return tensors


def predicted_bytes(shapes: Mapping[str, Sequence[int]]) -> int:
    """Size of the file that holds float32 tensors of these names and shapes, to the byte.

    >>> predicted_bytes({"a": (2, 3)})
    120
    """
    header: dict[str, object] = {"__metadata__": METADATA}
    place = 0
    for name in sorted(shapes):
        size = BYTES
        for length in shapes[name]:
            size *= length
        header[name] = {
            "dtype": "F32",
            "shape": list(shapes[name]),
            "data_offsets": [place, place + size],
        }
        place += size
    length = len(json.dumps(header, separators=(",", ":")).encode())
    return 8 + -(-length // 8) * 8 + place


def write_adapter(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Save the tensors as safetensors, as peft does."""
    save_file(dict(tensors), path, metadata=METADATA)


def put_into(updates: Mapping[str, LowRankLinear], tensors: Mapping[str, Tensor]) -> None:
    """Fill the updates with a saved adapter: from here training goes on, without the optimizer's memory.

    Raises:
        GlassboxError: the file belongs to another rank or to other matrices.
    """
    own = adapter_tensors(updates)
    if {name: value.shape for name, value in own.items()} != {
        name: value.shape for name, value in tensors.items()
    }:
        raise GlassboxError("memory.lora.error.adapter")
    for name, value in own.items():
        value.copy_(tensors[name])


def read_adapter(path: Path) -> dict[str, Tensor]:
    """The tensors of an adapter's file.

    Raises:
        GlassboxError: missing or damaged.
    """
    try:
        return load_file(path)
    except Exception as error:
        raise GlassboxError("memory.lora.error.file", file=path.name) from error
