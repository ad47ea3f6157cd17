"""What training leaves behind: every step, and the vocabulary it ended with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ALGORITHMS = ("bpe", "byte-bpe", "wordpiece", "unigram")
UNKNOWN_TOKENS = {"bpe": "<unk>", "wordpiece": "[UNK]", "unigram": "<unk>"}
"""What stands for a character outside the alphabet; byte-level BPE knows every byte and needs none."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a step could have chosen: two neighbours to join, or (Unigram) a token to remove.

    Attributes:
        left, right: the two neighbours; empty for Unigram.
        token: what they would become, or the token that would be removed.
        count: how often the pair stands in the training text, or the token in its best segmentation.
        score: what the step ranks by. BPE: the count. WordPiece: count / (count of left * count of right).
            Unigram: the log-likelihood, in nats, that removing the token costs.
    """

    left: str
    right: str
    token: str
    count: int
    score: float


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """One decision of the trainer and what it led to.

    Attributes:
        number: from 1.
        added: the new token; None for Unigram, and where a merge spells a token that exists already (in
            WordPiece a run of `#` can, because of its prefix `##`).
        removed: the tokens that this step pruned (Unigram), worst first.
        winner: the merge that was chosen; None for Unigram, which removes many at once.
        vocabulary_size: tokens after the step, the unknown token included.
        corpus_tokens: tokens in the training text after the step, as the trainer cuts it.
        log_likelihood: of the training text in nats, summed over all segmentations (Unigram only).
    """

    number: int
    added: str | None
    removed: tuple[str, ...]
    winner: Candidate | None
    vocabulary_size: int
    corpus_tokens: int
    log_likelihood: float | None


@dataclass(frozen=True)
class Merges:
    """What a trainer that merges found: its steps, the vocabulary in id order, and `Training.merged_at`."""

    steps: tuple[TrainingStep, ...]
    tokens: tuple[str, ...]
    merged_at: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class UnigramState:
    """The Unigram model between two prunings.

    Attributes:
        scores: natural log-probability of each token.
        candidates: the tokens that the next step would remove first, smallest loss first, at most a hundred.
        corpus_tokens: tokens in the best segmentation of the training text.
    """

    scores: Mapping[str, float]
    candidates: tuple[Candidate, ...]
    corpus_tokens: int


@dataclass(frozen=True, eq=False)
class Training:
    """A trained tokenizer with its whole history.

    Attributes:
        algorithm: one of `ALGORITHMS`.
        alphabet: the tokens that training began with: characters, bytes (GPT-2's spelling), or
            WordPiece's two forms of a character.
        steps: in order.
        tokens: the final vocabulary in id order.
        scores: natural log-probability of each of `tokens` (Unigram), else empty.
        word_counts: the training text's words.
        merged_at: for each of `word_counts`, in its order, the numbers of the steps that changed how the
            trainer had cut it; empty for Unigram.
        states: Unigram's model before step 1, after step 1, and so on; else empty.
    """

    algorithm: str
    alphabet: tuple[str, ...]
    steps: tuple[TrainingStep, ...]
    tokens: tuple[str, ...]
    scores: tuple[float, ...]
    word_counts: Mapping[str, int]
    merged_at: tuple[tuple[int, ...], ...] = field(default=())
    states: tuple[UnigramState, ...] = field(default=())

    @property
    def unknown(self) -> str | None:
        """The unknown token, or None for byte-level BPE."""
        return UNKNOWN_TOKENS.get(self.algorithm)
