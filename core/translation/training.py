"""Teaching a translation model: teacher forcing, label smoothing, warm-up, averaged parameters.

    loss = -sum_k q(k) log p(k | source, target so far),   q = (1 - e) one_hot + e / vocabulary

for every target position that is not filling. The learning rate rises linearly for `warmup_steps`,
then falls along half a cosine to nothing. Everything random (cuts of words, batches, dropout) is
seeded anew for each epoch from the epoch's number: training that was interrupted between two epochs
goes on exactly as if it had not been.

Sources: Vaswani et al. 2017, sections 5.3 and 5.4 (warm-up, label smoothing); Szegedy et al. 2016,
"Rethinking the Inception Architecture", section 7; Loshchilov and Hutter 2017, "SGDR" (cosine);
Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization" (AdamW).
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.training.half_precision import half_precision
from core.training.token_batches import rounded_up
from core.translation.batches import padded, pair_batches, teacher_forced_batch
from core.translation.dropout import ByteDropout
from core.translation.model import TranslationModel
from core.translation.pairs import SentencePairs
from core.translation.processes import processes
from core.translation.settings import TrainingSettings
from core.translation.subword_sampling import SubwordSampler
from core.translation.vocabulary import BEGIN, END, PAD, Vocabulary

BETAS = (0.9, 0.98)
"""Of Adam, as in Vaswani et al. 2017, section 5.3."""
LARGEST_GRADIENT = 1.0
"""Gradients whose norm is larger are scaled down to it."""
EPOCH_STRIDE = 1_000_003
"""Keeps the seeds of different runs apart."""
PROCESS_STRIDE = 7_919
"""Keeps the dropout of processes that train together apart."""
SCORED_AT_ONCE = 128
"""Target positions are scored in multiples of so many, see `core.training.token_batches`."""


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training pairs left."""

    number: int
    """From 1."""
    training_loss: float
    """Nats a token, with label smoothing and dropout."""
    validation_loss: float
    """Nats a token, without either."""
    seconds: float
    pairs_per_second: float

    @property
    def perplexity(self) -> float:
        """exp of the validation loss."""
        return math.exp(self.validation_loss)


def learning_rate(step: int, steps: int, settings: TrainingSettings) -> float:
    """The rate of step `step` (from 0) of `steps`.

    >>> plan = TrainingSettings(learning_rate=1.0, warmup_steps=10)
    >>> [round(learning_rate(step, 110, plan), 3) for step in (0, 9, 60, 109)]
    [0.1, 1.0, 0.5, 0.0]
    """
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    left = max(steps - settings.warmup_steps, 1)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - settings.warmup_steps) / left))


def teacher_forced_loss(
    model: TranslationModel[Any], source: Tensor, target: Tensor, label_smoothing: float = 0.0
) -> Tensor:
    """Mean loss, nats a target token, when the decoder is given the right beginning everywhere.

    Args:
        source: (batch, n) token ids with their end mark.
        target: (batch, m) token ids between begin and end mark.
    """
    read, wanted = target[:, :-1], target[:, 1:].flatten()
    # Scores are the largest product of all: they are made for filling only up to the next whole shape.
    filling = wanted == PAD
    count = min(rounded_up(int((~filling).sum()), SCORED_AT_ONCE), len(wanted))
    places = filling.argsort(stable=True)[:count]
    logits = model.scores(model.hidden(source, read).flatten(0, 1)[places])
    return F.cross_entropy(logits.float(), wanted[places], ignore_index=PAD, label_smoothing=label_smoothing)


class Training:
    """A run of training: model, optimizer and data, advanced epoch by epoch."""

    def __init__(
        self,
        model: TranslationModel[Any],
        vocabulary: Vocabulary,
        pairs: SentencePairs,
        settings: TrainingSettings,
        device: str = "cpu",
    ) -> None:
        self.model = model.to(device)
        self.settings = settings
        self.device = device
        self.processes = processes()
        self.optimizer = torch.optim.AdamW(
            model.parameters(), lr=0.0, betas=BETAS, eps=1e-9, weight_decay=0.0, fused=True
        )
        sides = (pairs.source, pairs.target)
        self._samplers = [
            SubwordSampler(vocabulary, side, settings.bpe_dropout, settings.seed) for side in sides
        ]
        # By the first epoch's lengths; the others differ by little, so the plan of the rate may too.
        self.steps_per_epoch = len(self.processes.share(self.batches(0)[0]))

    def run_epoch(self, number: int, progress: Callable[[int, int, float], None]) -> float:
        """Pass over all pairs once; returns the mean training loss, nats a token.

        Args:
            number: from 0; seeds this epoch's cuts, batches and dropout.
            progress: called after each step with steps done, steps in all, and the loss.
        """
        batches, source, target = self.batches(number)
        batches = self.processes.share(batches)
        seed = self.settings.seed * EPOCH_STRIDE + number + self.processes.rank * PROCESS_STRIDE
        torch.manual_seed(seed)
        ByteDropout.seed(seed)
        self.model.train()
        steps = self.settings.epochs * self.steps_per_epoch
        total, tokens = 0.0, 0.0
        for place, batch in enumerate(batches):
            step = number * self.steps_per_epoch + min(place, self.steps_per_epoch - 1)
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate(step, steps, self.settings)
            loss = self.step(
                *teacher_forced_batch([source[pair] for pair in batch], [target[pair] for pair in batch])
            )
            count = sum(len(target[pair]) - 1 for pair in batch)
            total, tokens = total + loss * count, tokens + count
            progress(place + 1, len(batches), loss)
        total, tokens = self.processes.sums(total, tokens)
        return total / tokens

    def loss(self, source: Tensor, target: Tensor) -> Tensor:
        """What a step makes smaller: see `teacher_forced_loss`."""
        return teacher_forced_loss(self.model, source, target, self.settings.label_smoothing)

    def step(self, source: Tensor, target: Tensor) -> float:
        """One update; returns the loss before it."""
        with half_precision(self.device):
            loss = self.loss(source.to(self.device), target.to(self.device))
        loss.backward()
        self.processes.average_gradients(self.model)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    def batches(self, number: int) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
        """Batches of pair numbers, and every source and target with its marks, as epoch `number` has them."""
        seed = self.settings.seed * EPOCH_STRIDE + number
        source, target = (sampler.draw(seed) for sampler in self._samplers)
        source = [[*ids, END] for ids in source]
        target = [[BEGIN, *ids, END] for ids in target]
        lengths = list(map(len, source)), list(map(len, target))
        return pair_batches(*lengths, self.settings.tokens_per_batch, seed), source, target


@torch.inference_mode()
def validation_loss(
    model: TranslationModel[Any], vocabulary: Vocabulary, pairs: SentencePairs, tokens: int = 4096
) -> float:
    """Nats a target token on held-out pairs, no dropout, no smoothing."""
    model.eval()
    device = model.embedding.weight.device
    source = [[*ids, END] for ids in vocabulary.encode(pairs.source)]
    target = [[BEGIN, *ids, END] for ids in vocabulary.encode(pairs.target)]
    total, count = 0.0, 0
    for batch in pair_batches(list(map(len, source)), list(map(len, target)), tokens, seed=0):
        read = padded([target[pair] for pair in batch]).to(device)
        real = int((read[:, 1:] != PAD).sum())
        loss = teacher_forced_loss(model, padded([source[pair] for pair in batch]).to(device), read)
        total, count = total + float(loss) * real, count + real
    return total / count


def averaged(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of the parameters of several checkpoints of one run.

    Source: Vaswani et al. 2017, section 6.1.
    """
    return {name: torch.stack([state[name] for state in states]).mean(dim=0) for name in states[0]}


def timed_epoch(
    training: Training,
    number: int,
    vocabulary: Vocabulary,
    validation: SentencePairs,
    progress: Callable[[int, int, float], None],
    pairs: int,
) -> Epoch:
    """Run epoch `number` (from 0) and measure it on the validation pairs."""
    started = time.monotonic()
    loss = training.run_epoch(number, progress)
    seconds = time.monotonic() - started
    held_out = validation_loss(training.model, vocabulary, validation)
    return Epoch(number + 1, loss, held_out, seconds, pairs / seconds)
