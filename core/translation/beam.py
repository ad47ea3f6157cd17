"""Beam search: follow the B likeliest beginnings of a translation instead of one.

Each step extends every living beam by every token and keeps the B best of all. A beam that is extended
by the end mark is finished: it leaves the search, which goes on with one beam fewer, until B have
finished. So B = 1 is greedy search. The finished translations are ranked by

    score(y) = log p(y | x) / lp(y),   lp(y) = ((5 + |y|) / 6) ^ alpha

where |y| counts the end mark too: without lp the sum of logarithms, which only falls, favours short
translations. Alpha ranks what was found; it does not steer the search.

Many sentences are searched side by side with the model's cache; what finished leaves the batch. A
search may end early: a living beam's log-probability can only fall, so where even at the greatest
length its score would not reach the best finished one's, going on cannot change the result.

Sources: Sutskever, Vinyals and Le 2014, "Sequence to Sequence Learning with Neural Networks", section
3.2 (a beam that ends leaves the search); Wu et al. 2016, "Google's Neural Machine Translation System",
section 7, equation 14 (the penalty).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from core.errors import GlassboxError
from core.translation.batches import padded
from core.translation.beam_tree import BeamNode, BeamTree, Candidate, Fate
from core.translation.greedy import Written, longest_translation, token_log_probabilities
from core.translation.model import TranslationModel
from core.translation.vocabulary import BEGIN, END

DEFAULT_WIDTH, WIDEST = 5, 200
DEFAULT_PENALTY, HIGHEST_PENALTY = 1.0, 5.0


@dataclass(frozen=True)
class Hypothesis:
    """A translation that the search found, and its score."""

    written: Written
    score: float
    """Log-probability divided by the length penalty."""


@dataclass(frozen=True)
class BeamResult:
    """What the search found for one sentence."""

    hypotheses: tuple[Hypothesis, ...]
    """Finished translations, best first; unfinished ones only where none ended within the limit."""
    tree: tuple[BeamNode, ...] = ()
    """Every candidate that was kept, finished or just missed, if it was recorded."""

    @property
    def best(self) -> Written:
        """The translation with the highest score."""
        return self.hypotheses[0].written


def length_penalty(length: int, alpha: float) -> float:
    """What a log-probability is divided by; `length` counts the end mark (Wu et al., equation 14).

    >>> length_penalty(7, 1.0), length_penalty(7, 0.0)
    (2.0, 1.0)
    """
    return float(((5 + length) / 6) ** alpha)


def ranked(found: Sequence[Written], alpha: float) -> tuple[Hypothesis, ...]:
    """The translations with their scores, best first; equal scores in the order in which they were found."""
    scored = [
        Hypothesis(written, written.total / length_penalty(len(written.log_probabilities), alpha))
        for written in found
    ]
    return tuple(sorted(scored, key=lambda hypothesis: -hypothesis.score))


@torch.inference_mode()
def beam_search(
    model: TranslationModel[Any],
    sources: Sequence[Sequence[int]],
    width: int = DEFAULT_WIDTH,
    penalty: float = DEFAULT_PENALTY,
    record_tree: bool = False,
    longest: int | None = None,
) -> list[BeamResult]:
    """Search for the likeliest translation of each sentence.

    Args:
        sources: token ids of each sentence, without marks.
        width: beams a sentence, from 1 to `WIDEST`.
        penalty: alpha, from 0 to `HIGHEST_PENALTY`; 0 ranks by the bare log-probability.
        record_tree: keep every candidate, and search on until `width` translations have finished.
        longest: tokens that a translation may have; by default as in greedy search.

    Raises:
        GlassboxError: width or penalty is out of range.
    """
    check_beam(width, penalty)
    if not sources:
        return []
    searches = [
        _Search(width, penalty, longest or longest_translation(len(ids)), record_tree) for ids in sources
    ]
    running = list(searches)
    device = model.embedding.weight.device
    state = model.start(padded([[*ids, END] for ids in sources]).to(device))
    newest = torch.full((len(sources),), BEGIN, device=device)
    while True:
        chances = token_log_probabilities(model.step(newest, state).logits)
        candidates = _best_extensions(chances, running, 2 * width if record_tree else width)
        rows, tokens, first_row = [], [], 0
        for search, extensions in zip(running, candidates, strict=True):
            kept = search.advance(extensions)
            rows += [first_row + candidate.beam for candidate in kept]
            tokens += [candidate.token for candidate in kept]
            first_row += search.rows_read
        running = [search for search in running if search.beams]
        if not running:
            return [search.result() for search in searches]
        state = state.select(torch.tensor(rows, device=device))
        newest = torch.tensor(tokens, device=device)


def check_beam(width: int, penalty: float) -> None:
    """Raise a GlassboxError where a search cannot be made with these."""
    if not 1 <= width <= WIDEST:
        raise GlassboxError("translation.translate.error.width", low=1, high=WIDEST)
    if not 0 <= penalty <= HIGHEST_PENALTY:
        raise GlassboxError("translation.translate.error.penalty", low=0, high=HIGHEST_PENALTY)


@dataclass(frozen=True, slots=True)
class _Beam:
    """A beginning that is being extended."""

    token_ids: tuple[int, ...] = ()
    log_probabilities: tuple[float, ...] = ()
    total: float = 0.0


@dataclass
class _Search:
    """One sentence's search."""

    width: int
    penalty: float
    limit: int
    record_tree: bool
    beams: list[_Beam] = field(default_factory=lambda: [_Beam()])
    finished: list[Written] = field(default_factory=list)
    unfinished: list[Written] = field(default_factory=list)
    tree: BeamTree = field(default_factory=BeamTree)
    rows_read: int = 1
    """Rows of the batch that the newest step read for this sentence."""

    def advance(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Take the best candidates, as many as beams are wanted; returns those that live on."""
        self.rows_read = len(self.beams)
        wanted = self.width - len(self.finished)
        chosen = candidates[:wanted]
        kept = [candidate for candidate in chosen if candidate.token != END]
        self.finished += [self._written(candidate) for candidate in chosen if candidate.token == END]
        if self.record_tree:
            fates: list[Fate] = ["finished" if candidate.token == END else "kept" for candidate in chosen]
            fates += ["dropped"] * (len(candidates) - len(chosen))
            self.tree.grow(candidates, fates)
        self.beams = [self._extended(candidate) for candidate in kept]
        if self.beams and len(self.beams[0].token_ids) == self.limit:
            self.unfinished = [
                Written(beam.token_ids, beam.log_probabilities, finished=False) for beam in self.beams
            ]
            self.beams = []
        if not self.record_tree and self._is_decided():
            self.beams = []
        return kept if self.beams else []

    def result(self) -> BeamResult:
        """The finished translations, best first."""
        return BeamResult(ranked(self.finished or self.unfinished, self.penalty), self.tree.nodes())

    def _extended(self, candidate: Candidate) -> _Beam:
        beam = self.beams[candidate.beam]
        return _Beam(
            (*beam.token_ids, candidate.token),
            (*beam.log_probabilities, candidate.log_probability),
            candidate.total,
        )

    def _written(self, candidate: Candidate) -> Written:
        whole = self._extended(candidate)
        return Written(whole.token_ids[:-1], whole.log_probabilities, finished=True)

    def _is_decided(self) -> bool:
        """Whether no living beam can still beat the best finished translation."""
        if not self.finished or not self.beams:
            return False
        best = ranked(self.finished, self.penalty)[0].score
        # Divided by the penalty of the longest translation that may still come: end mark included.
        return max(beam.total for beam in self.beams) / length_penalty(self.limit, self.penalty) <= best


def _best_extensions(chances: Tensor, running: Sequence[_Search], count: int) -> list[list[Candidate]]:
    """For each sentence the `count` likeliest extensions of its living beams, best first.

    Args:
        chances: (rows, vocabulary) log-probabilities; the living beams of the first sentence, then those
            of the second, and so on.
    """
    of_row = chances.topk(min(count, chances.shape[1]), dim=1)
    logarithms, tokens = of_row.values.tolist(), of_row.indices.tolist()
    found, row = [], 0
    for search in running:
        extensions = []
        for number, beam in enumerate(search.beams):
            for logarithm, token in zip(logarithms[row], tokens[row], strict=True):
                if logarithm > -torch.inf:
                    extensions.append(Candidate(number, token, logarithm, beam.total + logarithm))
            row += 1
        # A stable order: equal totals stay in the order of beams and tokens.
        extensions.sort(key=lambda candidate: -candidate.total)
        found.append(extensions[:count])
    return found
