"""The encoder with a head: what fine-tuning changes.

    v = unit length of mean over the text's tokens of h_t        (the sentence vector MiniLM was made for)
    logits = W (sqrt(d) v) + b

The mean, not the first token, because MiniLM's sentence vectors were trained as means; sqrt(d) gives the
entries of the vector a size of about 1, so that one learning rate suits encoder and head.

Sources: Devlin et al. 2019, "BERT", section 4.1 (a linear layer on top); Reimers and Gurevych 2019,
"Sentence-BERT", section 3 (the mean); Kumar et al. 2022, "Fine-Tuning can Distort Pretrained Features and
Underperform Out-of-Distribution" (first the head on the frozen encoder, then both: LP-FT).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.classification.methods.logistic_regression import LinearHead
from core.classification.tuning.batches import filled
from core.classification.tuning.dropout import put_dropout
from core.embedding.embedders import batches, mean_pool
from core.training.half_precision import half_precision


class TextClassifier(nn.Module):
    """Token ids to logits."""

    def __init__(self, encoder: Any, classes: int, dropout: float = 0.0) -> None:
        """Args:
        encoder: a BERT encoder of one's own.
        classes: columns of the logits.
        dropout: inside the encoder, while training.
        """
        super().__init__()
        self.encoder = encoder
        self.dropout = put_dropout(encoder, dropout)
        self.scale = math.sqrt(encoder.config.hidden_size)
        self.head = nn.Linear(encoder.config.hidden_size, classes)

    def vectors(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(batch, width) of unit length.

        Args:
            ids, mask: (batch, length) token ids, and 1 where there is text.
        """
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return mean_pool(hidden.float(), mask)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(batch, classes) logits."""
        return self.logits(self.vectors(ids, mask))

    def logits(self, vectors: Tensor) -> Tensor:
        """(batch, classes) of unit vectors (batch, width)."""
        scores: Tensor = self.head(self.scale * vectors)
        return scores

    def start_head(self, found: LinearHead) -> None:
        """Begin from a head that was fitted to the unit vectors: the logits are the same."""
        with torch.no_grad():
            self.head.weight.copy_(torch.from_numpy(found.weights / self.scale))
            self.head.bias.copy_(torch.from_numpy(found.biases))


@torch.inference_mode()
def computed(
    network: TextClassifier,
    rows: Sequence[Sequence[int]],
    vectors: bool = False,
    after_batch: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """(rows, classes) logits of token ids, or their (rows, width) unit vectors, float32; no dropout.

    Equal rows are computed once. Products are in bfloat16 where the processor has units for it: measured, a
    vector's cosine with that of float32 is above 0.9999, in half the time.

    Args:
        network: used in evaluation mode.
        rows: token ids of each text.
        vectors: whether vectors are wanted instead of logits.
        after_batch: called after each few rows; may raise to stop.
    """
    network.eval()
    device = network.head.weight.device
    distinct = list(dict.fromkeys(map(tuple, rows)))
    found = np.empty(
        (len(distinct), network.head.in_features if vectors else network.head.out_features), np.float32
    )
    for places in batches([len(row) for row in distinct]):
        ids, mask = filled([distinct[place] for place in places])
        with half_precision(device.type):
            made = network.vectors(ids.to(device), mask.to(device)).float()
        found[places] = (made if vectors else network.logits(made)).cpu().numpy()
        after_batch()
    place_of = {row: place for place, row in enumerate(distinct)}
    return found[[place_of[tuple(row)] for row in rows]]
