"""One group of beams: the living ones, the ones that ended, and the step that leads from one to the next."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

IMPOSSIBLE = -torch.inf
NO_TOKEN = -1


@dataclass(frozen=True)
class Extension:
    """The best one-token extensions of a group's beams in one step, best first, each (prompts, pool).

    Twice as many as beams at least, so that enough living ones remain when the best ones all end.
    """

    parents: Tensor
    """Which beam it extends."""
    tokens: Tensor
    log_probabilities: Tensor
    """Of the added token, after the processors and the diversity penalty."""
    scores: Tensor
    """Of the whole sequence, at its present length."""
    finished: Tensor
    """Whether it ended and is among the `width` best."""
    kept: Tensor
    """(prompts, width) places in the pool of the extensions that live on."""


class BeamGroup:
    """The beams of one group, for several prompts at once.

    `sums` (prompts, width) and `tokens` (prompts, width, step) are those of the living beams, best
    first. `open` (prompts,) says whether a living beam can still better a finished one.
    """

    def __init__(self, prompts: int, width: int, length_penalty: float) -> None:
        """Start with one empty beam a prompt: equal ones would stay equal, so the others are impossible."""
        self.length_penalty = length_penalty
        self.sums = torch.full((prompts, width), IMPOSSIBLE)
        self.sums[:, 0] = 0.0
        self.tokens = torch.empty((prompts, width, 0), dtype=torch.long)
        self.open = torch.ones(prompts, dtype=torch.bool)
        self._done_scores = torch.full((prompts, width), IMPOSSIBLE)
        self._done_tokens = torch.empty((prompts, width, 0), dtype=torch.long)

    def alive(self) -> Tensor:
        """(prompts, width): which places hold a beam of a search that still goes on."""
        return self.open[:, None] & (self.sums > IMPOSSIBLE)

    def extend(self, log_probabilities: Tensor, end_ids: Tensor) -> Extension:
        """Add one token: the best sequences that end are set aside, the best others live on.

        Args:
            log_probabilities: (prompts, width, vocabulary) of each beam's next token.
            end_ids: the tokens that end a sequence; may be empty.
        """
        width, vocabulary = log_probabilities.shape[1:]
        pool = min(max(2, 1 + len(end_ids)) * width, width * vocabulary)
        sums, flat = (self.sums[:, :, None] + log_probabilities).flatten(1).topk(pool)
        parents, tokens = flat // vocabulary, flat % vocabulary
        ends = torch.isin(tokens, end_ids)
        sequences = torch.cat((_rows(self.tokens, parents), tokens[:, :, None]), 2)
        scores = self._score(sums, sequences.shape[2])
        finished = ends & (torch.arange(pool) < width) & self.open[:, None]

        self._set_aside(sequences, scores.where(finished, IMPOSSIBLE))
        self.sums, kept = sums.where(~ends, IMPOSSIBLE).topk(width)
        self.tokens = _rows(sequences, kept)
        self.open = self._can_improve()
        own = log_probabilities.flatten(1).gather(1, flat)
        return Extension(parents, tokens, own, scores, finished, kept)

    def close(self) -> None:
        """End the search: beams still alive join the finished ones, at their present length."""
        scores = self._score(self.sums, self.tokens.shape[2])
        self._set_aside(self.tokens, scores.where(self.alive(), IMPOSSIBLE))
        self.open = torch.zeros_like(self.open)

    def done(self, prompt: int) -> list[tuple[tuple[int, ...], float]]:
        """The tokens and scores of a prompt's finished sequences, best first."""
        return [
            (tuple(token for token in tokens if token != NO_TOKEN), score)
            for tokens, score in zip(
                self._done_tokens[prompt].tolist(), self._done_scores[prompt].tolist(), strict=True
            )
            if score > IMPOSSIBLE
        ]

    def _score(self, sums: Tensor, length: int) -> Tensor:
        return sums / max(length, 1) ** self.length_penalty

    def _set_aside(self, sequences: Tensor, scores: Tensor) -> None:
        """Merge `sequences` into the finished ones and keep the `width` best."""
        longer = sequences.shape[2] - self._done_tokens.shape[2]
        before = F.pad(self._done_tokens, (0, longer), value=NO_TOKEN)
        merged = torch.cat((self._done_scores, scores), 1)
        self._done_scores, best = merged.topk(self._done_scores.shape[1])
        self._done_tokens = _rows(torch.cat((before, sequences), 1), best)

    def _can_improve(self) -> Tensor:
        """(prompts,): fewer than `width` have ended, or the best living beam beats the worst of them."""
        if self.sums.shape[1] == 1:
            return self.open & (self._done_scores[:, 0] == IMPOSSIBLE)
        best_living = self._score(self.sums[:, 0], self.tokens.shape[2])
        return self.open & (best_living > self._done_scores.amin(1))


def _rows(sequences: Tensor, places: Tensor) -> Tensor:
    """(prompts, n, length) sequences and (prompts, m) places to the (prompts, m, length) ones there."""
    return sequences.gather(1, places[:, :, None].expand(-1, -1, sequences.shape[2]))
