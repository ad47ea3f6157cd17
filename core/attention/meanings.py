"""One word, two meanings: a static vector cannot tell them apart, a contextual one can.

An embedding table has one row a token, so the "bank" of a river and that of money start as the same
vector (word2vec's and GloVe's stay so). Every block then mixes in what surrounds the word. For each
layer the cosine of two occurrences is averaged over pairs with the same meaning and over pairs with
different ones, and each occurrence is asked whether its nearest neighbour means the same.

Sources: Devlin et al. 2019, "BERT"; Ethayarajh 2019, "How Contextual are Contextualized Word
Representations?", section 4 (self-similarity).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.logit_lens import residual_streams
from core.attention.matter_texts import TwoMeanings
from core.attention.open_model import OpenModel
from core.errors import GlassboxError


@dataclass(frozen=True)
class Separation:
    """How far apart two meanings of a word are; index 0 is the input, then one value a layer."""

    word: str
    within: tuple[float, ...]
    """Mean cosine of pairs of occurrences with the same meaning."""
    across: tuple[float, ...]
    """Mean cosine of pairs with different meanings."""
    nearest_right: tuple[int, ...]
    """Occurrences whose nearest other occurrence has the same meaning."""
    occurrences: int
    cosines: tuple[tuple[float, ...], ...]
    """(occurrences, occurrences) of the last layer, first meaning first."""


@torch.inference_mode()
def separate(model: OpenModel, meanings: TwoMeanings) -> Separation:
    """Read all sentences and compare the word's vectors, layer by layer.

    Raises:
        GlassboxError: the word is not a token of one of the sentences.
    """
    sentences = (*meanings.first, *meanings.second)
    vectors = torch.stack([word_vectors(model, sentence, meanings.word) for sentence in sentences], 1)
    units = vectors / vectors.norm(dim=-1, keepdim=True)
    cosines = units @ units.transpose(-1, -2)
    count = len(sentences)
    first = torch.arange(count) < len(meanings.first)
    same = first[:, None] == first[None, :]
    other = ~torch.eye(count, dtype=torch.bool)
    nearest = cosines.masked_fill(~other, -2.0).argmax(-1)
    right = (first[nearest] == first[None, :]).sum(-1)
    return Separation(
        meanings.word,
        tuple(cosines[:, same & other].mean(-1).tolist()),
        tuple(cosines[:, ~same].mean(-1).tolist()),
        tuple(right.tolist()),
        count,
        tuple(tuple(row) for row in cosines[-1].tolist()),
    )


def word_vectors(model: OpenModel, sentence: str, word: str) -> Tensor:
    """(layers + 1, width): the vectors of the first token that is `word`, input first.

    Raises:
        GlassboxError: the word is not a token of the sentence.
    """
    pieces = model.read(sentence)
    spelled = [token.strip().lower() for token in pieces.tokens]
    if word.lower() not in spelled:
        raise GlassboxError("attention.matter.error.word", word=word[:40])
    return residual_streams(model, pieces.ids)[:, spelled.index(word.lower())]
