"""The tree of a beam search: every beginning that was kept, that finished, or that just missed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Fate = Literal["kept", "dropped", "finished", "best"]
ROOT = -1
"""The parent of the first tokens: nothing is written yet."""


@dataclass(frozen=True, slots=True)
class BeamNode:
    """A beginning of a translation, named by the token that it adds to its parent."""

    index: int
    """Its place in the tree's tuple of nodes."""
    parent: int
    """The index of the node that it extends, or `ROOT`."""
    step: int
    """Which token of the translation it is, from 1."""
    token: int
    log_probability: float
    """Natural logarithm of the token's own probability."""
    score: float
    """The sum of the log-probabilities from the first token on, by which the search compares."""
    rank: int
    """Its place among the step's candidates; 1 is the best."""
    fate: Fate
    """Kept for the next step, dropped, finished with the end mark, or on the way to the best translation."""
    group: int = 0
    """All beams of this search compete with one another."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One extension of a living beam, before it is decided whether it lives on."""

    beam: int
    """The living beam that it extends, from 0."""
    token: int
    log_probability: float
    total: float


class BeamTree:
    """Collects the nodes while a search runs."""

    def __init__(self) -> None:
        """Begin with nothing written."""
        self._nodes: list[BeamNode] = []
        self._living = [ROOT]
        self._step = 0

    def grow(self, candidates: Sequence[Candidate], fates: Sequence[Fate]) -> None:
        """Add the candidates of a step, best first, each with what became of it."""
        self._step += 1
        living = []
        for rank, (candidate, fate) in enumerate(zip(candidates, fates, strict=True), 1):
            node = BeamNode(
                index=len(self._nodes),
                parent=self._living[candidate.beam],
                step=self._step,
                token=candidate.token,
                log_probability=candidate.log_probability,
                score=candidate.total,
                rank=rank,
                fate=fate,
            )
            self._nodes.append(node)
            if fate == "kept":
                living.append(node.index)
        self._living = living

    def nodes(self) -> tuple[BeamNode, ...]:
        """All nodes, parents before their children."""
        return tuple(self._nodes)


def with_best(nodes: Sequence[BeamNode], token_ids: Sequence[int]) -> tuple[BeamNode, ...]:
    """The tree with the nodes on the way to `token_ids` (end mark included where it has one) marked as best.

    Raises:
        KeyError: the tree does not hold this translation.
    """
    marked = list(nodes)
    children = {(node.parent, node.token): node.index for node in nodes}
    index = ROOT
    for token in token_ids:
        index = children[index, token]
        marked[index] = replace(marked[index], fate="best")
    return tuple(marked)
