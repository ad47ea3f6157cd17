"""The tables that papers and manuals print, recomputed."""

import pytest

from core.memory.korthikanti import block_activations
from core.memory.layout import layout
from core.memory.plan import plan_from
from core.memory.predict import predict, zero_model_states
from core.memory.presets import preset
from core.memory.published import published_figures
from core.wording import all_wording

FIGURES = {figure.name: figure for figure in published_figures()}


@pytest.mark.parametrize("name", FIGURES)
def test_a_published_figure(name: str):
    figure = FIGURES[name]
    assert figure.agrees == (name != "qlora_base"), (figure.ours, figure.published)
    assert figure.agrees or figure.note
    assert f"memory.predict.published.{name}" in all_wording()
    assert not figure.note or f"memory.predict.note.{figure.note}" in all_wording()


def test_zero_in_the_predictors_own_terms():
    """The table is of a model of 7.5B parameters; our terms of another are the same formula's."""
    for stage in range(4):
        answer = predict(plan_from({"preset": "gpt3-6.7b", "zero": stage, "devices": 64}))
        ours = sum(answer.bytes_of(name) for name in ("weights", "gradients", "states", "master"))
        table = zero_model_states(layout(preset("gpt3-6.7b")).parameters, stage, 64)
        assert ours == pytest.approx(table, rel=1e-5)


def test_qloras_figure_is_explained_by_bits_that_add_up():
    """6,476,005,376 block weights at 4.126953125 bits, norms and two 32000 x 4096 tables at 16 bits."""
    answer = predict(plan_from({"preset": "llama-7b", "method": "qlora", "dtype": "bf16"}))
    blocks = 32 * (4 * 4096**2 + 3 * 4096 * 11008)
    rest = 2 * 32000 * 4096 + 65 * 4096
    assert answer.bytes_of("weights") == pytest.approx(blocks * 4.126953125 / 8 + 2 * rest, rel=1e-6)
    assert 5048e6 - answer.bytes_of("weights") == pytest.approx(1.18e9, rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, 34 + 80),
        ({"tensor": 8}, 10 + 24 / 8 + 80 / 8),
        ({"tensor": 8, "sequence": True}, (34 + 80) / 8),
        ({"tensor": 8, "checkpointing": "selective"}, 10 + 24 / 8),
        ({"tensor": 8, "sequence": True, "checkpointing": "selective"}, 34 / 8),
        ({"checkpointing": "full"}, 2),
    ],
)
def test_korthikantis_table_2(arguments: dict, expected: float):
    """Rows of table 2 for GPT-3: 5 a s / h = 5 x 96 x 2048 / 12288 = 80."""
    assert block_activations(2048, 1, 12288, 96, **arguments) / (2048 * 12288) == expected


def test_the_own_count_of_a_gpt_block_stands_near_the_published_formula():
    """The formula counts one fused GELU input and 8 s b h of a MLP; unfused code with dropout keeps more.

    On a GPU with eager attention, 16 bits and dropout, the block of GPT-3's shape, `gelu` instead of the
    four tensors of `gelu_new`: 34 s b h + 5 a s^2 b by formula; ours differs only by row statistics.
    """
    config = {
        "model_type": "gpt3",
        "n_embd": 1024,
        "n_layer": 1,
        "n_head": 16,
        "n_positions": 2048,
        "vocab_size": 64,
        "activation_function": "gelu",
    }
    plan = plan_from({"config": config, "attention": "eager", "length": 512, "batch": 2, "dtype": "fp16"})
    answer = predict(plan)
    formula = block_activations(512, 2, 1024, 16)
    statistics = 2 * (2 * 4) * 512 * 2
    assert answer.bytes_of("activations") == formula + statistics


def test_the_two_conventions_of_mixed_precision():
    for dtype, each in (("mixed", 16), ("mixed-fp32-gradients", 18), ("fp32", 16), ("bf16", 8)):
        answer = predict(plan_from({"preset": "llama-2-7b", "dtype": dtype}))
        kept = sum(answer.bytes_of(name) for name in ("weights", "gradients", "states", "master"))
        assert kept / answer.parameters == pytest.approx(each, rel=1e-6)
