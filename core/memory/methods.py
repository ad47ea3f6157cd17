"""Ways of tuning a model, and the numbers that each of them trains: formulas, one a method.

Each is proved equal to peft's own count. Sources: LoRA (Hu et al. 2021, section 4.1), AdaLoRA (Zhang et
al. 2023, section 3.1), IA3 (Liu et al. 2022, section 3.3), adapters (Houlsby et al. 2019, section 2.1),
prompt tuning (Lester et al. 2021, section 2), prefix tuning (Li and Liang 2021, section 4.3), P-tuning
(Liu et al. 2021, "GPT Understands, Too", section 3.2), BitFit (Ben Zaken et al. 2021, section 3),
QLoRA (Dettmers et al. 2023, section 3).
"""

from dataclasses import dataclass

from core.errors import GlassboxError
from core.memory.architecture import LARGEST_SIZE, Architecture, check_size
from core.memory.layout import layout
from core.memory.modules import Block, Module, TensorGroup

METHODS = (
    "inference",
    "full",
    "freeze",
    "bitfit",
    "lora",
    "qlora",
    "adalora",
    "ia3",
    "adapter",
    "prompt",
    "prefix",
    "p-tuning",
)
LOW_RANK = ("lora", "qlora", "adalora")
VIRTUAL_TOKENS = ("prompt", "prefix", "p-tuning")
IA3_ROLES = ("k", "v", "down")
EVERY_MATRIX = ("all", "all-linear")


@dataclass(frozen=True)
class Method:
    """A way of tuning with its settings; those that it does not use are ignored."""

    name: str = "full"
    rank: int = 8
    alpha: int = 16
    """Scales the update by alpha / rank: costs nothing."""
    targets: tuple[str, ...] = ("q", "v")
    """Roles (q, k, v, o, gate, up, down), names of matrices, or `all`."""
    dropout: float = 0.0
    """In front of LoRA's first matrix."""
    layers: int = 2
    """Blocks, counted from the last, that `freeze` leaves trainable."""
    tokens: int = 20
    """Virtual tokens of prompt, prefix and P-tuning."""
    hidden: int = 64
    """Inner width of an adapter; of the network behind P-tuning's or a projected prefix's vectors."""
    projection: bool = False
    """Whether a prefix is made by a network of its own while it is trained."""
    number_format: str = "fp32"
    """Of the added weights; peft keeps them in float32 whatever the model is in."""
    base_format: str = "nf4"
    """Of QLoRA's frozen matrices: `nf4` (double quantisation) or `nf4-single`."""

    @property
    def trains(self) -> bool:
        """Whether there is a backward pass at all."""
        return self.name != "inference"

    @property
    def adds(self) -> bool:
        """Whether it leaves the model as it is and trains new numbers."""
        return self.name in (*LOW_RANK, *VIRTUAL_TOKENS, "ia3", "adapter")


def lora_tensors(module: Module, rank: int, parts: int = 1) -> tuple[TensorGroup, ...]:
    """A (rank, inputs) and B (outputs, rank): `rank * (inputs + outputs)` numbers.

    Source: Hu et al. 2021, "LoRA", section 4.1, W + BA.

    >>> query = Module("q_proj", ("q",), "linear", 576, 576)
    >>> sum(group.numbers for group in lora_tensors(query, rank=8))
    9216
    """
    inputs = module.inputs // parts if module.split == "inputs" else module.inputs
    outputs = module.outputs // parts if module.split == "outputs" else module.outputs
    return (
        TensorGroup(f"{module.name}.lora_A", (rank, inputs), module.copies),
        TensorGroup(f"{module.name}.lora_B", (outputs, rank), module.copies),
    )


def adalora_tensors(module: Module, rank: int, parts: int = 1) -> tuple[TensorGroup, ...]:
    """LoRA's two matrices and the `rank` singular values between them.

    Source: Zhang et al. 2023, "AdaLoRA", equation 3, P diag(E) Q.
    """
    return (
        *lora_tensors(module, rank, parts),
        TensorGroup(f"{module.name}.lora_E", (rank, 1), module.copies),
    )


def ia3_tensors(module: Module, parts: int = 1) -> tuple[TensorGroup, ...]:
    """One factor for each key and value number, and for each inner number of the feed-forward part.

    Source: Liu et al. 2022, "Few-Shot Parameter-Efficient Fine-Tuning", section 3.3.

    >>> ia3_tensors(Module("k_proj", ("k",), "linear", 192, 576))[0].numbers
    192
    """
    numbers = module.inputs if "down" in module.roles else module.outputs
    return (TensorGroup(f"{module.name}.ia3", (numbers // parts,), module.copies),)


def adapter_tensors(width: int, hidden: int) -> tuple[TensorGroup, ...]:
    """Two bottlenecks a block, each 2 d m + d + m numbers.

    Source: Houlsby et al. 2019, "Parameter-Efficient Transfer Learning for NLP", section 2.1.

    >>> sum(group.numbers for group in adapter_tensors(576, 64))
    148736
    """
    return (
        TensorGroup("adapter.down.weight", (hidden, width), 2),
        TensorGroup("adapter.down.bias", (hidden,), 2),
        TensorGroup("adapter.up.weight", (width, hidden), 2),
        TensorGroup("adapter.up.bias", (width,), 2),
    )


def prompt_tensors(tokens: int, width: int) -> tuple[TensorGroup, ...]:
    """One vector a virtual token. Source: Lester et al. 2021, section 2.

    >>> prompt_tensors(20, 576)[0].numbers
    11520
    """
    return (TensorGroup("prompt", (tokens, width)),)


def p_tuning_tensors(tokens: int, width: int, hidden: int) -> tuple[TensorGroup, ...]:
    """Vectors and the three-layer network that they pass while training (peft's `MLP`).

    Source: Liu et al. 2021, "GPT Understands, Too", section 3.2 (there with an LSTM in front).
    """
    shapes = ((hidden, width), (hidden, hidden), (width, hidden))
    return (
        *prompt_tensors(tokens, width),
        *(TensorGroup(f"mlp.{index}.weight", shape) for index, shape in enumerate(shapes)),
        *(TensorGroup(f"mlp.{index}.bias", shape[:1]) for index, shape in enumerate(shapes)),
    )


def prefix_tensors(architecture: Architecture, method: Method) -> tuple[TensorGroup, ...]:
    """A key and a value for each virtual token in each block, of the key and value heads' width.

    Source: Li and Liang 2021, "Prefix-Tuning", sections 4.2 and 4.3 (the network `projection`).
    """
    width, layers = architecture.key_value_heads * architecture.head_width, architecture.all_layers
    if not method.projection:
        return (TensorGroup("prefix", (method.tokens, 2 * layers * width)),)
    return (
        TensorGroup("prefix", (method.tokens, width)),
        TensorGroup("transform.0.weight", (method.hidden, width)),
        TensorGroup("transform.0.bias", (method.hidden,)),
        TensorGroup("transform.2.weight", (2 * layers * width, method.hidden)),
        TensorGroup("transform.2.bias", (2 * layers * width,)),
    )


def targeted(architecture: Architecture, method: Method, block: Block) -> tuple[Module, ...]:
    """The matrices of a block to which LoRA or IA3 is added."""
    wanted = IA3_ROLES if method.name == "ia3" else method.targets
    everything = any(target in EVERY_MATRIX for target in wanted)
    return tuple(
        module
        for module in block.modules
        if module.kind == "linear"
        and (
            (everything and "router" not in module.roles)
            or any(target == module.name or target in module.roles for target in wanted)
        )
    )


def added_to_block(
    architecture: Architecture, method: Method, block: Block, parts: int = 1
) -> tuple[TensorGroup, ...]:
    """New tensors that the method trains in one block."""
    if method.name == "adapter":
        return adapter_tensors(architecture.width, method.hidden)
    if method.name not in (*LOW_RANK, "ia3"):
        return ()
    modules = targeted(architecture, method, block)
    if method.name == "ia3":
        groups = (ia3_tensors(module, parts) for module in modules)
    elif method.name == "adalora":
        groups = (adalora_tensors(module, method.rank, parts) for module in modules)
    else:
        groups = (lora_tensors(module, method.rank, parts) for module in modules)
    return tuple(tensor for group in groups for tensor in group)


def added_outside(architecture: Architecture, method: Method) -> tuple[TensorGroup, ...]:
    """New tensors that belong to no block: virtual tokens and what makes them."""
    if method.name == "prompt":
        return prompt_tensors(method.tokens, architecture.width)
    if method.name == "p-tuning":
        return p_tuning_tensors(method.tokens, architecture.width, method.hidden)
    return prefix_tensors(architecture, method) if method.name == "prefix" else ()


def check_method(architecture: Architecture, method: Method) -> Method:
    """The method, if this model can be tuned so.

    Raises:
        GlassboxError: unknown, a size that cannot be, a target that is not there, a rank above the
            matrix, no bias to train.
    """
    if method.name not in METHODS:
        raise GlassboxError(
            "memory.predict.error.choice", name="method", value=method.name[:40], known=", ".join(METHODS)
        )
    for name in ("rank", "tokens", "hidden"):
        check_size(name, getattr(method, name), LARGEST_SIZE)
    check_size("layers", method.layers, LARGEST_SIZE, least=0)
    blocks = layout(architecture).blocks
    if method.name == "freeze" and not 1 <= method.layers <= architecture.all_layers:
        raise GlassboxError("memory.predict.error.freeze", layers=method.layers, most=architecture.all_layers)
    if method.name == "bitfit" and not any(module.bias for block in blocks for module in block.modules):
        raise GlassboxError("memory.predict.error.no_bias", model=architecture.name)
    if method.name == "prefix" and (architecture.latent is not None or architecture.decoder_layers):
        raise GlassboxError("memory.predict.error.no_prefix", model=architecture.name)
    if method.name in LOW_RANK:
        _check_low_rank(architecture, method, blocks)
    return method


def _check_low_rank(architecture: Architecture, method: Method, blocks: tuple[Block, ...]) -> None:
    linears = [module for block in blocks for module in block.modules if module.kind == "linear"]
    names = dict.fromkeys(name for module in linears for name in (*module.roles, module.name))
    for target in method.targets or ("",):
        if target not in (*names, *EVERY_MATRIX):
            raise GlassboxError(
                "memory.predict.error.target", target=target[:40] or "-", known=", ".join((*names, "all"))
            )
    for block in blocks:
        for module in targeted(architecture, method, block):
            if method.rank > min(module.inputs, module.outputs):
                raise GlassboxError(
                    "memory.predict.error.rank",
                    rank=method.rank,
                    module=module.name,
                    outputs=module.outputs,
                    inputs=module.inputs,
                )
