"""Attention rollout: following attention through the layers back to the input tokens.

From layer 2 on, a row of weights says which *mixtures* a token looked at, not which words. Rollout
multiplies the layers' maps, each averaged over its heads and mixed half and half with the identity for
the residual connection:

    R_0 = I,   R_l = (A_l / 2 + I / 2) R_{l-1}

It knows nothing of values, of the feed-forward blocks or of how long the residual vectors are, so it is
an estimate. `blank_effects` is what it can be checked against: remove a token's content and see what moves.

Source: Abnar and Zuidema 2020, "Quantifying Attention Flow in Transformers", sections 3 and 4 (rollout,
and the comparison with blank-out scores by Spearman's rank correlation).
"""

from dataclasses import dataclass

import torch
from scipy.stats import spearmanr
from torch import Tensor

from core.attention.open_model import OpenModel
from core.attention.reading import Reading
from core.errors import GlassboxError

LONGEST_BLANKED = 40
"""Tokens up to which every token is blanked in turn: the work grows with the square of the length."""


def attention_rollout(weights: Tensor) -> Tensor:
    """(layers, heads, n, n) weights to (layers, n, n): how much of each input token reached each token.

    >>> half = torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]])  # one layer: both tokens look at the first
    >>> attention_rollout(half)[0].tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    length = weights.shape[-1]
    reached, rolled = torch.eye(length), []
    for layer in weights.mean(1):
        reached = (layer + torch.eye(length)) / 2 @ reached
        rolled.append(reached)
    return torch.stack(rolled)


@dataclass(frozen=True)
class BlankedOut:
    """How well pictures of attention agree with what removing each token does to one token's vector."""

    row: int
    """The token whose last hidden state is watched."""
    columns: tuple[int, ...]
    """The tokens blanked in turn: those that it may see, but itself."""
    effects: Tensor
    """(columns,) length of the change of that state, relative to its own length."""
    last_layer: Tensor
    """(columns,) raw attention of the last layer, averaged over the heads."""
    all_layers: Tensor
    """(columns,) raw attention averaged over all layers and heads."""
    rollout: Tensor
    """(columns,) rollout through all layers."""

    @property
    def agreement(self) -> dict[str, float]:
        """Spearman's rank correlation of each picture with the effects; 1 is the same order."""
        return {
            name: float(spearmanr(getattr(self, name).numpy(), self.effects.numpy()).statistic)
            for name in ("last_layer", "all_layers", "rollout")
        }


@torch.inference_mode()
def blank_effects(reading: Reading, row: int) -> BlankedOut:
    """Blank every token that `row` may see, one at a time, and measure how far its last state moves.

    A blanked token keeps its place; its embedding becomes the average embedding of the text.

    Raises:
        GlassboxError: the text is too long, or there are fewer than three tokens to compare.
    """
    model = reading.model
    columns = tuple(column for column in range(row + 1 if model.causal else reading.length) if column != row)
    if reading.length > LONGEST_BLANKED:
        raise GlassboxError("attention.see.error.blank_long", tokens=reading.length, limit=LONGEST_BLANKED)
    if len(columns) < 3:
        raise GlassboxError("attention.see.error.blank_short")
    blanked = reading.hidden[0].repeat(len(columns), 1, 1)
    blanked[torch.arange(len(columns)), torch.tensor(columns)] = reading.hidden[0].mean(0)
    before, after = reading.hidden[-1][row], _last_states(model, blanked)[:, row]
    where = torch.tensor(columns)
    return BlankedOut(
        row,
        columns,
        (after - before).norm(dim=-1) / before.norm(),
        reading.weights[-1, :, row, where].mean(0),
        reading.weights[:, :, row, where].mean((0, 1)),
        attention_rollout(reading.weights)[-1, row, where],
    )


def _last_states(model: OpenModel, hidden: Tensor) -> Tensor:
    for index in range(model.layer_count):
        hidden = model.layer(index, hidden).hidden
    return hidden
