"""Formulas filled with numbers, as LaTeX: what bits mean, and what a matrix takes."""

import math

from core.memory.number_formats import SCALE_BLOCK
from core.memory.quantise.float_format import Encoded
from core.memory.quantise.weight_formats import FORMATS, predicted_bytes


def value_formula(encoded: Encoded) -> str:
    """What the bits mean, with the fields' numbers; empty where they mean infinity or no number.

    >>> from core.memory.quantise.float_format import FLOAT_FORMATS, encode
    >>> r"2^{127-127} \\times \\left(1+\\frac{64}{128}" in value_formula(encode(1.5, FLOAT_FORMATS["bf16"]))
    True
    """
    if not math.isfinite(encoded.value):
        return ""
    kept, (sign, exponent, mantissa) = encoded.format, encoded.fields
    field = int(exponent, 2)
    power = rf"2^{{{field}-{kept.bias}}}" if field else rf"2^{{1-{kept.bias}}}"
    share = rf"\left({int(bool(field))}+\frac{{{int(mantissa, 2)}}}{{{2**kept.mantissa_bits}}}\right)"
    return _two_lines(rf"(-1)^{{{sign}}} \times {power} \times {share}", latex_number(encoded.value))


def latex_number(value: float) -> str:
    r"""A number with up to nine digits, its power of ten written as one.

    >>> latex_number(5.960464477539063e-08)
    '5.96046448 \\times 10^{-8}'
    """
    digits, _, power = f"{value:.9g}".partition("e")
    return rf"{digits} \times 10^{{{int(power)}}}" if power else digits


def bytes_formula(shape: tuple[int, ...], name: str, block: int = 64, double: bool = False) -> str:
    r"""Codes and scales of a matrix in bytes.

    >>> bytes_formula((2, 2), "int8")
    '\\begin{aligned}&\\underbrace{4 \\times 1}_{w} + \\underbrace{1 \\times 4}_{s}\\\\&= 8\\end{aligned}'
    """
    kept, numbers = FORMATS[name], math.prod(shape)
    groups = {"tensor": 1, "channel": shape[0], "block": -(-numbers // block)}[kept.grouping]
    if kept.grouping == "block":
        numbers = groups * block
    parts = [rf"\underbrace{{{_grouped(numbers)} \times {_bytes_each(kept.bits)}}}_{{w}}"]
    if double and kept.rounding == "levels":
        parts.append(
            rf"\underbrace{{{_grouped(groups)} \times 1 + {-(-groups // SCALE_BLOCK)} \times 4 + 4}}_{{s}}"
        )
    elif kept.rounding != "cast":
        parts.append(rf"\underbrace{{{_grouped(groups)} \times 4}}_{{s}}")
    return _two_lines(" + ".join(parts), _grouped(predicted_bytes(shape, name, block, double)))


def _two_lines(formula: str, result: str) -> str:
    """A formula over its result: side by side they would be too wide for a phone."""
    return rf"\begin{{aligned}}&{formula}\\&= {result}\end{{aligned}}"


def _bytes_each(bits: int) -> str:
    return str(bits // 8) if bits >= 8 else r"\tfrac{1}{2}"


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", r",\!")
