"""WordPiece: training by a likelihood score, encoding by the longest match.

Training merges like BPE, but the pair with the highest

    score(a, b) = count(a b) / (count(a) * count(b))

wins: not the commonest pair, but the one whose halves stand together more than their own counts
suggest (its pointwise mutual information, up to a constant). A merge changes the counts of a and b
and with them the score of every pair that contains either, so scores cannot be kept in a heap as
counts can: all of them are computed again at each step, in one vector operation.

Simplified: Google never published its trainer. This is the score as it is usually taught; with no
minimum count, pairs of rare symbols win first. Hugging Face's `WordPieceTrainer` merges by count.
Encoding ignores the merges: it takes the longest token that the word begins with, then goes on behind it.

Sources: Schuster and Nakajima 2012, "Japanese and Korean Voice Search", section 4; Wu et al. 2016,
"Google's Neural Machine Translation System", section 4.1; Devlin et al. 2019, "BERT", section 3.
"""

from collections.abc import Callable, Collection

from core.tokenizer.training.history import UNKNOWN_TOKENS, Candidate, Merges, TrainingStep
from core.tokenizer.training.pair_index import PairIndex
from core.tokenizer.training.score_table import ScoreTable
from core.tokenizer.training.start import CONTINUATION, Start, join

UNKNOWN = UNKNOWN_TOKENS["wordpiece"]
MAX_CHARACTERS = 100
"""A longer word becomes one unknown token, as in BERT."""


def likelihood_score(pair_count: int, left_count: int, right_count: int) -> float:
    """count(a b) / (count(a) * count(b)).

    >>> likelihood_score(20, 40, 50)
    0.01
    """
    return pair_count / (left_count * right_count)


def encode_wordpiece(word: str, vocabulary: Collection[str]) -> tuple[str, ...]:
    """Cut `word` from the left, each time taking the longest token that fits.

    Returns:
        The tokens; one unknown token for the whole word where at some place no token fits, and for a
        word of more than 100 characters.

    >>> encode_wordpiece("unaffable", {"un", "##aff", "##able", "##a"})
    ('un', '##aff', '##able')
    >>> encode_wordpiece("unkind", {"un", "##aff"})
    ('[UNK]',)
    """
    if len(word) > MAX_CHARACTERS:
        return (UNKNOWN,)
    tokens: list[str] = []
    begin = 0
    while begin < len(word):
        prefix = CONTINUATION if begin else ""
        for end in range(len(word), begin, -1):
            if prefix + word[begin:end] in vocabulary:
                tokens.append(prefix + word[begin:end])
                break
        else:
            return (UNKNOWN,)
        begin = end
    return tuple(tokens)


def train_wordpiece(
    start: Start, vocabulary_size: int, progress: Callable[[float], None] | None = None
) -> Merges:
    """Merge by score until the vocabulary has `vocabulary_size` tokens or every word is one token.

    Ties: the higher count first, then the smaller id on the left, then on the right.

    >>> from core.tokenizer.training.start import begin
    >>> words = {"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}
    >>> train_wordpiece(begin("wordpiece", words), 9).steps[0].winner
    Candidate(left='##g', right='##s', token='##gs', count=5, score=0.05)
    """
    index = PairIndex(start)
    table = ScoreTable(index)
    tokens = list(start.tokens)
    ids = {token: number for number, token in enumerate(tokens)}
    steps: list[TrainingStep] = []
    while len(tokens) < vocabulary_size and (pair := table.best()):
        left, right = (tokens[ord(character)] for character in pair)
        count = index.pair_counts[pair]
        score = likelihood_score(count, table.token_count(pair[0]), table.token_count(pair[1]))
        token = join("wordpiece", left, right)
        added = None if token in ids else token
        if added:
            ids[token] = len(tokens)
            tokens.append(token)
        new, before = chr(ids[token]), index.corpus_tokens
        changed = index.merge(pair, new)
        table.update(pair, new, before - index.corpus_tokens, changed)
        winner = Candidate(left, right, token, count, score)
        steps.append(TrainingStep(len(steps) + 1, added, (), winner, len(tokens), index.corpus_tokens, None))
        if progress and len(steps) % 100 == 0:
            progress(len(tokens) / vocabulary_size)
    return Merges(tuple(steps), tuple(tokens), tuple(map(tuple, index.merged_at)))
