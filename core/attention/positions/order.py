"""Without positions, attention cannot tell the order of words: shuffle them and see.

Attention sums over keys, and a sum has no order: permuting the rows of its input permutes the rows of
its output and changes nothing else. A causal mask breaks this, because the number of keys that a
token sees is its position: decoders learn to use it without any positions.
Sources: Vaswani et al. 2017, section 3.5; Yun et al. 2020, "Are Transformers universal approximators
of sequence-to-sequence functions?", section 3; Haviv et al. 2022, "Transformer Language Models without
Positional Encodings Still Learn Positional Information".
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.open_model import open_model
from core.attention.positions.learned import ENCODER, position_table
from core.attention.positions.reading import bert_layers, llama_layers, own_angles
from core.errors import GlassboxError
from core.shelf.load import load_encoder, load_language_model

DECODER = "smollm2-135m"
MOST_TOKENS = 64


@dataclass(frozen=True)
class OrderTest:
    """One model on a text and on its shuffled tokens, with positions and without."""

    model: str
    causal: bool
    tokens: tuple[str, ...]
    order: tuple[int, ...]
    """Place in the shuffled text -> place in the original; special tokens stay where they are."""
    with_positions: Tensor
    """(n,) how far each token's output moved, relative to its length; tokens in the original order."""
    without: Tensor
    """(n,) the same with the positions taken out."""

    @property
    def shuffled(self) -> tuple[str, ...]:
        """The tokens as the second run read them."""
        return tuple(self.tokens[place] for place in self.order)

    @property
    def largest_without(self) -> float:
        """How far the output of any token moved without positions."""
        return float(self.without.max())

    @property
    def typical_without(self) -> float:
        """The median, which a single token on which all others rest does not move."""
        return float(self.without.median())

    @property
    def typical_with(self) -> float:
        """The median with positions."""
        return float(self.with_positions.median())

    @property
    def mean_with(self) -> float:
        """How far outputs moved with positions, on average."""
        return float(self.with_positions.mean())


def order_test(model: str, text: str, seed: int = 0) -> OrderTest:
    """Run a model on `text` and on a shuffle of its tokens, and compare each token's last hidden state.

    MiniLM's positions are taken out by giving every token the mean row of its table, SmolLM2's by
    turning nothing.

    Args:
        model: "minilm-l6" or "smollm2-135m".
        text: two to `MOST_TOKENS` tokens.
        seed: which shuffle.

    Raises:
        GlassboxError: too few or too many tokens, or the model is not installed.
    """
    opened = open_model(model)
    pieces = opened.read(text)
    special = 0 if opened.causal else 1
    count = len(pieces.ids) - 2 * special
    if not 2 <= count <= MOST_TOKENS:
        raise GlassboxError("attention.positions.error.tokens", tokens=count, high=MOST_TOKENS)
    order = torch.arange(len(pieces.ids))
    order[special : special + count] = special + shuffled(count, seed)
    last = _last_of_decoder if opened.causal else _last_of_encoder

    def moved(keep: int) -> Tensor:
        return _moved(last(pieces.ids, keep), last(pieces.ids[order], keep), order)

    return OrderTest(model, opened.causal, pieces.tokens, tuple(order.tolist()), moved(1), moved(0))


def shuffled(count: int, seed: int) -> Tensor:
    """A permutation of 0 to count - 1 that is not the identity.

    >>> shuffled(2, seed=0).tolist()
    [1, 0]
    """
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    return order.roll(1) if torch.equal(order, torch.arange(count)) else order


def _moved(before: Tensor, after: Tensor, order: Tensor) -> Tensor:
    """How far each row moved: |after - before| / |before|, rows of `after` put back in place."""
    back = torch.empty_like(after)
    back[order] = after
    return (back - before).norm(dim=-1) / before.norm(dim=-1)


def _last_of_encoder(ids: Tensor, keep: int) -> Tensor:
    """MiniLM's last hidden states (n, width), with its own rows or with the mean row for every token."""
    table = position_table()
    rows = table[: len(ids)] if keep else table.mean(0).expand(len(ids), -1)
    return list(bert_layers(load_encoder(ENCODER)[0], ids, rows))[-1]


def _last_of_decoder(ids: Tensor, keep: int) -> Tensor:
    """SmolLM2's last hidden states (n, width), with its rotation or without any."""
    model = load_language_model(DECODER)
    angles = own_angles(model, len(ids)) * keep
    last: Tensor = list(llama_layers(model, ids, angles))[-1][1].hidden
    return last
