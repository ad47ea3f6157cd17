"""Fine-tuning: cross-entropy on the labels, through the head into the encoder.

    loss = sum_i sum_k w(k) q_i(k) (-log softmax(logits_i)[k]) / sum_i w(y_i)
    q_i  = (1 - e) one_hot(y_i) + e / classes

e is label smoothing, w are class weights. Both are torch's own.

Sources: Devlin et al. 2019, "BERT", section 3.2; Szegedy et al. 2016, "Rethinking the Inception
Architecture", section 7 (label smoothing).
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.classification.settings import TrainSettings
from core.classification.tuning.batches import filled, tokens_for
from core.classification.tuning.layer_rates import HEAD_FACTOR
from core.classification.tuning.network import TextClassifier
from core.classification.tuning.training import Training
from core.training.token_batches import token_batches


class FineTuning(Training):
    """Rows of token ids with their classes."""

    def __init__(
        self,
        network: TextClassifier,
        rows: Sequence[Sequence[int]],
        targets: np.ndarray,
        settings: TrainSettings,
        class_weights: np.ndarray,
        head_factor: float = HEAD_FACTOR,
    ) -> None:
        """Args:
        network: whose parameters with `requires_grad` are tuned.
        rows: token ids of each text.
        targets: (rows,) the place of each row's class.
        settings: what a training is given.
        class_weights: (classes,) of the loss.
        head_factor: how many times as fast as the layers the head learns.
        """
        super().__init__(network, settings, head_factor)
        self.rows = rows
        self.targets = torch.from_numpy(targets)
        self.class_weights = torch.from_numpy(class_weights).float().to(self.device)
        self.lengths = [len(row) for row in rows]

    def batches(self, seed: int) -> list[list[int]]:
        """Of rows."""
        return token_batches(self.lengths, tokens_for(self.lengths, self.settings.batch_tokens), seed)

    def loss(self, batch: list[int]) -> Tensor:
        """Cross-entropy of these rows."""
        vectors = self.vectors(*filled([self.rows[place] for place in batch]))
        return F.cross_entropy(
            self.network.logits(vectors),
            self.targets[batch].to(self.device),
            weight=self.class_weights,
            label_smoothing=self.settings.label_smoothing,
        )
