"""Byte-pair encoding, indexed: the merges of `bpe_naive.py` without reading the text again and again.

A heap holds the pairs by count, and a pair whose count changes is pushed again. So an entry at the top
whose count is still true is the commonest pair; one whose count is not is out of date and is dropped.

Ties: the higher count first, then the smaller id on the left, then on the right, where ids follow the
sorted alphabet and then the order of merging. That is what Hugging Face `tokenizers` does.

Source: Sennrich, Haddow and Birch 2016, section 3.2 ("in practice, we increase efficiency by indexing
all pairs, and updating data structures incrementally").
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush

from core.tokenizer.training.history import Candidate, Merges, TrainingStep
from core.tokenizer.training.pair_index import PairIndex
from core.tokenizer.training.start import Start, join

Progress = Callable[[float], None]
Queue = list[tuple[int, str]]


def train_bpe(start: Start, vocabulary_size: int, progress: Progress | None = None) -> Merges:
    """Merge until the vocabulary has `vocabulary_size` tokens or every word is one token.

    The vocabulary is smaller than asked for when the text ran out.

    >>> from core.tokenizer.training.start import begin
    >>> found = train_bpe(begin("bpe", {"low": 3, "lot": 2}), 6)
    >>> found.tokens, found.merged_at
    (('<unk>', 'l', 'o', 't', 'w', 'lo'), ((1,), (1,)))
    """
    index = PairIndex(start)
    tokens = list(start.tokens)
    ids = {token: number for number, token in enumerate(tokens)}
    steps: list[TrainingStep] = []
    queue: Queue = [(-count, pair) for pair, count in index.pair_counts.items()]
    heapify(queue)
    while len(tokens) < vocabulary_size and (pair := commonest(queue, index)):
        left, right = (tokens[ord(character)] for character in pair)
        count, token = index.pair_counts[pair], join(start.algorithm, left, right)
        added = None if token in ids else token
        if added:
            ids[token] = len(tokens)
            tokens.append(token)
        for changed in index.merge(pair, chr(ids[token])):
            heappush(queue, (-index.pair_counts[changed], changed))
        winner = Candidate(left, right, token, count, float(count))
        steps.append(TrainingStep(len(steps) + 1, added, (), winner, len(tokens), index.corpus_tokens, None))
        if progress and len(steps) % 100 == 0:
            progress(len(tokens) / vocabulary_size)
    return Merges(tuple(steps), tuple(tokens), tuple(map(tuple, index.merged_at)))


def commonest(queue: Queue, index: PairIndex) -> str | None:
    """Take the pair with the highest true count off `queue`; None when no pair is left."""
    while queue:
        count, pair = heappop(queue)
        if count < 0 and index.pair_counts.get(pair, 0) == -count:
            return pair
    return None
