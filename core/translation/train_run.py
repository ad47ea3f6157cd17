"""A run of training from pairs to a model's folder, epoch by epoch, that can be stopped and resumed.

After each epoch everything needed to go on lies in the checkpoint folder: the parameters of the last
epochs that are to be averaged, the newest of them with the optimizer's state, and what was measured.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from safetensors.torch import load_file

from core.files import whole_file, write_text_whole
from core.translation.build import build_model
from core.translation.model_folder import (
    TrainedModel,
    Translator,
    load_training_state,
    save_training_state,
    write_tensors,
)
from core.translation.pairs import SentencePairs
from core.translation.processes import Processes, processes
from core.translation.settings import ModelSettings, TrainingSettings, check_settings
from core.translation.training import Epoch, Training, averaged, timed_epoch, validation_loss
from core.translation.vocabulary import Vocabulary, learn_vocabulary

VOCABULARY_FILE = "vocabulary.json"


class Context(Protocol):
    """What a run needs of a background job; see `core.jobs.context.JobContext`."""

    checkpoint_folder: Path

    def progress(self, done: float, total: float, *, message_key: str = "", **values: float) -> None:
        """Report progress; stops the run when it was cancelled."""

    def save_checkpoint(self, state: Mapping[str, Any]) -> None:
        """Keep the state from which to go on."""

    def load_checkpoint(self) -> dict[str, Any] | None:
        """That state, or None at a start."""


def train_translator(
    context: Context,
    pairs: SentencePairs,
    validation: SentencePairs,
    data: str,
    model_settings: ModelSettings,
    settings: TrainingSettings,
    after_epoch: Callable[[Translator], Mapping[str, float]] | None = None,
    device: str = "cpu",
) -> Translator:
    """Train, or go on training, until all epochs are done; returns the averaged model.

    Args:
        context: reports and checkpoints.
        data: what the pairs are, for the model's folder.
        after_epoch: measures further values to report, such as BLEU, on the newest parameters.

    Raises:
        GlassboxError: a setting is out of range, or a checkpoint is damaged.
    """
    check_settings(model_settings)
    check_settings(settings)
    saved = context.load_checkpoint() or {"epochs": []}
    epochs = [Epoch(**epoch) for epoch in saved["epochs"]]
    together = processes()
    vocabulary = _vocabulary(context.checkpoint_folder, pairs, model_settings.vocabulary_size, together)
    model_settings = replace(model_settings, vocabulary_size=vocabulary.size)
    about = TrainedModel(model_settings, settings, data, len(pairs), tuple(epochs))
    training = Training(build_model(model_settings, settings.seed), vocabulary, pairs, settings, device)
    if epochs:
        load_training_state(_state_file(context, len(epochs)), training.model, training.optimizer)
    while len(epochs) < settings.epochs:
        number = len(epochs)

        def report(done: int, steps: int, loss: float, number: int = number) -> None:
            context.progress(number + done / steps, settings.epochs, step_loss=loss)

        epochs.append(timed_epoch(training, number, vocabulary, validation, report, len(pairs)))
        about = replace(about, epochs=tuple(epochs))
        measured = {"validation_loss": epochs[-1].validation_loss, "perplexity": epochs[-1].perplexity}
        if together.rank:  # the first process measures and keeps
            continue
        if after_epoch:  # before the checkpoint: an epoch that is kept has been measured
            measured |= after_epoch(Translator(about, training.model.eval(), vocabulary))
        _keep(context, training, epochs, settings.averaged_checkpoints)
        context.progress(
            number + 1, settings.epochs, message_key="", training_loss=epochs[-1].training_loss, **measured
        )
    together.wait()
    _average(context, training, len(epochs), settings.averaged_checkpoints, validation, vocabulary)
    return Translator(about, training.model.eval().requires_grad_(False), vocabulary)


def _vocabulary(folder: Path, pairs: SentencePairs, size: int, together: Processes) -> Vocabulary:
    """The run's vocabulary, learned at its start by the first process."""
    path = folder / VOCABULARY_FILE
    if together.rank:
        together.wait()
    if not path.exists():
        write_text_whole(path, learn_vocabulary([*pairs.source, *pairs.target], size).to_json())
    if not together.rank:
        together.wait()
    return Vocabulary.from_json(path.read_text("utf-8"))


def _keep(context: Context, training: Training, epochs: list[Epoch], averaged_checkpoints: int) -> None:
    """Save this epoch's files first, then the state that names them, then drop what is no longer needed."""
    number = len(epochs)
    with whole_file(_parameter_file(context, number)) as path:
        write_tensors(path, training.model.state_dict())
    with whole_file(_state_file(context, number)) as path:
        save_training_state(path, training.model, training.optimizer)
    context.save_checkpoint({"epochs": [asdict(epoch) for epoch in epochs]})
    for old in range(number):
        _state_file(context, old).unlink(missing_ok=True)
        if old <= number - averaged_checkpoints:
            _parameter_file(context, old).unlink(missing_ok=True)


def _average(
    context: Context,
    training: Training,
    epochs: int,
    count: int,
    validation: SentencePairs,
    vocabulary: Vocabulary,
) -> None:
    """Put the mean of the last `count` epochs into the model if it does better on the validation pairs."""
    last = {name: value.clone() for name, value in training.model.state_dict().items()}
    loss = validation_loss(training.model, vocabulary, validation)
    numbers = range(max(1, epochs - count + 1), epochs + 1)
    mean = averaged([load_file(_parameter_file(context, number)) for number in numbers])
    training.model.load_state_dict(mean)
    if validation_loss(training.model, vocabulary, validation) > loss:
        training.model.load_state_dict(last)


def _parameter_file(context: Context, epoch: int) -> Path:
    return context.checkpoint_folder / f"parameters-{epoch}.safetensors"


def _state_file(context: Context, epoch: int) -> Path:
    return context.checkpoint_folder / f"state-{epoch}.safetensors"
