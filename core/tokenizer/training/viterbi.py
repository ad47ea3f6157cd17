"""Segmenting with a Unigram model: the best segmentation, the n best, and a random one.

A segmentation's log-probability is the sum of its tokens' scores. A character that no token spells costs
ten nats more than the unlikeliest token, and neighbouring unknown characters become one unknown piece;
both are SentencePiece's rules.

Segmentations with the same tokens in another order ("00 0" and "0 00") are equally likely; which comes
first is decided by rounding. `tokenizers` adds 64-bit numbers, as is done here, SentencePiece 32-bit ones.

Sources: Kudo 2018, "Subword Regularization", sections 3.2 and 3.3; Kudo and Richardson 2018,
"SentencePiece", section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from math import exp, inf, log
from random import Random

import numpy as np

from core.errors import GlassboxError

UNKNOWN_PENALTY = 10.0


@dataclass(frozen=True, slots=True)
class Segmentation:
    """One way to cut a text: the pieces, which of them are unknown, and its natural log-probability."""

    pieces: tuple[str, ...]
    unknown: tuple[bool, ...]
    log_probability: float


class UnigramScores:
    """A vocabulary ready for segmenting.

    Args:
        scores: natural log-probability of each token, without the unknown token.

    Raises:
        GlassboxError: there is no token.
    """

    def __init__(self, scores: Mapping[str, float]) -> None:
        if not scores:
            raise GlassboxError("tokenizer.training.error.no_tokens")
        self.scores = scores
        # What a token begins with, so that a search stops where no token goes on; None where it is no token.
        beginnings = {token[:end] for token in scores for end in range(2, len(token))}
        self._known: dict[str, float | None] = {**dict.fromkeys(beginnings), **scores}
        self.unknown = min(scores.values()) - UNKNOWN_PENALTY

    def edges(self, text: str) -> list[list[tuple[int, float]]]:
        """For each place in `text` from 0: (start, score) of every token that ends there, longest first.

        A character that is no token by itself is there too, as an unknown one.

        >>> UnigramScores({"a": -1.0, "ab": -2.0}).edges("ab")
        [[], [(0, -1.0)], [(0, -2.0), (1, -12.0)]]
        """
        known, length = self._known, len(text)
        edges: list[list[tuple[int, float]]] = [[] for _ in range(length + 1)]
        for start, character in enumerate(text):
            edges[start + 1].append((start, self.scores.get(character, self.unknown)))
            for end in range(start + 2, length + 1):
                score = known.get(text[start:end], inf)
                if score is None:
                    continue
                if score == inf:
                    break
                edges[end].append((start, score))
        return edges


def best_segmentation(
    text: str, model: UnigramScores, precision: type[float] | type[np.float32] = float
) -> Segmentation:
    """The likeliest segmentation (Viterbi); of equally likely ones the one with the longer last token.

    Args:
        precision: what sums are kept in; `np.float32` decides ties as SentencePiece does.

    >>> model = UnigramScores({"h": -3.0, "u": -3.0, "g": -3.0, "hu": -2.0, "ug": -1.5})
    >>> best_segmentation("hug", model).pieces
    ('h', 'ug')
    """
    best, came_from = [precision(0.0)], [0]
    for edges in model.edges(text)[1:]:
        start, score = edges[0]
        top, origin = best[start] + precision(score), start
        for start, score in edges[1:]:
            value = best[start] + precision(score)
            if value > top:
                top, origin = value, start
        best.append(top)
        came_from.append(origin)
    cuts = [len(text)]
    while cuts[-1]:
        cuts.append(came_from[cuts[-1]])
    return _segmentation(text, tuple(reversed(cuts)), float(best[-1]), model)


def n_best(text: str, model: UnigramScores, n: int) -> list[Segmentation]:
    """The `n` likeliest segmentations, best first, or all where there are fewer.

    At each place only the n best ways to reach it can be part of the answer.

    Raises:
        GlassboxError: `n` is below 1.

    >>> model = UnigramScores({"h": -3.0, "u": -3.0, "g": -3.0, "hu": -2.0, "ug": -1.5})
    >>> [(found.pieces, found.log_probability) for found in n_best("hug", model, 2)]
    [(('h', 'ug'), -4.5), (('hu', 'g'), -5.0)]
    """
    if n < 1:
        raise GlassboxError("tokenizer.training.error.n", value=n)
    reached: list[list[tuple[float, tuple[int, ...]]]] = [[(0.0, (0,))]]
    for end, edges in enumerate(model.edges(text)[1:], 1):
        ways = [(value + score, (*cuts, end)) for start, score in edges for value, cuts in reached[start]]
        reached.append(nlargest(n, ways, key=lambda way: way[0]))
    return [_segmentation(text, cuts, value, model) for value, cuts in reached[-1]]


def sampled(text: str, model: UnigramScores, alpha: float, seed: int) -> Segmentation:
    """One segmentation drawn with a probability proportional to its own to the power `alpha`.

    Forward filtering, backward sampling: sum over all ways to reach each place, then walk back from the
    end, choosing each token by its share. alpha 1 draws from the model, 0 uniformly, larger nears the best.

    Raises:
        GlassboxError: `alpha` is negative or not finite.

    >>> model = UnigramScores({"a": -1.0, "b": -1.0, "ab": -1.0})
    >>> sampled("ab", model, alpha=50.0, seed=0).pieces
    ('ab',)
    """
    if not 0 <= alpha < inf:
        raise GlassboxError("tokenizer.training.error.alpha", value=alpha)
    total, edges = [0.0], model.edges(text)
    for into in edges[1:]:
        values = [total[start] + alpha * score for start, score in into]
        top = max(values)
        total.append(top + log(sum(exp(value - top) for value in values)))
    random, cuts, log_probability = Random(seed), [len(text)], 0.0  # noqa: S311 - a draw to show, not a secret
    while cuts[-1]:
        end = cuts[-1]
        weights = [exp(total[start] + alpha * score - total[end]) for start, score in edges[end]]
        start, score = random.choices(edges[end], weights)[0]
        log_probability += score
        cuts.append(start)
    return _segmentation(text, tuple(reversed(cuts)), log_probability, model)


def _segmentation(
    text: str, cuts: tuple[int, ...], log_probability: float, model: UnigramScores
) -> Segmentation:
    pieces: list[str] = []
    unknown: list[bool] = []
    for start, end in pairwise(cuts):
        piece = text[start:end]
        new = piece not in model.scores
        if new and unknown and unknown[-1]:
            pieces[-1] += piece
        else:
            pieces.append(piece)
            unknown.append(new)
    return Segmentation(tuple(pieces), tuple(unknown), log_probability)
