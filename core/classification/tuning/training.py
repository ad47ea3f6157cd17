"""One pass after another over the training rows: what fine-tuning and contrastive tuning share.

Everything random (batches, dropout, pairs) is seeded anew for each epoch from the epoch's number: training
that was interrupted between two epochs goes on exactly as if it had not been.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor

from core.classification.settings import TrainSettings
from core.classification.tuning.encoder import layers_of, training_device
from core.classification.tuning.layer_rates import HEAD_FACTOR, depth_of, open_depth, parameter_groups, plan
from core.classification.tuning.network import TextClassifier
from core.training.half_precision import half_precision

BETAS = (0.9, 0.999)
LARGEST_GRADIENT = 1.0
"""Gradients whose norm is larger are scaled down to it."""
EPOCH_STRIDE = 1_000_003
"""Keeps the seeds of different runs apart."""

Progress = Callable[[int, int, float], None]
"""Called after each step with the steps done, the steps of this epoch, and the loss."""


class Training(ABC):
    """A network, its optimizer and the rows it learns from."""

    def __init__(
        self, network: TextClassifier, settings: TrainSettings, head_factor: float = HEAD_FACTOR
    ) -> None:
        """Args:
        network: whose parameters with `requires_grad` are tuned.
        settings: epochs, rates, weight decay, unfreezing and seed are read.
        head_factor: how many times as fast as the layers the head learns.
        """
        self.device = training_device()
        self.network = network.to(self.device)
        self.settings = settings
        self.layers = len(layers_of(network.encoder))
        self.trained = {name: value for name, value in network.named_parameters() if value.requires_grad}
        groups = parameter_groups(
            network,
            self.layers,
            settings.learning_rate,
            settings.layer_decay,
            settings.weight_decay,
            head_factor,
        )
        self.optimizer = torch.optim.AdamW(groups, lr=0.0, betas=BETAS, fused=True)
        self._steps_per_epoch = 0

    @property
    def parameters_trained(self) -> int:
        """Numbers that may change."""
        return sum(value.numel() for value in self.trained.values())

    @abstractmethod
    def batches(self, seed: int) -> list[list[int]]:
        """The batches of an epoch, as places in whatever they are made of."""

    @abstractmethod
    def loss(self, batch: list[int]) -> Tensor:
        """What a step on this batch makes smaller."""

    def vectors(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(batch, width) unit vectors, in half precision where that is fast; what follows is in float32."""
        with half_precision(self.device):
            found = self.network.vectors(ids.to(self.device), mask.to(self.device))
        return found.float()

    def run_epoch(self, number: int, progress: Progress) -> float:
        """Pass over all batches once; returns the mean loss of the steps.

        Args:
            number: from 0; seeds this epoch's batches and dropout.
            progress: told after each step; may raise to stop.
        """
        seed = self.settings.seed * EPOCH_STRIDE + number
        torch.manual_seed(seed)
        self.network.dropout.start(seed)
        self.network.train()
        self._open_layers(number)
        # By the first epoch's batches; later epochs differ by one or two, so the plan of the rate may too.
        per_epoch = self._steps_per_epoch = self._steps_per_epoch or len(
            self.batches(self.settings.seed * EPOCH_STRIDE)
        )
        batches = self.batches(seed)
        total = 0.0
        for place, batch in enumerate(batches):
            now = number * per_epoch + min(place, per_epoch - 1)
            loss = self.step(batch, plan(now, self.settings.epochs * per_epoch))
            total += loss
            progress(place + 1, len(batches), loss)
        return total / len(batches)

    def step(self, batch: list[int], factor: float) -> float:
        """One update at `factor` of each group's learning rate; returns the loss before it."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["base"] * factor
        loss = self.loss(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained.values(), LARGEST_GRADIENT)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    def _open_layers(self, number: int) -> None:
        """Gradual unfreezing: layers that are not open yet get no gradient, so they cost nothing either."""
        depth = open_depth(number, self.layers, self.settings.unfreeze)
        for name, value in self.trained.items():
            value.requires_grad_(depth_of(name, self.layers) <= depth)
