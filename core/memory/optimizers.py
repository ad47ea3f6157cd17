"""What an optimizer remembers of every trained number between two steps."""

from collections.abc import Callable, Iterable

from core.errors import GlassboxError
from core.memory.modules import TensorGroup
from core.memory.number_formats import BYTES

EIGHT_BIT_BLOCK = 256
"""Numbers that share a scale in bitsandbytes' 8-bit states; 2,048 in the paper."""
SMALLEST_EIGHT_BIT = 4096
"""Tensors with fewer numbers keep 32-bit states in bitsandbytes (`min_8bit_size`)."""
COUNTER = 4
"""Bytes of the step number that torch keeps beside each tensor's states."""


def adamw_states(tensor: TensorGroup, bytes_each: int) -> int:
    """Mean and mean square of each gradient: 2 numbers a parameter, and a step number a tensor.

    Source: Loshchilov and Hutter 2017, "Decoupled Weight Decay Regularization", algorithm 2.

    >>> adamw_states(TensorGroup("bias", (100,)), 4)
    804
    """
    return tensor.copies * (2 * tensor.each * bytes_each + COUNTER)


def adamw_8bit_states(tensor: TensorGroup, bytes_each: int) -> int:
    """The same two numbers in 8 bits each, with a 32-bit scale for every 256 of them.

    Source: Dettmers et al. 2021, "8-bit Optimizers via Block-wise Quantization", section 2; block size and
    the smallest tensor as in bitsandbytes, which keeps a small tensor's states in 32 bits.

    >>> adamw_8bit_states(TensorGroup("matrix", (256, 256)), 4)
    133120
    >>> adamw_8bit_states(TensorGroup("bias", (256,)), 4)
    2048
    """
    numbers = tensor.each
    if numbers < SMALLEST_EIGHT_BIT:
        return tensor.copies * 2 * numbers * 4
    return tensor.copies * 2 * (numbers + 4 * -(-numbers // EIGHT_BIT_BLOCK))


def adafactor_states(tensor: TensorGroup, bytes_each: int) -> int:
    """Of a matrix only row and column sums of the squares; of a vector every square; no mean.

    Source: Shazeer and Stern 2018, "Adafactor", algorithms 4 and 5 (without momentum). torch keeps the
    sums in the gradient's format; transformers' own Adafactor always in float32.

    >>> adafactor_states(TensorGroup("matrix", (1000, 200)), 4)
    4804
    >>> adafactor_states(TensorGroup("matrix", (1000, 200)), 2)
    2404
    """
    numbers = tensor.shape[0] if len(tensor.shape) == 1 else sum(tensor.shape)
    return tensor.copies * (bytes_each * numbers + COUNTER)


def sgd_states(tensor: TensorGroup, bytes_each: int) -> int:
    """Plain stochastic gradient descent remembers nothing."""
    return 0


def momentum_states(tensor: TensorGroup, bytes_each: int) -> int:
    """One running mean a parameter.

    Source: Sutskever et al. 2013, "On the importance of initialization and momentum", equation 1.

    >>> momentum_states(TensorGroup("bias", (100,)), 4)
    400
    """
    return tensor.numbers * bytes_each


def lion_states(tensor: TensorGroup, bytes_each: int) -> int:
    """One running mean a parameter; only its sign is used.

    Source: Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", program 1.
    """
    return momentum_states(tensor, bytes_each)


def importance_bytes(tensors: Iterable[TensorGroup]) -> int:
    """What AdaLoRA remembers of every added number to tell which rank to cut: three float32 numbers.

    The last sensitivity |w g|, its running mean and that mean's uncertainty; peft makes all three beside
    the optimizer's own states at the first call of `update_and_allocate`.

    Source: Zhang et al. 2023, "AdaLoRA", equations 8 to 10.

    >>> importance_bytes([TensorGroup("lora_A", (8, 576))])
    55296
    """
    return sum(3 * 4 * tensor.numbers for tensor in tensors)


OPTIMIZERS: dict[str, Callable[[TensorGroup, int], int]] = {
    "adamw": adamw_states,
    "adamw-8bit": adamw_8bit_states,
    "paged-adamw": adamw_states,
    "paged-adamw-8bit": adamw_8bit_states,
    "adafactor": adafactor_states,
    "sgd": sgd_states,
    "sgd-momentum": momentum_states,
    "lion": lion_states,
}


def state_bytes(optimizer: str, tensors: Iterable[TensorGroup], number_format: str) -> int:
    """Bytes that the optimizer keeps for all trained tensors, in `number_format` where it has a choice.

    Raises:
        GlassboxError: an unknown optimizer.
    """
    if optimizer not in OPTIMIZERS:
        raise GlassboxError(
            "memory.predict.error.choice", name="optimizer", value=optimizer[:40], known=", ".join(OPTIMIZERS)
        )
    each = BYTES[number_format]
    return sum(OPTIMIZERS[optimizer](tensor, each) for tensor in tensors)


def is_paged(optimizer: str) -> bool:
    """Whether its states may leave the device while they are not needed.

    Source: Dettmers et al. 2023, "QLoRA", section 3, "Paged Optimizers".
    """
    return optimizer.startswith("paged-")
