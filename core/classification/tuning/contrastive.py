"""Contrastive tuning: texts of one class are pulled together, texts of different classes pushed apart.

A batch is made of pairs of the same class. Among all its texts, each one should find those of its class:

    loss_i = -mean over p of its class of log( exp(v_i . v_p / t) / sum over a != i of exp(v_i . v_a / t) )

for unit vectors v. With few rows this is a rich lesson: 8 rows of each of 10 classes make 280 pairs to pull
together and 2,880 to push apart, out of only 80 labels. A logistic regression on the tuned vectors follows.

Sources: Tunstall et al. 2022, "Efficient Few-Shot Learning Without Prompts" (SetFit: pairs first, then a
head; its own loss regresses the cosine of one pair at a time to 0 or 1); Khosla et al. 2020, "Supervised
Contrastive Learning", equation 2.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.classification.settings import TrainSettings
from core.classification.tuning.batches import filled
from core.classification.tuning.network import TextClassifier
from core.classification.tuning.training import Training
from core.training.token_batches import token_batches

TEMPERATURE = 0.1


def contrastive_loss(vectors: Tensor, targets: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """The mean of loss_i over the texts that have another of their class in the batch.

    Args:
        vectors: (batch, width) of unit length.
        targets: (batch,) classes.
        temperature: t.

    >>> apart = contrastive_loss(torch.eye(2)[[0, 0, 1, 1]], torch.tensor([0, 0, 1, 1]))
    >>> mixed = contrastive_loss(torch.eye(2)[[0, 1, 0, 1]], torch.tensor([0, 0, 1, 1]))
    >>> round(float(apart), 4), round(float(mixed), 4)
    (0.0001, 10.0001)
    """
    itself = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
    likeness = (vectors @ vectors.T / temperature).masked_fill(itself, -torch.inf)
    logged = likeness.log_softmax(dim=1).masked_fill(itself, 0.0)
    same = (targets[:, None] == targets[None, :]) & ~itself
    partners = same.sum(1)
    losses = -(logged * same).sum(1) / partners.clamp(min=1)
    return losses[partners > 0].mean()


def drawn_pairs(targets: np.ndarray, pairs: int, seed: int) -> np.ndarray:
    """(rows * pairs, 2) places: each row `pairs` times, each time with another row of its class.

    A row that is alone in its class is paired with itself, which dropout makes two vectors.

    >>> sorted(map(tuple, drawn_pairs(np.array([0, 0, 1]), 1, seed=0).tolist()))
    [(0, 1), (1, 0), (2, 2)]
    """
    random = np.random.default_rng(seed)
    members: dict[int, list[int]] = defaultdict(list)
    for place, target in enumerate(targets.tolist()):
        members[target].append(place)
    found = []
    for place, target in enumerate(targets.tolist()):
        others = [other for other in members[target] if other != place] or [place]
        found += [(place, others[drawn]) for drawn in random.integers(len(others), size=pairs).tolist()]
    return np.array(found)


class ContrastiveTuning(Training):
    """Rows of token ids with their classes, met in pairs."""

    def __init__(
        self,
        network: TextClassifier,
        rows: Sequence[Sequence[int]],
        targets: np.ndarray,
        settings: TrainSettings,
    ) -> None:
        """Args:
        network: whose encoder is tuned; its head is not used.
        rows: token ids of each text.
        targets: (rows,) the place of each row's class.
        settings: what a training is given.
        """
        super().__init__(network, settings)
        self.rows = rows
        self.targets = targets
        self.lengths = np.array([len(row) for row in rows])
        self._pairs = np.empty((0, 2), dtype=np.int64)

    def batches(self, seed: int) -> list[list[int]]:
        """Of pairs, which are drawn anew."""
        self._pairs = drawn_pairs(self.targets, self.settings.pairs, seed)
        lengths = 2 * self.lengths[self._pairs].max(axis=1)
        return token_batches(lengths.tolist(), self.settings.batch_tokens, seed)

    def loss(self, batch: list[int]) -> Tensor:
        """Of all texts of these pairs together."""
        places = self._pairs[batch].ravel()
        vectors = self.vectors(*filled([self.rows[place] for place in places.tolist()]))
        return contrastive_loss(vectors, torch.from_numpy(self.targets[places]).to(self.device))
