"""Byte-pair encoding as one explains it on a whiteboard: count all pairs, merge the commonest, repeat.

Every step reads the whole text again, so learning V tokens costs V passes. `bpe.py` learns the same
merges from an index; this file is what it is compared with.

Source: Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with Subword
Units", section 3.2, algorithm 1.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from core.tokenizer.training.start import Start, join

Pair = tuple[str, str]
Words = Sequence[tuple[tuple[str, ...], int]]


def count_pairs(words: Words) -> Counter[Pair]:
    """How often each two neighbours stand side by side, all words together.

    Neighbours overlap: "aaa" has the pair (a, a) twice, although only one of the two can be merged.

    >>> count_pairs([(("l", "o", "w"), 3), (("l", "o"), 1)])
    Counter({('l', 'o'): 4, ('o', 'w'): 3})
    """
    counts: Counter[Pair] = Counter()
    for word, count in words:
        for pair in pairwise(word):
            counts[pair] += count
    return counts


def merge_word(word: Sequence[str], pair: Pair, token: str) -> tuple[str, ...]:
    """`word` with every `pair`, from the left and without overlap, replaced by `token`.

    >>> merge_word(("a", "a", "a", "b"), ("a", "a"), "aa")
    ('aa', 'a', 'b')
    """
    merged: list[str] = []
    position = 0
    while position < len(word):
        if tuple(word[position : position + 2]) == pair:
            merged.append(token)
            position += 2
        else:
            merged.append(word[position])
            position += 1
    return tuple(merged)


def train_bpe_naively(start: Start, merges: int) -> list[tuple[Pair, int]]:
    """The first `merges` merges with their counts, or fewer when every word has become one token.

    The commonest pair wins; of equally common ones the pair with the smaller ids, the left id first.

    >>> from core.tokenizer.training.start import begin
    >>> train_bpe_naively(begin("bpe", {"low": 3, "lot": 2}), 2)
    [(('l', 'o'), 5), (('lo', 'w'), 3)]
    """
    ids = {token: number for number, token in enumerate(start.tokens)}
    words = list(start.words)
    learnt: list[tuple[Pair, int]] = []
    while len(learnt) < merges and (counts := count_pairs(words)):
        pair = min(counts, key=lambda pair: (-counts[pair], ids[pair[0]], ids[pair[1]]))
        token = join(start.algorithm, *pair)
        ids.setdefault(token, len(ids))
        words = [(merge_word(word, pair, token), count) for word, count in words]
        learnt.append((pair, counts[pair]))
    return learnt
