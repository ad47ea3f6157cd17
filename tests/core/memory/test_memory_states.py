"""Optimizer states and number formats against the real optimizers."""

import pytest
import torch

from core.errors import GlassboxError
from core.memory.modules import TensorGroup
from core.memory.number_formats import nf4_bits, stored_bytes
from core.memory.optimizers import is_paged, state_bytes

SHAPES = ((64, 96), (96,), (128, 32))
GROUPS = tuple(TensorGroup(str(shape), shape) for shape in SHAPES)


def real_state_bytes(optimizer_class, dtype=torch.float32, **options) -> int:
    torch.manual_seed(0)
    parameters = [torch.nn.Parameter(torch.randn(shape, dtype=dtype)) for shape in SHAPES]
    optimizer = optimizer_class(parameters, **options)
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    values = [value for state in optimizer.state.values() for value in state.values()]
    return sum(v.numel() * v.element_size() for v in values if isinstance(v, torch.Tensor))


def test_adamw_in_both_formats():
    assert state_bytes("adamw", GROUPS, "fp32") == real_state_bytes(torch.optim.AdamW)
    assert state_bytes("adamw", GROUPS, "bf16") == real_state_bytes(torch.optim.AdamW, torch.bfloat16)


def test_sgd_with_and_without_momentum():
    assert state_bytes("sgd", GROUPS, "fp32") == real_state_bytes(torch.optim.SGD, lr=0.1) == 0
    assert state_bytes("sgd-momentum", GROUPS, "fp32") == real_state_bytes(
        torch.optim.SGD, lr=0.1, momentum=0.9
    )
    assert state_bytes("lion", GROUPS, "fp32") == state_bytes("sgd-momentum", GROUPS, "fp32")


def test_adafactor():
    assert state_bytes("adafactor", GROUPS, "fp32") == real_state_bytes(torch.optim.Adafactor, lr=0.1)


def test_eight_bit_states_are_a_quarter_and_their_scales():
    """2 x (1 + 4/256) bytes a parameter; a vector of 96 stays at 2 x 4 bytes each."""
    matrices = 64 * 96 + 128 * 32
    assert state_bytes("adamw-8bit", GROUPS, "fp32") == matrices * 2 * (1 + 4 / 256) + 96 * 8
    assert state_bytes("paged-adamw-8bit", GROUPS, "fp32") == state_bytes("adamw-8bit", GROUPS, "fp32")
    assert is_paged("paged-adamw")
    assert not is_paged("adamw")


def test_bits_of_nf4_as_the_paper_gives_them():
    """Section 3: 0.5 bits a parameter for scales, 0.127 with double quantisation."""
    assert nf4_bits(double_quantisation=False) - 4 == 0.5
    assert round(nf4_bits() - 4, 3) == 0.127
    whole = TensorGroup("w", (4096, 4096))
    assert 8 * stored_bytes(whole, "nf4") / whole.each == nf4_bits()
    assert 8 * stored_bytes(whole, "nf4-single") / whole.each == 4.5


def test_int8_has_a_scale_a_row():
    assert stored_bytes(TensorGroup("w", (10, 100), copies=3), "int8") == 3 * (1000 + 40)


def test_unknown_names_are_refused():
    with pytest.raises(GlassboxError, match="optimizer cannot be muon"):
        state_bytes("muon", GROUPS, "fp32")
    with pytest.raises(GlassboxError, match="dtype cannot be fp3"):
        stored_bytes(GROUPS[0], "fp3")
