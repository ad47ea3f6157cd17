"""What holds a model's parameters: matrices, embedding tables and norms, each with its exact shape.

Everything that the calculator says of parameters is a sum over these: the model's size, what LoRA adds
to a matrix, what 4 bits save, what an optimizer keeps, what a device holds of a split model.
"""

from dataclasses import dataclass
from math import prod
from typing import Literal

Kind = Literal["linear", "embedding", "norm"]
Split = Literal["outputs", "inputs", "copied"]


@dataclass(frozen=True)
class TensorGroup:
    """`copies` tensors of one shape that are stored or trained."""

    name: str
    shape: tuple[int, ...]
    copies: int = 1

    @property
    def each(self) -> int:
        """Numbers in one of them.

        >>> TensorGroup("lora_A", (8, 576), copies=30).each
        4608
        """
        return prod(self.shape)

    @property
    def numbers(self) -> int:
        """Numbers in all of them."""
        return self.copies * self.each


@dataclass(frozen=True)
class Module:
    """One layer with parameters; a weight is (outputs, inputs), of a norm (outputs,)."""

    name: str
    """As the published code names it, such as `q_proj`."""
    roles: tuple[str, ...]
    """What it does: q, k, v, o, gate, up, down, ...; a joined matrix does several."""
    kind: Kind
    outputs: int
    inputs: int = 1
    bias: bool = False
    copies: int = 1
    """More than one for the experts of a mixture."""
    split: Split = "copied"
    """How tensor parallelism cuts it: along its outputs, along its inputs, or not."""
    weight: bool = True
    """False for a tied output layer, which has no matrix of its own."""

    @property
    def matrix(self) -> int:
        """Numbers in the weights, biases left out."""
        return self.copies * self.outputs * self.inputs if self.weight else 0

    @property
    def parameters(self) -> int:
        """Weights and biases: `outputs * inputs + outputs`, times the copies.

        >>> Module("query", ("q",), "linear", 384, 384, bias=True).parameters
        147840
        """
        return self.matrix + (self.copies * self.outputs if self.bias else 0)

    def tensors(self, parts: int = 1) -> tuple[TensorGroup, ...]:
        """The parameters as one of `parts` tensor-parallel devices holds them."""
        outputs = self.outputs // parts if self.split == "outputs" else self.outputs
        inputs = self.inputs // parts if self.split == "inputs" else self.inputs
        shape = (outputs,) if self.kind == "norm" else (outputs, inputs)
        groups = [TensorGroup(f"{self.name}.weight", shape, self.copies)] if self.weight else []
        if self.bias:
            groups.append(TensorGroup(f"{self.name}.bias", (outputs,), self.copies))
        return tuple(groups)


@dataclass(frozen=True)
class Block:
    """`count` Transformer blocks of the same build."""

    name: str
    count: int
    modules: tuple[Module, ...]

    @property
    def parameters(self) -> int:
        """Of one block."""
        return sum(module.parameters for module in self.modules)

    def has(self, role: str) -> bool:
        """Whether one of the modules does `role`."""
        return any(role in module.roles for module in self.modules)

    def module(self, role: str) -> Module:
        """The module that does `role`, which must be there."""
        return next(module for module in self.modules if role in module.roles)


def linear(
    name: str,
    role: str,
    outputs: int,
    inputs: int,
    bias: bool = False,
    copies: int = 1,
    split: Split = "copied",
) -> Module:
    """A matrix product; `role` may name several, parted by spaces."""
    return Module(name, tuple(role.split()), "linear", outputs, inputs, bias, copies, split)


def norm(name: str, width: int, bias: bool = False, role: str = "norm") -> Module:
    """A gain, and for LayerNorm a bias, of `width` numbers."""
    return Module(name, (role,), "norm", width, bias=bias)


def embedding(name: str, rows: int, width: int, role: str = "embedding") -> Module:
    """A table of `rows` vectors; split by rows as Megatron does."""
    return Module(
        name, (role,), "embedding", rows, width, split="outputs" if role == "embedding" else "copied"
    )
