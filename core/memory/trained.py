"""Which tensors a plan trains, and which it only reads."""

from dataclasses import dataclass

from core.memory.architecture import Architecture
from core.memory.layout import layout
from core.memory.methods import Method, added_outside, added_to_block
from core.memory.modules import Module, TensorGroup
from core.memory.parallel import Parallel, Stage, stages


@dataclass(frozen=True)
class Trained:
    """The tensors of one device that get gradients."""

    base: tuple[TensorGroup, ...]
    """The model's own."""
    added: tuple[TensorGroup, ...]
    """New ones."""

    @property
    def numbers(self) -> int:
        """All of them."""
        return count(self.base) + count(self.added)


def count(tensors: tuple[TensorGroup, ...]) -> int:
    """Numbers in all groups.

    >>> count((TensorGroup("a", (2, 3)), TensorGroup("b", (4,), copies=2)))
    14
    """
    return sum(tensor.numbers for tensor in tensors)


def trained_layers(architecture: Architecture, method: Method) -> int:
    """Blocks, counted from the end, whose own weights are trained."""
    return {"full": architecture.all_layers, "freeze": method.layers}.get(method.name, 0)


def trained_tensors(architecture: Architecture, method: Method, stage: Stage, tensor: int = 1) -> Trained:
    """What one of `tensor` devices of a stage trains.

    Freezing all but k blocks leaves embedding, final norm and output layer frozen too; BitFit trains the
    biases of the blocks and norms, a pooler's left out.
    """
    base: list[TensorGroup] = []
    added: list[TensorGroup] = []
    for block, trained in stage.blocks:
        own = [group for module in block.modules for group in _own(method, module, trained, tensor)]
        base += [_times(group, block.count) for group in own]
        more = added_to_block(architecture, method, block, tensor)
        added += [_times(group, block.count) for group in more]
    if method.name in ("full", "bitfit"):
        outside = (
            module for module in stage.outside if method.name == "full" or "pooler" not in module.roles
        )
        base += [group for module in outside for group in _own(method, module, method.name == "full", tensor)]
    if stage.starts:
        added += added_outside(architecture, method)
    return Trained(tuple(base), tuple(added))


def trainable_parameters(architecture: Architecture, method: Method) -> int:
    """Numbers that the method trains in the whole model.

    >>> from core.memory.presets import preset
    >>> trainable_parameters(preset("smollm2-135m"), Method("lora", rank=8, targets=("q", "v")))
    460800
    """
    (stage,) = stages(architecture, Parallel(), trained_layers(architecture, method), 1)
    return trained_tensors(architecture, method, stage).numbers


def saved_numbers(architecture: Architecture, method: Method) -> int:
    """Numbers in the file that such a tuning leaves: what it trained, or of virtual tokens their vectors."""
    if method.name == "p-tuning":
        return method.tokens * architecture.width
    if method.name == "prefix":
        width = architecture.key_value_heads * architecture.head_width
        return method.tokens * 2 * architecture.all_layers * width
    if method.name == "full":
        return layout(architecture).parameters
    return trainable_parameters(architecture, method)


def _own(method: Method, module: Module, trained: bool, tensor: int) -> tuple[TensorGroup, ...]:
    groups = module.tensors(tensor)
    if trained:
        return groups
    return tuple(group for group in groups if method.name == "bitfit" and group.name.endswith(".bias"))


def _times(group: TensorGroup, count: int) -> TensorGroup:
    return TensorGroup(group.name, group.shape, group.copies * count)
