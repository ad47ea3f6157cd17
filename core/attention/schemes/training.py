"""Training one decoder: the same texts in the same order and the same first weights for every scheme.

AdamW with a short warm-up and a cosine decay, the usual recipe. Step n draws its texts from a
generator seeded by (seed, n), so that a training that is stopped and goes on sees what it would have seen.

Sources: Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization"; Vaswani et al. 2017, section 5.
"""

import math
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from core.attention.schemes.decoder import SmallDecoder
from core.attention.schemes.prose import corpus
from core.attention.schemes.settings import VOCABULARY, Parameters
from core.files import whole_file

LEARNING_RATE = 3e-3
LOWEST_SHARE = 0.1
"""Of the learning rate, at the end of the decay."""
WARM_UP_STEPS = 20
WEIGHT_DECAY = 0.1
LARGEST_GRADIENT = 1.0
_STEPS_OF_A_SEED = 1_000_003
_MOMENTS = ("exp_avg", "exp_avg_sq")


class Training:
    """A decoder on its way through its steps."""

    def __init__(self, scheme: str, seed: int, parameters: Parameters) -> None:
        text = corpus(VOCABULARY)
        self.parameters, self.seed, self.step = parameters, seed, 0
        self.model = SmallDecoder(
            scheme, parameters.shape, text.vocabulary_size, parameters.training_length, seed
        )
        self._ids = torch.tensor(text.training)
        self._optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=WEIGHT_DECAY
        )

    def texts(self, step: int) -> Tensor:
        """The texts of `step`, (batch, training length + 1) token ids; the same whatever the scheme."""
        generator = torch.Generator().manual_seed(self.seed * _STEPS_OF_A_SEED + step)
        length = self.parameters.training_length + 1
        starts = torch.randint(len(self._ids) - length, (self.parameters.batch,), generator=generator)
        return self._ids[starts[:, None] + torch.arange(length)]

    def advance(self) -> float:
        """Take one step; the mean loss of its texts before it, nats a token."""
        ids = self.texts(self.step)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(self.step, self.parameters.steps)
        logits = self.model(ids[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
        self._optimiser.step()
        self.step += 1
        return loss.item()

    def save(self, path: Path) -> None:
        """Keep weights and the optimiser's moments as safetensors, whole or not at all.

        Raises:
            GlassboxError: the disk is full or read-only.
        """
        tensors = {f"weight.{name}": value for name, value in self.model.state_dict().items()}
        for index, moments in self._optimiser.state_dict()["state"].items():
            tensors |= {f"{name}.{index}": moments[name] for name in _MOMENTS}
        with whole_file(path) as temporary:
            save_file(tensors, temporary)

    def restore(self, path: Path, step: int) -> None:
        """Go on from what `save` wrote after `step` steps."""
        tensors = load_file(path)
        weights = {name: tensors[f"weight.{name}"] for name in self.model.state_dict()}
        self.model.load_state_dict(weights)
        count = len(list(self.model.parameters()))
        state = {
            index: {"step": torch.tensor(float(step)), **{m: tensors[f"{m}.{index}"] for m in _MOMENTS}}
            for index in range(count)
        }
        self._optimiser.load_state_dict({**self._optimiser.state_dict(), "state": state})
        self.step = step


def learning_rate(step: int, steps: int) -> float:
    """Rising evenly for twenty steps, then half a cosine down to a tenth.

    >>> [round(learning_rate(step, 300), 5) for step in (0, 20, 299)]
    [0.00015, 0.00297, 0.0003]
    """
    decayed = LOWEST_SHARE + (1 - LOWEST_SHARE) * (1 + math.cos(math.pi * step / steps)) / 2
    return LEARNING_RATE * min((step + 1) / WARM_UP_STEPS, 1.0) * decayed
