"""What the answers on precision and speed rest on, measured on MiniLM; and the commands of the lab."""

import json

import pytest
import torch
from typer.testing import CliRunner

from core.embedding.embedders import minilm_vectors
from core.errors import GlassboxError
from core.memory.commands import app
from core.memory.quantise.linear_layers import Int8Linear, UnpackedLinear, with_layers
from core.memory.quantise.matrix_names import matrix_labels
from core.memory.quantise.minilm import matrices, parameter_bytes, sentence_vectors
from core.memory.quantise.outlier import real_outlier
from core.memory.quantise.sentence_pairs import shipped_pairs, typed_pairs
from core.memory.quantise.speed_load import check_load
from core.memory.quantise.stored import quantise
from core.memory.quantise.survey import survey
from tests.core.measured import measured_small

PAIRS = shipped_pairs()[::4]


@pytest.mark.real_model
def test_vectors_with_no_weight_replaced_are_the_embedders():
    texts = [pair.first for pair in PAIRS]
    theirs = torch.tensor(minilm_vectors(texts)[0])
    assert torch.allclose(sentence_vectors(texts), theirs, atol=1e-5)


@pytest.mark.real_model
def test_names_and_bytes_of_all_matrices():
    found = matrices()
    assert tuple(matrix.label for matrix in found) == matrix_labels()
    assert len(matrices("linear")) == 37
    assert parameter_bytes() == 4 * 22_713_216  # all-MiniLM-L6-v2's published 22.7M parameters


@pytest.mark.real_model
def test_a_survey_of_float32_changes_nothing_and_bytes_are_predicted():
    plain = survey("fp32", PAIRS)
    assert plain.whole.decibels is None
    assert plain.model_bytes == parameter_bytes()
    four = survey("nf4", PAIRS)
    assert four.predicted == four.counted
    assert four.bits == pytest.approx(4.127, abs=0.002)
    assert 0.08 < four.whole.relative < 0.11  # NF4 on normal weights in blocks of 64
    with pytest.raises(GlassboxError):
        survey("nf4", PAIRS, "everything")  # type: ignore[arg-type]


@pytest.mark.real_model
def test_one_large_weight_spoils_int8_a_matrix_only():
    values = measured_small("memory", "int8_against_nf4").values
    assert values["widest"] == pytest.approx(174.7, abs=0.1)
    assert 0.5 < values["zeroed"] < 0.6
    assert values["row"] < values["int8"] / 4
    assert values["bf16"] < values["row"]
    worst = real_outlier(next(matrix for matrix in matrices() if matrix.label == "0.down"))
    assert worst.errors["tensor"] > 10 * worst.errors["channel"] > 20 * worst.errors["block"]


@pytest.mark.real_model
def test_unpacked_4_bit_weights_are_slower_not_faster():
    found = measured_small("memory", "four_bit_speed")
    assert found.value < 0.8
    assert found.values["smaller"] == pytest.approx(7.1, abs=0.1)


def test_replaced_layers_compute_what_their_weights_say():
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.GELU(), torch.nn.Linear(32, 16)).eval()
    inputs = torch.randn(5, 64)
    with torch.inference_mode():
        unpacked = with_layers(module, UnpackedLinear)(inputs)
        first = torch.nn.functional.linear(
            inputs, quantise(module[0].weight, "nf4").restored(), module[0].bias
        )
        last = quantise(module[2].weight, "nf4").restored()
        expected = torch.nn.functional.linear(module[1](first), last, module[2].bias)
        assert torch.allclose(unpacked, expected, atol=1e-5)
        whole = with_layers(module, Int8Linear)(inputs)
    assert isinstance(module[0], torch.nn.Linear)
    assert torch.allclose(whole, module(inputs), atol=0.05)


def test_int8_layers_are_torchs_own_dynamic_quantisation():
    """The same kernel with the same weights: torch.ao's dynamic linear layer, one scale a row."""
    from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic

    torch.manual_seed(1)
    module = torch.nn.Sequential(torch.nn.Linear(64, 32)).eval()
    inputs = torch.randn(9, 64)
    theirs = quantize_dynamic(module, {torch.nn.Linear: per_channel_dynamic_qconfig})
    with torch.inference_mode():
        ours, expected = with_layers(module, Int8Linear)(inputs), theirs(inputs)
    assert torch.allclose(ours, expected, atol=0.02)
    assert (ours - expected).abs().mean() < (ours - module(inputs)).abs().mean()


def test_loads_and_pairs_that_are_refused():
    for load in ((0, 16), (65, 16), (1, 3), (1, 257), (64, 256)):
        with pytest.raises(GlassboxError):
            check_load(*load)
    check_load(64, 32)
    for text in ("", "a|b", "a|b\nc|d\ne", "a||b\n" * 3):
        with pytest.raises(GlassboxError):
            typed_pairs(text)
    assert typed_pairs("a\tb\n\nc | d\ne|f")[1].second == "d"


def test_the_number_command_shows_bits_and_refuses_words():
    result = CliRunner().invoke(app, ["number", "--json", "--", "-0.1"])
    assert result.exit_code == 0
    rows = {row["format"]: row for row in json.loads(result.stdout)["formats"]}
    assert rows["fp16"] == {
        "format": "fp16",
        "bits": "1 01011 1001100110",
        "stored": "-0.0999755859375",
        "outcome": "rounded",
    }
    readable = CliRunner().invoke(app, ["number", "1e39"]).stdout
    assert "overflow: infinite" in readable
    assert isinstance(CliRunner().invoke(app, ["number", "ten"]).exception, GlassboxError)


@pytest.mark.real_model
def test_the_precision_and_speed_commands_give_one_json_object():
    result = CliRunner().invoke(app, ["speed", "--batch", "1", "--tokens", "16", "--rounds", "3", "--json"])
    found = json.loads(result.stdout)
    assert {row["format"] for row in found["rows"]} | set(found["missing"]) >= {"fp32", "int8", "nf4"}
    assert all(row["cosine"] > 0.8 for row in found["rows"])
