"""Looking back at a training: what a step chose from, how a word grew, how the text became shorter.

A training keeps the winner of each step, not its rivals: there are thousands at every step. They are
found again by applying the recorded merges to the words up to that step.
"""

from collections import defaultdict
from dataclasses import dataclass
from heapq import nsmallest
from itertools import pairwise
from math import inf

from core.tokenizer.training.history import Candidate, Training
from core.tokenizer.training.merge_by_rank import merge_by_rank
from core.tokenizer.training.replayed_words import replayed_words, spelled
from core.tokenizer.training.segment import (
    checked_step,
    known_symbols,
    merge_ranks,
    segment,
    segment_text,
)
from core.tokenizer.training.start import join, symbols
from core.tokenizer.training.wordpiece import likelihood_score

__all__ = ["MergeNode", "candidates_at", "length_curve", "merge_tree", "segment", "segment_text"]


@dataclass(frozen=True, slots=True)
class MergeNode:
    """A token and the two it was merged from.

    Attributes:
        rank: the number of the step that learnt this merge. None for a symbol of the alphabet, for a token
            of a Unigram vocabulary, and for a node that only holds together what no merge joins.
    """

    token: str
    rank: int | None
    left: "MergeNode | None" = None
    right: "MergeNode | None" = None


def candidates_at(training: Training, step: int, top: int = 10) -> tuple[Candidate, ...]:
    """The `top` best candidates when step `step`, from 1, was decided, the winner first.

    For Unigram: the tokens with the smallest loss, which that step removed first (at most a hundred).

    Raises:
        GlassboxError: there is no such step.

    >>> from core.tokenizer.training.train import train
    >>> training = train("bpe", "low low low lot lot", 7)
    >>> [(found.token, found.count) for found in candidates_at(training, 1)]
    [('lo', 5), ('ow', 3), ('ot', 2)]
    """
    checked_step(training, step, first=1)
    if training.algorithm == "unigram":
        return training.states[step - 1].candidates[:top]
    words = replayed_words(training, step - 1)
    counts, scores = _scored_pairs(training, words)
    best = nsmallest(top, scores, key=lambda pair: (-scores[pair], -counts[pair], pair))
    candidates = []
    for pair in best:
        left, right = spelled(training, pair)
        token = join(training.algorithm, left, right)
        candidates.append(Candidate(left, right, token, counts[pair], scores[pair]))
    return tuple(candidates)


def merge_tree(training: Training, word: str) -> MergeNode:
    """How `word` is put together by the merges, or by the best segmentation for Unigram.

    >>> from core.tokenizer.training.train import train
    >>> tree = merge_tree(train("bpe", "low low low lot lot", 7), "low")
    >>> tree.token, tree.rank, tree.left.token, tree.left.rank, tree.right.token
    ('low', 2, 'lo', 1, 'w')
    """
    if training.algorithm in ("bpe", "byte-bpe"):
        nodes = _merged_nodes(training, word)
    else:
        learnt = _learnt_nodes(training)
        nodes = [learnt.get(token, MergeNode(token, None)) for token in segment(training, word)]
    while len(nodes) > 1:  # what no merge joins is held together in pairs, so that the tree stays shallow
        pairs = [nodes[place : place + 2] for place in range(0, len(nodes), 2)]
        nodes = [_held(training, pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return nodes[0] if nodes else MergeNode("", None)


def length_curve(training: Training) -> tuple[tuple[int, int], ...]:
    """(vocabulary size, tokens in the training text) from the smallest vocabulary to the largest.

    >>> from core.tokenizer.training.train import train
    >>> length_curve(train("bpe", "low low low lot lot", 7))
    ((5, 15), (6, 10), (7, 7))
    """
    after = [(step.vocabulary_size, step.corpus_tokens) for step in training.steps]
    if training.algorithm == "unigram":
        first = training.states[0]
        return tuple(reversed([(len(first.scores) + 1, first.corpus_tokens), *after]))
    length = sum(
        len(symbols(training.algorithm, word)) * count for word, count in training.word_counts.items()
    )
    return ((len(training.alphabet) + (training.unknown is not None), length), *after)


def _scored_pairs(training: Training, words: list[str]) -> tuple[dict[str, int], dict[str, float]]:
    """Count and score of each pair of neighbours in `words`, where one character stands for one token."""
    pairs: dict[str, int] = defaultdict(int)
    tokens: dict[str, int] = defaultdict(int)
    for word, count in zip(words, training.word_counts.values(), strict=True):
        for character in word:
            tokens[character] += count
        for left, right in pairwise(word):
            pairs[left + right] += count
    if training.algorithm != "wordpiece":
        return pairs, {pair: float(count) for pair, count in pairs.items()}
    return pairs, {
        pair: likelihood_score(count, tokens[pair[0]], tokens[pair[1]]) for pair, count in pairs.items()
    }


def _merged_nodes(training: Training, word: str) -> list[MergeNode]:
    """The tokens of a BPE word, each with the merges that really built it here."""
    ranks = merge_ranks(training, len(training.steps))

    def rank(left: MergeNode, right: MergeNode) -> float:
        return ranks.get((left.token, right.token), inf)

    def merged(left: MergeNode, right: MergeNode) -> MergeNode:
        return MergeNode(left.token + right.token, ranks[left.token, right.token], left, right)

    leaves = [MergeNode(symbol, None) for symbol in known_symbols(training, word)]
    return merge_by_rank(leaves, rank, merged)


def _learnt_nodes(training: Training) -> dict[str, MergeNode]:
    """Every token that WordPiece learnt, as the merge that first made it; none for Unigram."""
    nodes: dict[str, MergeNode] = {}
    for step in training.steps:
        if step.winner and step.added:
            left, right = (
                nodes.get(side, MergeNode(side, None)) for side in (step.winner.left, step.winner.right)
            )
            nodes[step.added] = MergeNode(step.added, step.number, left, right)
    return nodes


def _held(training: Training, pair: list[MergeNode]) -> MergeNode:
    left, right = pair
    return MergeNode(join(training.algorithm, left.token, right.token), None, left, right)
