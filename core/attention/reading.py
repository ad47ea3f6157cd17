"""One text read once by an opened model: the attention of all layers and heads, and the way to the rest.

The weights of every head are kept, because every view needs them; queries, keys and values are not:
with the residual stream that entered a layer, the layer is computed again within milliseconds.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.layer_pass import LayerPass
from core.attention.open_model import OpenModel, Pieces

MOST_TOKENS = 160
"""Tokens of a text that are read: the maps of SmolLM2's 270 heads then take 28 MB."""


@dataclass(frozen=True)
class Reading:
    """What `model` did with a text."""

    model: OpenModel
    ids: Tensor
    """(n,) token ids."""
    tokens: tuple[str, ...]
    """The text of each token."""
    weights: Tensor
    """(layers, heads, n, n) attention: row = the token that looks, column = the token looked at."""
    hidden: Tensor
    """(layers + 1, n, width) the residual stream in front of each layer, and behind the last."""
    generated: int = 0
    """The last tokens that are the model's own continuation."""
    left_out: int = 0
    """Tokens of the text beyond the longest that is read."""

    @property
    def length(self) -> int:
        """Tokens read."""
        return len(self.tokens)

    def layer(self, index: int) -> LayerPass:
        """Everything that layer computed: queries, keys, values, the output of each head.

        Raises:
            GlassboxError: there is no such layer.
        """
        self.model.check_layer(index)
        return self.model.layer(index, self.hidden[index])


def read_text(model: OpenModel, text: str, continued: int = 0, most: int = MOST_TOKENS) -> Reading:
    """Read `text`, and first let the model continue it by up to `continued` tokens of its own.

    Raises:
        GlassboxError: the text is empty, or a model without language-model head shall continue it.
    """
    pieces, left_out = model.read_start(text, most)
    if continued:
        longer = model.continuation(pieces.ids, min(continued, max(0, most - len(pieces.ids))))
        return read_pieces(model, model.spell(longer), len(longer) - len(pieces.ids), left_out)
    return read_pieces(model, pieces, left_out=left_out)


@torch.inference_mode()
def read_pieces(model: OpenModel, pieces: Pieces, generated: int = 0, left_out: int = 0) -> Reading:
    """Run tokens through all layers and keep what attention looked at."""
    length = len(pieces.tokens)
    weights = torch.empty(model.layer_count, model.head_count, length, length)
    hidden = torch.empty(model.layer_count + 1, length, model.width)
    hidden[0] = model.embed(pieces.ids)
    for index in range(model.layer_count):
        layer_pass = model.layer(index, hidden[index])
        weights[index], hidden[index + 1] = layer_pass.weights, layer_pass.hidden
    return Reading(model, pieces.ids, pieces.tokens, weights, hidden, generated, left_out)
