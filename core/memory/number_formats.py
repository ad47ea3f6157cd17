"""How many bytes a number takes in each format, the small print of quantised ones included.

Sources: IEEE 754 (fp32, fp16); Dettmers et al. 2022, "LLM.int8()", section 2 (one scale a row);
Dettmers et al. 2023, "QLoRA", section 3 (NF4: 64 numbers share a scale of 32 bits; with double
quantisation the scales take 8 bits and 256 of them share one of 32 bits).
"""

from core.errors import GlassboxError
from core.memory.modules import TensorGroup

BYTES = {"fp32": 4, "bf16": 2, "fp16": 2}
"""Formats in which a step can compute."""
QUANTISED = ("int8", "nf4", "nf4-single")
"""Formats in which frozen weights can be stored: `nf4` with double quantisation, `nf4-single` without."""
WEIGHT_FORMATS = (*BYTES, *QUANTISED)
NF4_BLOCK = 64
SCALE_BLOCK = 256


def bytes_each(number_format: str) -> int:
    """Bytes of one number of a format that can be computed with.

    Raises:
        GlassboxError: an unknown format.

    >>> bytes_each("bf16")
    2
    """
    if number_format not in BYTES:
        raise GlassboxError(
            "memory.predict.error.choice", name="dtype", value=number_format[:40], known=", ".join(BYTES)
        )
    return BYTES[number_format]


def nf4_bits(double_quantisation: bool = True) -> float:
    """Bits a parameter: 4 + 32/64, or 4 + 8/64 + 32/(64*256).

    Source: Dettmers et al. 2023, "QLoRA", section 3, "Double Quantization": 0.5 and 0.127 bits.

    >>> nf4_bits(False), nf4_bits()
    (4.5, 4.126953125)
    """
    return 4 + (8 / NF4_BLOCK + 32 / (NF4_BLOCK * SCALE_BLOCK) if double_quantisation else 32 / NF4_BLOCK)


def stored_bytes(tensor: TensorGroup, number_format: str) -> int:
    """Bytes of a group of tensors; quantised, each has scales of its own for the last, unfinished block too.

    >>> stored_bytes(TensorGroup("q_proj.weight", (576, 576)), "nf4")
    171156
    >>> stored_bytes(TensorGroup("q_proj.weight", (576, 576)), "int8")
    334080
    """
    numbers = tensor.each
    if number_format == "int8":
        return tensor.copies * (numbers + 4 * tensor.shape[0])
    if number_format.startswith("nf4"):
        scales = -(-numbers // NF4_BLOCK)
        half = -(-numbers // 2)
        if number_format == "nf4-single":
            return tensor.copies * (half + 4 * scales)
        return tensor.copies * (half + scales + 4 * -(-scales // SCALE_BLOCK))
    return tensor.copies * numbers * bytes_each(number_format)
