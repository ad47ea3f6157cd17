"""Epoch after epoch, with early stopping: what is kept is the best epoch on the validation part.

Epoch 0 is the state before tuning, measured like the others: where tuning only does harm, it is what
remains. Without validation rows there is nothing to choose by, and the last epoch stays.

Source: Prechelt 1998, "Early Stopping - But When?".
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from core.classification.methods.table import Report
from core.classification.tuning.checkpoint import Checkpoint, load_checkpoint, save_checkpoint, snapshot
from core.classification.tuning.training import Training


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training rows left."""

    number: int
    """0 is before the first."""
    training_loss: float | None
    """Nats, mean over the steps, with dropout and smoothing; None before the first epoch."""
    validation_loss: float | None
    """Nats a row, without either; None where there are no validation rows."""
    validation_accuracy: float | None

    def better_than(self, other: "Epoch") -> bool:
        """Fewer errors, or as many and a smaller loss; without a validation part the later one."""
        if self.validation_loss is None or other.validation_loss is None:
            return self.number > other.number
        mine, theirs = self.validation_accuracy or 0.0, other.validation_accuracy or 0.0
        return (mine, -self.validation_loss) > (theirs, -other.validation_loss)


Validate = Callable[[], tuple[float, float] | None]
"""Loss and accuracy on the validation part, or None if it is empty."""


def best_of(epochs: "tuple[Epoch, ...]") -> Epoch:
    """The epoch that is kept."""
    best = epochs[0]
    for epoch in epochs[1:]:
        best = epoch if epoch.better_than(best) else best
    return best


def is_over(epochs: "tuple[Epoch, ...]", patience: int) -> bool:
    """Whether `patience` epochs have passed since the best; 0 never stops."""
    return patience > 0 and epochs[-1].number - best_of(epochs).number >= patience


def tune(
    training: Training, validate: Validate, report: Report, checkpoint: Path | None
) -> tuple[Epoch, ...]:
    """Train, or go on, until the epochs are done or patience is lost; the best epoch is in the network.

    Args:
        training: advanced in place.
        validate: measures the network as it is.
        report: see `core.classification.methods.table`.
        checkpoint: where to keep what is needed to go on; None keeps nothing.

    Raises:
        GlassboxError: a checkpoint is damaged, or the disk is full.
    """
    settings = training.settings
    kept = load_checkpoint(checkpoint, training) if checkpoint is not None else None
    if kept is None:
        epochs: tuple[Epoch, ...] = (_measured(0, None, validate),)
        best = snapshot(training.trained)
    else:
        epochs, best = tuple(Epoch(**epoch) for epoch in kept.epochs), kept.best
    _tell(report, epochs[-1], settings.epochs)
    while epochs[-1].number < settings.epochs and not is_over(epochs, settings.patience):
        number = epochs[-1].number

        def progress(done: int, steps: int, loss: float, number: int = number) -> None:
            passed = number + done / steps
            report({"done": passed / settings.epochs, "step": passed, "step_loss": loss})

        epochs += (_measured(number + 1, training.run_epoch(number, progress), validate),)
        if best_of(epochs) is epochs[-1]:
            best = snapshot(training.trained)
        if checkpoint is not None:
            save_checkpoint(checkpoint, training, Checkpoint(tuple(map(asdict, epochs)), best))
        _tell(report, epochs[-1], settings.epochs)
    for name, value in training.trained.items():
        value.data.copy_(best[name])
    report({"done": 1.0})
    return epochs


def _measured(number: int, training_loss: float | None, validate: Validate) -> Epoch:
    loss, accuracy = validate() or (None, None)
    return Epoch(number, training_loss, loss, accuracy)


def _tell(report: Report, epoch: Epoch, planned: int) -> None:
    values = {name: value for name, value in asdict(epoch).items() if value is not None and name != "number"}
    report({"done": epoch.number / planned, "step": epoch.number, **values})
