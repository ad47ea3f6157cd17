"""The feed-forward layer as a memory: neurons that match the input, vectors that they add to the output.

    y = sum over neurons i of  m_i * w_i      m_i = silu(x . g_i) * (x . u_i)

g_i and u_i are neuron i's rows of the gate and up matrices (the key), w_i its column of the down matrix
(the value). Each value is a vector in the residual stream, so the unembedding says which tokens it makes
likelier. Unlike the ReLU of the paper, a gated coefficient may be negative: then the neuron pushes the
other way. What is read off is the direct path only; later layers may use or undo it, so the effect of
switching the neuron off is measured beside it.

Source: Geva et al. 2021, "Transformer Feed-Forward Layers Are Key-Value Memories", sections 2 to 4.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.attention.block.activations import swish
from core.attention.block.inside import (
    FeedForwardReading,
    attended,
    gate_and_up,
    next_log_probabilities,
)
from core.errors import GlassboxError

if TYPE_CHECKING:
    from core.engines.language_model import LanguageModel

PROMOTED = 8
SHOWN_NEURONS = 12


@dataclass(frozen=True)
class Neuron:
    """One neuron on one token."""

    index: int
    coefficient: float
    """m_i"""
    gate: float
    """x . g_i, before the activation"""
    up: float
    """x . u_i"""
    size: float
    """|m_i| times the length of w_i: how long a step it adds."""
    promoted: tuple[str, ...]
    """The tokens whose scores w_i raises most, times the sign of m_i."""
    demoted: tuple[str, ...]


@dataclass(frozen=True)
class TokenNeurons:
    """A layer's neurons on one token, the largest steps first."""

    layer: int
    position: int
    neurons: tuple[Neuron, ...]
    inner: int
    covering: dict[float, int]
    """A share of the summed sizes -> the fewest neurons that make it up."""
    output_length: float
    """Length of the layer's output vector."""
    residual_length: float
    """Length of the vector it is added to."""


@torch.inference_mode()
def token_neurons(
    model: "LanguageModel", reading: FeedForwardReading, layer: int, position: int, count: int = SHOWN_NEURONS
) -> TokenNeurons:
    """Which neurons of `layer` act most on the token at `position`, and what their values promote.

    Raises:
        GlassboxError: no such layer or position.
    """
    check_place(reading, layer, position)
    coefficients = reading.coefficients[layer, position]
    down = model.module.model.layers[layer].mlp.down_proj.weight
    sizes = coefficients.abs() * down.norm(dim=0)
    order = sizes.argsort(descending=True)
    chosen = order[:count]
    directions = down[:, chosen] * torch.where(coefficients[chosen] < 0, -1.0, 1.0)
    scores = promoted_scores(model, directions.t())
    neurons = tuple(
        _neuron(model, reading, (layer, position, int(index)), float(sizes[index]), own)
        for index, own in zip(chosen, scores, strict=True)
    )
    shares = sizes[order].cumsum(0) / sizes.sum()
    return TokenNeurons(
        layer=layer,
        position=position,
        neurons=neurons,
        inner=len(coefficients),
        covering={share: int((shares < share).sum()) + 1 for share in (0.5, 0.9)},
        output_length=float((down @ coefficients).norm()),
        residual_length=float(reading.residual[layer, position].norm()),
    )


def _neuron(
    model: "LanguageModel",
    reading: FeedForwardReading,
    place: tuple[int, int, int],
    size: float,
    scores: Tensor,
) -> Neuron:
    """The neuron at `place` (layer, position, index); `scores` (vocabulary,) are its signed value's."""
    return Neuron(
        index=place[2],
        coefficient=float(reading.coefficients[place]),
        gate=float(reading.gate[place]),
        up=float(reading.up[place]),
        size=size,
        promoted=_tokens(model, scores.topk(PROMOTED).indices),
        demoted=_tokens(model, (-scores).topk(PROMOTED).indices),
    )


def promoted_scores(model: "LanguageModel", vectors: Tensor) -> Tensor:
    """What vectors (..., width) add to each token's score by the direct path, up to a positive factor.

    The final norm divides by one number for all tokens and multiplies by its gain; the gain is applied.
    """
    scores: Tensor = model.module.lm_head(model.module.model.norm.weight * vectors)
    return scores


def _tokens(model: "LanguageModel", ids: Tensor) -> tuple[str, ...]:
    return tuple(model.decode([int(one)]) for one in ids)


@dataclass(frozen=True)
class SwitchedOff:
    """The next-token distribution with and without one neuron at one token."""

    tokens: tuple[str, ...]
    """The likeliest tokens of either distribution."""
    before: tuple[float, ...]
    after: tuple[float, ...]
    divergence: float
    """Kullback-Leibler divergence of the new from the old distribution, nats."""


@torch.inference_mode()
def switch_off(
    model: "LanguageModel", reading: FeedForwardReading, layer: int, neuron: int, count: int = 6
) -> SwitchedOff:
    """Set one neuron's coefficient to zero on every token of the text, run on, and compare the last token.

    Only the layers from `layer` on are run again.

    Raises:
        GlassboxError: no such layer or neuron.
    """
    check_place(reading, layer, 0)
    if not 0 <= neuron < reading.gate.shape[2]:
        raise GlassboxError("attention.block.error.neuron", neuron=neuron, last=reading.gate.shape[2] - 1)
    layers = model.module.model.layers
    coefficients = reading.coefficients[layer].clone()
    coefficients[:, neuron] = 0
    hidden = (reading.residual[layer] + layers[layer].mlp.down_proj(coefficients))[None]
    for later in layers[layer + 1 :]:
        hidden = attended(model, later, hidden)
        gate, up = gate_and_up(later, hidden)
        hidden = hidden + later.mlp.down_proj(swish(gate) * up)
    new, old = next_log_probabilities(model, hidden)[0, -1], reading.log_probabilities[-1]
    shown = torch.cat([old.topk(count).indices, new.topk(count).indices]).unique()
    shown = shown[old[shown].argsort(descending=True)]
    return SwitchedOff(
        tokens=_tokens(model, shown),
        before=tuple(old[shown].exp().tolist()),
        after=tuple(new[shown].exp().tolist()),
        divergence=float((old.exp() * (old - new)).sum()),
    )


def check_place(reading: FeedForwardReading, layer: int, position: int) -> None:
    """Refuse a layer or a token that is not there.

    Raises:
        GlassboxError: says how many there are.
    """
    layers, tokens = reading.gate.shape[:2]
    if not 0 <= layer < layers:
        raise GlassboxError("attention.block.error.layer", layer=layer, last=layers - 1)
    if not 0 <= position < tokens:
        raise GlassboxError("attention.block.error.position", position=position, last=tokens - 1)
