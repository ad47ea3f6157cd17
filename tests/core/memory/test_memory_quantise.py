"""Quantising written out against torch's quantised tensors, published constants and hand calculations."""

import warnings
from statistics import NormalDist

import pytest
import torch
from scipy.stats import norm

from core.errors import GlassboxError
from core.memory.modules import TensorGroup
from core.memory.number_formats import stored_bytes
from core.memory.quantise.codebook import CODEBOOKS, fp4_levels, midpoints, nearest, nf4_levels
from core.memory.quantise.double_quantisation import quantise_scales, restored_scales
from core.memory.quantise.grouping import grouped, largest_of_each, ungrouped
from core.memory.quantise.histogram import level_histogram
from core.memory.quantise.packing import pack, unpack
from core.memory.quantise.stored import quantise
from core.memory.quantise.weight_error import together, weight_error
from core.memory.quantise.weight_formats import BLOCKS, FORMATS, predicted_bytes

PUBLISHED_NF4 = (
    -1.0,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0.0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1.0,
)
"""Dettmers et al. 2023, "QLoRA", appendix E."""


def weights(rows: int = 96, columns: int = 80, seed: int = 0) -> torch.Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed)) * 0.05


def test_nf4_from_normal_quantiles_is_the_published_one():
    assert nf4_levels() == pytest.approx(PUBLISHED_NF4, abs=2e-7)


def test_the_quantiles_are_scipys():
    for share in (0.5, 0.9, 0.9677083):
        assert NormalDist().inv_cdf(share) == pytest.approx(norm.ppf(share), abs=1e-12)


def test_fp4_has_the_fifteen_values_of_e2m1():
    positive = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
    assert fp4_levels() == pytest.approx(sorted({sign * each / 6 for each in positive for sign in (1, -1)}))


def test_the_nearest_level_is_nearest():
    levels = nf4_levels()
    for value in torch.linspace(-1, 1, 301).tolist():
        best = min(range(16), key=lambda index: abs(levels[index] - value))
        assert abs(levels[nearest(value, levels)] - value) == pytest.approx(
            abs(levels[best] - value), abs=1e-12
        )
    assert len(midpoints(levels)) == 15


@pytest.mark.parametrize("name", ["fp16", "bf16"])
def test_casts_are_torchs(name: str):
    matrix = weights()
    kind = {"fp16": torch.float16, "bf16": torch.bfloat16}[name]
    assert torch.equal(quantise(matrix, name).restored(), matrix.to(kind).float())


def test_int8_a_tensor_is_torchs_quantised_tensor():
    matrix = weights()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = torch.quantize_per_tensor(matrix, float(matrix.abs().max()) / 127, 0, torch.qint8)
    ours = quantise(matrix, "int8")
    assert torch.equal(ours.codes.reshape(matrix.shape), theirs.int_repr())
    assert torch.allclose(ours.restored(), theirs.dequantize(), atol=1e-8)


def test_int8_a_channel_is_torchs_quantised_tensor():
    matrix = weights()
    scales = matrix.abs().amax(dim=1) / 127
    zeros = torch.zeros(len(scales), dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = torch.quantize_per_channel(matrix, scales.double(), zeros, 0, torch.qint8)
    ours = quantise(matrix, "int8-channel")
    assert torch.equal(ours.codes, theirs.int_repr())
    assert torch.allclose(ours.restored(), theirs.dequantize(), atol=1e-8)


def test_fp8_is_torchs_cast_of_the_scaled_matrix():
    matrix = weights()
    scale = matrix.abs().max()
    expected = (matrix / scale * 448).to(torch.float8_e4m3fn).float() * (scale / 448)
    assert torch.equal(quantise(matrix, "fp8").restored(), expected)


@pytest.mark.parametrize("name", ["nf4", "fp4"])
@pytest.mark.parametrize("block", BLOCKS)
def test_every_4_bit_weight_is_the_nearest_level_of_its_block(name: str, block: int):
    matrix = weights(11, 37)
    restored = quantise(matrix, name, block).restored()
    levels = torch.tensor(CODEBOOKS[name])
    flat, found = matrix.reshape(-1), restored.reshape(-1)
    for start in range(0, flat.numel(), block):
        piece = flat[start : start + block]
        candidates = levels * piece.abs().max()
        best = (piece[:, None] - candidates).abs().min(dim=1).values
        assert torch.allclose((piece - found[start : start + block]).abs(), best, atol=1e-7)


def test_packing_takes_half_a_byte_and_loses_nothing():
    for count in (1, 2, 7, 64):
        codes = torch.arange(count, dtype=torch.uint8) % 16
        packed = pack(codes)
        assert packed.nbytes == -(-count // 2)
        assert torch.equal(unpack(packed, count), codes)


def test_scales_in_8_bits_are_within_an_eighth_of_a_step():
    scales = weights(700, 1, seed=3).abs() + 0.1
    kept = quantise_scales(scales)
    restored = restored_scales(kept)
    assert restored.shape == scales.shape
    spread = (scales - scales.mean()).abs().max()
    assert (restored - scales).abs().max() <= spread / 16  # three mantissa bits: half of 1/8 at the top
    assert kept.codes.nbytes == 700
    assert kept.scales.nbytes == 4 * 3


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("shape", [(96, 80), (11, 37), (1, 1), (384, 2)])
def test_predicted_bytes_are_the_counted_ones(name: str, double: bool, shape: tuple[int, int]):
    for block in (32, 256):
        stored = quantise(weights(*shape), name, block, double)
        assert stored.bytes == predicted_bytes(shape, name, block, double)
        assert stored.restored().shape == shape


def test_the_calculator_of_the_lesson_says_the_same_but_for_the_mean():
    group = TensorGroup("w", (384, 1536))
    assert predicted_bytes((384, 1536), "nf4", 64, True) == stored_bytes(group, "nf4") + 4
    assert predicted_bytes((384, 1536), "nf4", 64, False) == stored_bytes(group, "nf4-single")
    assert predicted_bytes((384, 1536), "int8-channel") == stored_bytes(group, "int8")
    assert 8 * predicted_bytes((4096, 4096), "nf4", 64, True) / 4096**2 == pytest.approx(4.127, abs=5e-4)


def test_zeros_stay_zeros_in_every_format():
    matrix = torch.zeros(3, 40)
    for name in FORMATS:
        assert torch.equal(quantise(matrix, name, 32, double=True).restored(), matrix)


def test_groups_come_back_as_they_were():
    matrix = weights(5, 7)
    for grouping in ("tensor", "channel", "block"):
        groups = grouped(matrix, grouping, 32)
        assert torch.equal(ungrouped(groups, (5, 7)), matrix)
        assert largest_of_each(groups).shape == (groups.shape[0], 1)


def test_what_cannot_be_chosen_is_refused():
    with pytest.raises(GlassboxError):
        quantise(weights(), "int3")
    with pytest.raises(GlassboxError):
        quantise(weights(), "nf4", block=48)


def test_errors_add_up_to_the_error_of_all():
    first, second = weights(8, 8, 1), weights(8, 8, 2)
    a, b = (quantise(each, "int8").restored() for each in (first, second))
    parts = together([weight_error(first, a), weight_error(second, b)])
    whole = weight_error(torch.cat((first, second)), torch.cat((a, b)))
    assert parts.relative == pytest.approx(whole.relative)
    assert parts.decibels == pytest.approx(-20 * torch.log10(torch.tensor(whole.relative)).item(), abs=1e-3)
    assert (parts.largest, parts.zeroed, parts.weights) == (whole.largest, whole.zeroed, whole.weights)
    assert weight_error(first, first).decibels is None


def test_a_uniform_step_has_the_error_of_the_textbook():
    """Rounding to steps of size d leaves a mean square of d * d / 12."""
    matrix = torch.rand(200, 200, generator=torch.Generator().manual_seed(5)) * 2 - 1
    error = weight_error(matrix, quantise(matrix, "int8").restored())
    step = float(matrix.abs().max()) / 127
    assert error.noise / error.weights == pytest.approx(step**2 / 12, rel=0.03)


def test_histograms_hold_every_weight_and_entropy_is_that_of_the_codes():
    matrix = weights(64, 64)
    found = level_histogram(matrix, "nf4", 64)
    assert sum(found.shares) == pytest.approx(1, abs=1e-6)
    assert len(found.levels) == found.used == 16
    assert 3.5 < found.entropy <= 4
    one = level_histogram(torch.tensor([[1.0, 0.0, 0.0, 0.0]]), "int8")
    assert one.entropy == pytest.approx(0.811278, abs=1e-5)  # shares of 1/4 and 3/4
    assert level_histogram(matrix, "fp16").levels == ()
    assert len(level_histogram(matrix, "fp8").levels) == 253
