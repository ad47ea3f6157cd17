"""Floating-point formats written out against torch's own casts, code by code."""

import math
import struct

import pytest
import torch

from core.errors import GlassboxError
from core.memory.quantise.float_format import FLOAT_FORMATS, decode, encode, neighbours
from core.memory.quantise.one_number import one_number, typed_number, worst_relative_error

TORCH = {
    "fp16": (torch.float16, torch.int16),
    "bf16": (torch.bfloat16, torch.int16),
    "fp8-e5m2": (torch.float8_e5m2, torch.uint8),
    "fp8-e4m3": (torch.float8_e4m3fn, torch.uint8),
}


def same(ours: float, theirs: float) -> bool:
    return ours == theirs or (math.isnan(ours) and math.isnan(theirs))


@pytest.mark.parametrize("name", TORCH)
def test_every_code_means_what_it_means_to_torch(name: str):
    kind, integer = TORCH[name]
    kept = FLOAT_FORMATS[name]
    codes = torch.arange(2**kept.bits).to(torch.int32)
    values = codes.to(integer).view(kind).double().tolist()
    wrong = [code for code, value in enumerate(values) if not same(decode(code, kept), value)]
    assert wrong == []


@pytest.mark.parametrize("name", TORCH)
def test_numbers_round_as_torch_casts_them(name: str):
    """Random numbers of all sizes, every representable number of 8 bits and halfway between, both signs."""
    kind, _ = TORCH[name]
    kept = FLOAT_FORMATS[name]
    draw = torch.Generator().manual_seed(0)
    sizes = torch.randn(3000, generator=draw) * 10.0 ** torch.randint(-9, 6, (3000,), generator=draw)
    count = min(kept.largest_code, 2000)
    ordered = torch.tensor([decode(code, kept) for code in range(count)])
    halfway = (ordered[1:] + ordered[:-1]) / 2
    near_top = torch.tensor(
        [kept.largest * share for share in (0.99, 1.0, 1.01, 1.03, 1.04, 1.0624, 1.07, 2.0)]
    )
    numbers = torch.cat((sizes, ordered, halfway, near_top, -near_top, -halfway, torch.tensor([0.0, -0.0])))
    numbers = numbers[numbers.isfinite()]
    cast = numbers.to(kind).double().tolist()
    for number, expected in zip(numbers.tolist(), cast, strict=True):
        found = encode(number, kept)
        assert same(found.value, expected), (number, found, expected)


def test_fp32_bits_are_those_of_the_machine():
    for number in (0.1, -3.14159, 1e-45, 1.5e-42, 16_777_217.0, 3.4e38, -0.0, 1.17549435e-38):
        (expected,) = struct.unpack(">I", struct.pack(">f", number))
        assert encode(number, FLOAT_FORMATS["fp32"]).code == expected
    assert encode(4e38, FLOAT_FORMATS["fp32"]).value == math.inf


def test_published_ends_of_the_formats():
    """Micikevicius et al. 2022, table 1; IEEE 754; the OCP microscaling specification, section 5.3.3."""
    ends = {
        "fp16": (65_504, 2**-14, 2**-24),
        "bf16": (3.3895313892515355e38, 2**-126, 2**-133),
        "fp8-e5m2": (57_344, 2**-14, 2**-16),
        "fp8-e4m3": (448, 2**-6, 2**-9),
        "fp4-e2m1": (6, 1, 0.5),
    }
    for name, expected in ends.items():
        kept = FLOAT_FORMATS[name]
        assert (kept.largest, kept.smallest_normal, kept.smallest) == expected
    finfo = torch.finfo(torch.float32)
    assert FLOAT_FORMATS["fp32"].largest == finfo.max
    assert FLOAT_FORMATS["fp32"].relative_step == finfo.eps
    assert [abs(decode(code, FLOAT_FORMATS["fp4-e2m1"])) for code in range(8)] == [0, 0.5, 1, 1.5, 2, 3, 4, 6]


def test_what_became_of_a_number_is_named():
    half, four = FLOAT_FORMATS["fp16"], FLOAT_FORMATS["fp4-e2m1"]
    outcomes = {0.5: "exact", 0.1: "rounded", 1e-6: "subnormal", 1e-9: "underflow", 70_000.0: "overflow"}
    assert {number: encode(number, half).outcome for number in outcomes} == outcomes
    assert encode(100.0, four).outcome == "saturated"
    assert encode(100.0, four).value == 6
    with pytest.raises(GlassboxError):
        encode(math.inf, half)


def test_neighbours_are_those_of_torch():
    for number in (1.0, 0.1, 2049.0, 6e-8):
        found = encode(number, FLOAT_FORMATS["fp32"])
        tensor = torch.tensor(number)
        above = torch.nextafter(tensor, torch.tensor(math.inf)).item()
        below = torch.nextafter(tensor, torch.tensor(0.0)).item()
        assert neighbours(found) == (below, above)
    assert neighbours(encode(65_504, FLOAT_FORMATS["fp16"])) == (65_472, math.inf)
    assert neighbours(encode(70_000, FLOAT_FORMATS["fp16"]))[0] == 65_504


@pytest.mark.parametrize("name", ["bf16", "fp16", "fp8-e4m3", "int8", "nf4", "fp4"])
def test_no_number_is_further_off_than_the_bound(name: str):
    draw = torch.Generator().manual_seed(1)
    for size in (10.0 ** (-7 + 7 * torch.rand(400, generator=draw))).tolist():
        (row,) = [row for row in one_number(size, 1.0).rows if row.name == name]
        bound = worst_relative_error(size, name, 1.0)
        assert bound is not None
        assert abs(row.value - size) / size <= bound * (1 + 1e-9)


def test_scaled_formats_divide_by_the_largest_of_the_group():
    found = {row.name: row for row in one_number(-0.5, 2.0).rows}
    assert found["int8"].value == pytest.approx(-32 / 127 * 2)
    assert found["int8"].fields[2] == format((-32) % 256, "08b")
    assert found["nf4"].value == pytest.approx(-0.28444138169288635 * 2, rel=1e-6)
    assert found["fp4"].value == pytest.approx(-1.5 / 6 * 2)
    assert found["fp4"].fields[2] == "1011"
    assert one_number(5.0, 2.0).largest == 5.0
    for bad in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(GlassboxError):
            one_number(1.0, bad)


@pytest.mark.parametrize("text", ["", "a", "nan", "inf", "1e400", "1e-300", "9" * 50, "1,5", "٣٣x"])
def test_what_is_no_number_is_refused(text: str):
    with pytest.raises(GlassboxError):
        typed_number(text)


def test_typed_numbers():
    assert typed_number("−2.5") == -2.5
    assert typed_number("0") == 0.0
    rows = one_number(0.0, 1.0).rows
    assert all(row.value == 0 and row.outcome == "exact" for row in rows)
