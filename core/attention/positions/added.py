"""Why adding works: word and position share one vector and can still be told apart.

Concatenating would keep them apart by construction and cost width; adding costs nothing, and in a
space of hundreds of dimensions two unrelated vectors are nearly at right angles: the cosine of random
directions has mean size sqrt(2 / (pi d)), 0.041 for d = 384. Here MiniLM's own tables are measured: how
much of its input is position, how nearly at right angles words and positions are, and whether both can
be read out of the sum again.
Source of the expectation: the cosine of random directions is about normal with variance 1/d (Vershynin
2018, "High-Dimensional Probability", remark 3.2.5).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.attention.positions.learned import ENCODER, position_table
from core.errors import GlassboxError
from core.shelf.load import load_encoder


@dataclass(frozen=True)
class Sum:
    """A text's embeddings, word + position, taken apart again."""

    tokens: int
    width: int
    position_share: float
    """Of the variance of the sums over the text, what the position vectors hold; the words hold the rest,
    up to the covariance of the two."""
    word_share: float
    mean_cosine: float
    """Mean size of the cosine between a token's word vector and its position vector, means taken off."""
    random_cosine: float
    """The same for random directions of this width."""
    positions_found: float
    """Share of tokens whose position is the row closest to the sum."""
    words_found: float
    """Share of tokens whose word is the closest of the whole vocabulary to the sum."""


def take_apart(text: str) -> Sum:
    """Add MiniLM's word and position vectors over `text`, as the model does, and separate them again.

    Both are looked for by the same means: the vector of the table (its mean taken off) with the largest
    dot product with the sum, corrected for its length. Special tokens are left out.

    Raises:
        GlassboxError: fewer than two tokens, more than the table has rows, or the model is not installed.
    """
    module, tokenizer = load_encoder(ENCODER)
    ids = torch.tensor(tokenizer.encode(text, add_special_tokens=False).ids)
    positions = position_table()
    if not 2 <= len(ids) <= len(positions):
        raise GlassboxError("attention.positions.error.tokens", tokens=len(ids), high=len(positions))
    word_table = module.embeddings.word_embeddings.weight
    words, places = word_table[ids], positions[: len(ids)]
    summed = words + places
    spread = _variance(summed)
    cosine = F.cosine_similarity(words - word_table.mean(0), places - positions.mean(0))
    centred = summed - word_table.mean(0) - positions.mean(0)
    return Sum(
        len(ids),
        positions.shape[1],
        _variance(places) / spread,
        _variance(words) / spread,
        float(cosine.abs().mean()),
        math.sqrt(2 / (math.pi * positions.shape[1])),
        float((_closest(centred, positions) == torch.arange(len(ids))).float().mean()),
        float((_closest(centred, word_table) == ids).float().mean()),
    )


def _variance(vectors: Tensor) -> float:
    """Mean squared distance from the mean."""
    return float((vectors - vectors.mean(0)).pow(2).sum(-1).mean())


def _closest(vectors: Tensor, table: Tensor) -> Tensor:
    """The row of `table`, its mean taken off, that is nearest to each vector: argmax v.t - |t|^2 / 2."""
    centred = table - table.mean(0)
    return (vectors @ centred.T - centred.pow(2).sum(-1) / 2).argmax(-1)
