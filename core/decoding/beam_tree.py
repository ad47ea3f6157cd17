"""The tree of a beam search: every hypothesis that was kept, that finished, or that just missed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from torch import Tensor

from core.decoding.beam_group import IMPOSSIBLE, BeamGroup, Extension

Fate = Literal["kept", "dropped", "finished", "best"]
ROOT = -1
"""The parent of the first tokens: the prompt."""


@dataclass(frozen=True)
class BeamNode:
    """A hypothesis at one step, named by the token that it adds to its parent."""

    index: int
    """Its place in the tree's tuple of nodes."""
    parent: int
    """The index of the node that it extends, or -1 for the prompt."""
    step: int
    """Which generated token it is, from 1."""
    token: int
    score: float
    """Sum of the log-probabilities from the prompt on, divided by step^length_penalty."""
    log_probability: float
    """Natural logarithm of the token's own probability, after the processors and the diversity penalty."""
    rank: int
    """Its place among the step's candidates in its group; 1 is the best."""
    fate: Fate
    """Kept for the next step, dropped, finished with an end token, or on the way to the best hypothesis."""
    group: int = 0


class BeamTreeRecorder:
    """Collects the nodes of each prompt's tree while the search runs.

    A step of a group of B beams leaves its 2B best candidates; the kept ones always, should so many
    end that some of those come from further below.
    """

    def __init__(self, prompts: int, groups: Sequence[BeamGroup]) -> None:
        """Begin with the prompts as roots."""
        self._nodes: list[list[BeamNode]] = [[] for _ in range(prompts)]
        self._living = [[[ROOT] * group.sums.shape[1] for group in groups] for _ in range(prompts)]
        self._steps = [[0] * len(groups) for _ in range(prompts)]

    def record(self, group: int, extension: Extension, was_open: Tensor) -> None:
        """Add a step of `group` to the trees of the prompts whose search had not ended before it."""
        for prompt in was_open.nonzero().flatten().tolist():
            self._record_prompt(prompt, group, extension)

    def _record_prompt(self, prompt: int, group: int, extension: Extension) -> None:
        nodes, living = self._nodes[prompt], self._living[prompt][group]
        self._steps[prompt][group] += 1
        kept = extension.kept[prompt].tolist()
        places: dict[int, int] = {}
        columns = (extension.parents, extension.tokens, extension.scores, extension.log_probabilities)
        rows = zip(*(column[prompt].tolist() for column in columns), strict=True)
        for place, (parent, token, score, log_probability) in enumerate(rows):
            runner_up_too_far = place >= 2 * len(kept) and place not in kept
            if score == IMPOSSIBLE or runner_up_too_far:
                continue
            finished = bool(extension.finished[prompt, place])
            places[place] = len(nodes)
            nodes.append(
                BeamNode(
                    index=len(nodes),
                    parent=living[parent],
                    step=self._steps[prompt][group],
                    token=token,
                    score=score,
                    log_probability=log_probability,
                    rank=place + 1,
                    fate="finished" if finished else "kept" if place in kept else "dropped",
                    group=group,
                )
            )
        self._living[prompt][group] = [places.get(place, ROOT) for place in kept]

    def tree(self, prompt: int, group: int, token_ids: Sequence[int]) -> tuple[BeamNode, ...]:
        """All nodes of a prompt, those of the hypothesis `token_ids` of `group` marked as the best."""
        nodes = list(self._nodes[prompt])
        children = {(node.parent, node.token): node.index for node in nodes if node.group == group}
        index = ROOT
        for token in token_ids:
            index = children[index, token]
            nodes[index] = replace(nodes[index], fate="best")
        return tuple(nodes)
