"""Norms and activations against torch and transformers, and their refusals."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.attention.block import activations
from core.attention.block.norm_cost import measure_cost
from core.attention.block.norm_example import norm_example
from core.attention.block.norms import (
    deep_norm_steps,
    layer_norm,
    mean_share,
    parameter_count,
    parse_vector,
    rms_norm,
)
from core.errors import GlassboxError


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(3, 5, 24, generator=torch.Generator().manual_seed(0)) + 0.7


def test_norms_are_torchs(x: torch.Tensor) -> None:
    gain, bias = torch.rand(24), torch.rand(24)
    torch.testing.assert_close(layer_norm(x, gain, bias).output, F.layer_norm(x, (24,), gain, bias))
    torch.testing.assert_close(rms_norm(x, gain).output, F.rms_norm(x, (24,), gain, 1e-5))
    added = torch.randn_like(x)
    expected = F.layer_norm(1.7 * x + added, (24,), gain, bias)
    torch.testing.assert_close(deep_norm_steps(x, added, 1.7, gain, bias).norm.output, expected)


def test_rms_norm_is_that_of_llama(x: torch.Tensor) -> None:
    from transformers.models.llama.modeling_llama import LlamaRMSNorm

    module = LlamaRMSNorm(24, eps=1e-6)
    nn.init.uniform_(module.weight)
    torch.testing.assert_close(rms_norm(x, module.weight, 1e-6).output, module(x))


def test_parameters_are_those_of_the_modules() -> None:
    assert parameter_count("layer", 576) == sum(p.numel() for p in nn.LayerNorm(576).parameters())
    assert parameter_count("rms", 576) == sum(p.numel() for p in nn.RMSNorm(576).parameters())


def test_layer_norm_forgets_a_shift_and_rms_norm_does_not() -> None:
    plain, shifted = norm_example("1, 2, 4, 8"), norm_example("1, 2, 4, 8", shift=3.0)
    assert shifted.rows["layer"] == pytest.approx(plain.rows["layer"], abs=1e-5)
    assert shifted.rows["rms"] != pytest.approx(plain.rows["rms"], abs=0.05)
    stretched = norm_example("1, 2, 4, 8", scale=3.0)
    assert stretched.rows["rms"] == pytest.approx(plain.rows["rms"], abs=1e-4)


def test_the_formula_holds_the_numbers_of_the_first_place() -> None:
    example = norm_example("1, 2, 3, 6")  # mean 3, variance 3.5
    assert "3.0000" in example.layer_formula
    assert "3.5000" in example.layer_formula
    assert "-1.0690" in example.layer_formula
    assert "12.5000" in example.rms_formula  # (1 + 4 + 9 + 36) / 4


def test_the_share_of_the_mean_is_what_the_norms_differ_by(x: torch.Tensor) -> None:
    ratio = layer_norm(x, epsilon=0.0).divisor / rms_norm(x, epsilon=0.0).divisor
    torch.testing.assert_close(1 - ratio.squeeze(-1) ** 2, mean_share(x))


@pytest.mark.parametrize("text", ["", "1", "one, two", "1, nan", "1, inf", "1, 1e9", ", ".join("1" * 17)])
def test_what_is_no_vector_is_refused(text: str) -> None:
    with pytest.raises(GlassboxError, match="2 to 16 numbers"):
        parse_vector(text)


def test_every_way_is_timed() -> None:
    cost = measure_cost(rows=2, width=32, seconds=0.05)
    assert cost.repetitions >= 5
    assert min(cost.written_layer, cost.written_rms, cost.kernel_layer, cost.kernel_rms) > 0
    assert cost.kernel_ratio == cost.kernel_rms / cost.kernel_layer


TORCH = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "swish": F.silu,
    "sigmoid": torch.sigmoid,
    "identity": lambda x: x * 1.0,
}


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_activations_and_their_slopes_are_torchs(name: str) -> None:
    x = torch.linspace(-6, 6, 97, dtype=torch.float64, requires_grad=True)
    function, slope = activations.ACTIVATIONS[name]
    torch.testing.assert_close(function(x), TORCH[name](x))
    (gradient,) = torch.autograd.grad(TORCH[name](x).sum(), x)
    torch.testing.assert_close(slope(x.detach()), gradient)


def test_swish_takes_beta() -> None:
    x = torch.linspace(-3, 3, 13, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad((x * torch.sigmoid(1.7 * x)).sum(), x)
    torch.testing.assert_close(activations.swish_slope(x.detach(), 1.7), gradient)


def test_glu_is_torchs_and_swiglu_is_llamas() -> None:
    up, gate = torch.randn(2, 6), torch.randn(2, 6)
    torch.testing.assert_close(activations.gated("glu", gate, up), F.glu(torch.cat((up, gate), -1)))
    torch.testing.assert_close(activations.gated("swiglu", gate, up), F.silu(gate) * up)
    torch.testing.assert_close(activations.gated("geglu", gate, up), F.gelu(gate) * up)
