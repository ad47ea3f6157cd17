"""How well attention agrees with a person's word alignment.

For each aligned English word the German words are compared by the attention that they got when its first
token was written, all pieces of a word together; the alignment is right where the aligned word got most.
The model is led through the person's translation, so that all models are judged on the same words.

Source: Koehn and Knowles 2017, "Six Challenges for Neural Machine Translation", section 3.5, who
compared attention with alignments in the same spirit.
"""

import tomllib
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from core.settings import PROJECT_FOLDER
from core.translation.follow import open_translation
from core.translation.model_folder import Translator
from core.translation.vocabulary import BLANK, END, Vocabulary

FILE = PROJECT_FOLDER / "assets" / "samples" / "translation" / "alignments.toml"


@dataclass(frozen=True)
class AlignedPair:
    """A sentence, a translation, and which words belong together."""

    german: str
    english: str
    links: tuple[tuple[str, str], ...]
    """German word and English word; each stands once in its sentence."""


@dataclass(frozen=True)
class Agreement:
    """The share of aligned words that attention finds, by each way of reading it."""

    words: int
    average: float
    """All heads of all layers averaged."""
    heads: tuple[tuple[float, ...], ...]
    """Of each head alone, by layer."""
    layers: tuple[float, ...]
    """The heads of each layer averaged."""
    one_later: float
    """The average, but read one token later, when the word has just been written."""
    diagonal: float
    """Without any model: the German word at the same share of the way through the sentence."""

    @property
    def best_head(self) -> float:
        """The best of all heads, chosen knowing the answers."""
        return max(max(row) for row in self.heads)

    @property
    def worst_head(self) -> float:
        """The worst of all heads."""
        return min(min(row) for row in self.heads)


@dataclass(frozen=True)
class _Words:
    """The words of one side: their texts and where their tokens lie."""

    texts: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    ids: tuple[int, ...]


@cache
def aligned_pairs() -> tuple[AlignedPair, ...]:
    """The pairs that were aligned by hand."""
    tables = tomllib.loads(FILE.read_text("utf-8"))["pair"]
    return tuple(
        AlignedPair(table["german"], table["english"], tuple((one, other) for one, other in table["links"]))
        for table in tables
    )


def agreement(translator: Translator, pairs: tuple[AlignedPair, ...]) -> Agreement:
    """How often the model's attention finds the aligned word.

    Args:
        translator: a model with attention over the source.
    """
    found: list[tuple[int, Tensor]] = []
    later: list[bool] = []
    diagonal: list[bool] = []
    for pair in pairs:
        german, english = (_words(translator.vocabulary, side) for side in (pair.german, pair.english))
        opened = open_translation(translator, german.ids, (*english.ids, END))
        if opened.alignment is None:
            raise ValueError("a model without attention over the source has no alignment")
        for source, target in pair.links:
            wanted, place = german.texts.index(source), english.texts.index(target)
            row, row_later = english.spans[place][0], english.spans[place][1]
            found.append((wanted, _most_looked_at(opened.alignment[:, :, row], german)))
            averaged = opened.alignment[:, :, row_later].mean(dim=(0, 1))[None, None]
            later.append(int(_most_looked_at(averaged, german)[-1, -1]) == wanted)
            diagonal.append(place * len(german.texts) // len(english.texts) == wanted)
    right = [places == wanted for wanted, places in found]
    share = torch.stack(right).float().mean(dim=0)
    layers, heads = share.shape[0] - 1, share.shape[1] - 1
    return Agreement(
        len(right),
        float(share[layers, heads]),
        tuple(tuple(row[:heads].tolist()) for row in share[:layers]),
        tuple(share[:layers, heads].tolist()),
        sum(later) / len(later),
        sum(diagonal) / len(diagonal),
    )


def _most_looked_at(weights: Tensor, source: _Words) -> Tensor:
    """For each head the German word with most attention; averages in a last row and column.

    Args:
        weights: (layers, heads, source tokens) of one row.

    Returns:
        (layers + 1, heads + 1) numbers of words.
    """
    by_word = torch.stack([weights[:, :, start:end].sum(dim=-1) for start, end in source.spans], dim=-1)
    by_word = torch.cat([by_word, by_word.mean(dim=1, keepdim=True)], dim=1)
    by_word = torch.cat([by_word, by_word.mean(dim=0, keepdim=True)], dim=0)
    return by_word.argmax(dim=-1)


def _words(vocabulary: Vocabulary, sentence: str) -> _Words:
    """The words, marks among them, with the places of their tokens."""
    texts, spans, ids = [], [], list[int]()
    for word, pieces in vocabulary.pieces(sentence):
        texts.append(word.removeprefix(BLANK))
        spans.append((len(ids), len(ids) + len(pieces)))
        ids += pieces
    return _Words(tuple(texts), tuple(spans), tuple(ids))
