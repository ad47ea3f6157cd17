"""Scheduled sampling: while it learns, the decoder reads its own words at some places.

At each place a coin decides what the decoder reads next: with probability e the reference's token, else
one drawn from what it has just predicted. What it should write stays the reference's token. With e = 1
this is teacher forcing. No gradient flows through the draw, as in the paper.

That last point, and that the reference's next token is asked for after any beginning, makes the aim
improper: its optimum is not the distribution of the data (Huszár 2015).

Sources: Bengio, Vinyals, Jaitly and Shazeer 2015, "Scheduled Sampling for Sequence Prediction with
Recurrent Neural Networks", section 2.3; Huszár 2015, "How (not) to Train your Generative Model".
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from core.translation.pairs import SentencePairs
from core.translation.recurrent import LstmTranslator
from core.translation.scheduled.settings import reference_share
from core.translation.settings import TrainingSettings
from core.translation.training import Training
from core.translation.vocabulary import PAD, Vocabulary


def mixed_loss(
    model: LstmTranslator, source: Tensor, target: Tensor, share: float, chance: torch.Generator
) -> Tensor:
    """Mean loss, nats a target token, when each place reads the reference with probability `share`.

    Args:
        source: (batch, n) token ids with their end mark.
        target: (batch, m) token ids between begin and end mark.
        chance: of the coins and of the model's draws.
    """
    state = model.read(source)
    wanted = target[:, 1:]
    read, written = target[:, 0], []
    for place in range(wanted.shape[1]):
        states, state = model.decoder(model.dropout(model.embedding(read[:, None])), state)
        written.append(states[:, 0])
        read = wanted[:, place]
        if share < 1:
            chances = torch.softmax(model.scores(states[:, 0].detach()).detach().float(), dim=-1)
            own = torch.multinomial(chances, 1, generator=chance)[:, 0]
            read = torch.where(torch.rand(len(read), generator=chance) < share, read, own)
    real = wanted != PAD
    logits = model.scores(model.dropout(torch.stack(written, dim=1))[real])
    return F.cross_entropy(logits.float(), wanted[real])


class MixedTraining(Training):
    """A run of training in which the decoder reads its own words at more and more places."""

    def __init__(
        self,
        model: LstmTranslator,
        vocabulary: Vocabulary,
        pairs: SentencePairs,
        settings: TrainingSettings,
        variant: str,
    ) -> None:
        super().__init__(model, vocabulary, pairs, settings)
        self.variant = variant
        self.share = 1.0
        self._chance = torch.Generator()
        self._lstm = model

    def start_epoch(self, number: int) -> None:
        """Set the share of the reference and the coins for epoch `number`, from 0."""
        self.share = reference_share(self.variant, number, self.settings.epochs)
        self._chance.manual_seed(self.settings.seed * 1000 + number)

    def loss(self, source: Tensor, target: Tensor) -> Tensor:
        """See `mixed_loss`."""
        return mixed_loss(self._lstm, source, target, self.share, self._chance)
