"""SmolLM2's feed-forward layers opened: equal to transformers, neurons that add up, parameter counts."""

import pytest
import torch
from torch.nn import functional as F

from core.attention.block.activation_use import activation_use, exchanged_losses
from core.attention.block.activations import swish
from core.attention.block.batch_norm import hidden_states
from core.attention.block.feed_forward import promoted_scores, switch_off, token_neurons
from core.attention.block.feed_forward_size import MODELS, parameter_count, two_thirds
from core.attention.block.inside import MOST_TOKENS, loss_with, read_feed_forward
from core.attention.block.samples import vector_samples
from core.errors import GlassboxError
from core.shelf.load import load_encoder

TEXT = "The cat sat on the mat because it was tired."
pytestmark = pytest.mark.real_model


@pytest.fixture(scope="module")
def reading(smollm2):
    return read_feed_forward(smollm2, TEXT)


@torch.inference_mode()
def test_reading_is_transformers_own_pass(smollm2, reading) -> None:
    output = smollm2.module(torch.tensor([reading.ids]), output_hidden_states=True)
    for index, hidden in enumerate(output.hidden_states[:-1]):
        torch.testing.assert_close(reading.block_inputs[index], hidden[0], atol=5e-3, rtol=1e-4)
    torch.testing.assert_close(
        reading.log_probabilities, output.logits[0].log_softmax(-1), atol=1e-3, rtol=1e-4
    )
    expected = F.cross_entropy(output.logits[0, :-1], torch.tensor(reading.ids[1:]))
    assert loss_with(smollm2, TEXT, swish) == pytest.approx(float(expected), abs=1e-4)


@torch.inference_mode()
def test_neurons_add_up_to_the_layers_output(smollm2, reading) -> None:
    layer, position = 20, 5
    mlp = smollm2.module.model.layers[layer]
    normed = mlp.post_attention_layernorm(reading.residual[layer, position])
    expected = mlp.mlp(normed)
    found = token_neurons(smollm2, reading, layer, position, count=1536)
    values = mlp.mlp.down_proj.weight
    added = sum(neuron.coefficient * values[:, neuron.index] for neuron in found.neurons)
    torch.testing.assert_close(added, expected, atol=1e-3, rtol=1e-3)
    assert found.output_length == pytest.approx(float(expected.norm()), rel=1e-4)
    sizes = [neuron.size for neuron in found.neurons]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes[: found.covering[0.5]]) >= 0.5 * sum(sizes) > sum(sizes[: found.covering[0.5] - 1])


@torch.inference_mode()
def test_promoted_tokens_are_the_unembedding_of_the_value(smollm2, reading) -> None:
    neuron = token_neurons(smollm2, reading, 28, 2, count=1).neurons[0]
    value = smollm2.module.model.layers[28].mlp.down_proj.weight[:, neuron.index]
    sign = 1 if neuron.coefficient >= 0 else -1
    scores = promoted_scores(smollm2, sign * value)
    assert neuron.promoted[0] == smollm2.decode([int(scores.argmax())])
    assert neuron.demoted[0] == smollm2.decode([int(scores.argmin())])


@torch.inference_mode()
def test_switching_off_is_a_whole_pass_without_the_neuron(smollm2, reading) -> None:
    layer, neuron = 27, 100
    found = switch_off(smollm2, reading, layer, neuron)
    mlp = smollm2.module.model.layers[layer].mlp
    handle = mlp.down_proj.register_forward_pre_hook(lambda _, given: (_without(given[0], neuron),))
    try:
        logits = smollm2.module(torch.tensor([reading.ids])).logits[0, -1]
    finally:
        handle.remove()
    new, old = logits.log_softmax(-1), reading.log_probabilities[-1]
    assert found.divergence == pytest.approx(float((old.exp() * (old - new)).sum()), abs=1e-4)


def _without(coefficients: torch.Tensor, neuron: int) -> torch.Tensor:
    coefficients = coefficients.clone()
    coefficients[..., neuron] = 0
    return coefficients


def test_the_shipped_vectors_are_those_of_the_models(smollm2, reading) -> None:
    samples = vector_samples()
    place = reading.tokens.index(samples["smollm2"].token)
    layer = samples["smollm2"].layer - 1
    assert reading.residual[layer, place, :8].tolist() == pytest.approx(samples["smollm2"].residual, abs=2e-3)
    down = smollm2.module.model.layers[layer].mlp.down_proj.weight
    added = down @ reading.coefficients[layer, place]
    assert added[:8].tolist() == pytest.approx(samples["smollm2"].sublayer, abs=2e-3)
    encoder = load_encoder()
    states = hidden_states(encoder, [TEXT], samples["minilm"].layer - 1)
    block = encoder[0].encoder.layer[samples["minilm"].layer - 1]
    attended = block.attention(states.hidden)[0]
    place = states.tokens[0].index(samples["minilm"].token)
    assert attended[0, place, :8].tolist() == pytest.approx(samples["minilm"].residual, abs=2e-3)
    added = block.output.dense(block.intermediate(attended))
    assert added[0, place, :8].tolist() == pytest.approx(samples["minilm"].sublayer, abs=2e-3)


def test_use_counts_what_the_gates_hold(reading, smollm2) -> None:
    use = activation_use(reading)
    assert sum(use.shares) == pytest.approx(1.0, abs=1e-4)
    assert use.mean("negative") == pytest.approx(float((reading.gate < 0).double().mean()))
    losses = exchanged_losses(smollm2, TEXT, ("swish", "relu"))
    assert losses["relu"] > losses["swish"]


def test_sizes_are_the_real_models(smollm2) -> None:
    sizes = {model.name: model for model in MODELS}
    own = sizes["SmolLM2-135M"]
    assert own.total == sum(p.numel() for p in smollm2.module.parameters())
    assert own.per_layer == sum(p.numel() for p in smollm2.module.model.layers[0].mlp.parameters())
    bert = load_encoder()[0]
    assert sizes["MiniLM-L6"].total == sum(p.numel() for p in bert.parameters())
    block = bert.encoder.layer[0]
    norm = sum(p.numel() for p in block.output.LayerNorm.parameters())
    inside = sum(p.numel() for part in (block.intermediate, block.output) for p in part.parameters())
    assert sizes["MiniLM-L6"].per_layer == inside - norm


@pytest.mark.parametrize(
    ("name", "kind", "config"),
    [
        ("GPT-2", "gpt2", {}),
        ("BERT base", "bert", {}),
        ("LLaMA 7B", "llama", {"vocab_size": 32000, "num_key_value_heads": 32, "tie_word_embeddings": False}),
        (
            "Llama 3 8B",
            "llama",
            {"vocab_size": 128256, "num_key_value_heads": 8, "tie_word_embeddings": False},
        ),
    ],
)
def test_published_totals_are_those_of_transformers_modules(name: str, kind: str, config: dict) -> None:
    from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

    size = next(model for model in MODELS if model.name == name)
    widths = {"intermediate_size": size.inner, "hidden_size": size.width} if kind == "llama" else {}
    built = AutoConfig.for_model(kind, **widths, **config)
    make = AutoModel if kind == "bert" else AutoModelForCausalLM
    with torch.device("meta"):
        module = make.from_config(built)
    assert sum(p.numel() for p in module.parameters()) == size.total


def test_two_thirds_costs_the_same_and_gives_the_models_widths() -> None:
    assert parameter_count(576, two_thirds(576), gated=True) == parameter_count(576, 4 * 576, gated=False)
    assert two_thirds(4096, 256) == 11008


def test_refusals(smollm2, reading) -> None:
    with pytest.raises(GlassboxError, match="write a sentence"):
        read_feed_forward(smollm2, "  ")
    with pytest.raises(GlassboxError, match="two tokens"):
        loss_with(smollm2, "a", swish)
    with pytest.raises(GlassboxError, match="no layer 30"):
        token_neurons(smollm2, reading, 30, 0)
    with pytest.raises(GlassboxError, match="no token 99"):
        token_neurons(smollm2, reading, 0, 99)
    with pytest.raises(GlassboxError, match="no neuron 1536"):
        switch_off(smollm2, reading, 0, 1536)


def test_a_long_text_is_cut_and_says_so(smollm2) -> None:
    long = read_feed_forward(smollm2, "one two three " * 60)
    assert len(long.ids) == MOST_TOKENS
    assert long.left_out > 0
