"""What decides the prediction about training: a small Transformer on the grammar, looked at after its run."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from core.curriculum.question import Measurement
from core.jobs.context import JobContext
from core.translation.grammar.pairs import grammar_pairs, held_out_pairs
from core.translation.model_folder import Translator
from core.translation.pairs import SentencePairs
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.train_run import train_translator
from core.translation.training import averaged, validation_loss

MODEL = ModelSettings(vocabulary_size=600, width=32, layers=1, heads=4, feed_forward=64, dropout=0.1)
TRAINING = TrainingSettings(
    epochs=5,
    tokens_per_batch=512,
    learning_rate=1e-2,
    warmup_steps=40,
    bpe_dropout=0.0,
    averaged_checkpoints=2,
)
PAIRS, HELD_OUT = 900, 100


@dataclass(frozen=True)
class _Run:
    """A short training and its losses, nats a token."""

    reported: float
    """On the training pairs in the last epoch, with dropout and label smoothing."""
    plain: float
    """On the same pairs afterwards, with neither."""
    held_out: float
    """Of the last epoch's parameters."""
    held_out_averaged: float
    """Of the mean of the last two epochs' parameters."""


def held_out_share(small: bool = False) -> Measurement:
    """The held-out loss as a share of the reported training loss, after a short training."""
    settings = replace(TRAINING, epochs=3) if small else TRAINING
    pairs, held_out = grammar_pairs(300 if small else PAIRS), held_out_pairs(HELD_OUT)
    usual = _trained(pairs, held_out, settings)
    abrupt = _trained(pairs, held_out, replace(settings, warmup_steps=0))
    return Measurement(
        value=usual.held_out / usual.reported,
        values={
            "pairs": len(pairs),
            "epochs": settings.epochs,
            "reported": usual.reported,
            "plain": usual.plain,
            "held_out": usual.held_out,
            "averaged": usual.held_out_averaged,
            "abrupt": abrupt.held_out,
            "warmup": settings.warmup_steps,
        },
        note_key="translation.train.measured.held_out_share",
    )


def _trained(pairs: SentencePairs, held_out: SentencePairs, settings: TrainingSettings) -> _Run:
    """Train in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        states: list[dict[str, torch.Tensor]] = []

        def keep(translator: Translator) -> dict[str, float]:
            state = translator.model.state_dict()
            states.append({name: value.clone() for name, value in state.items()})
            return {}

        translator = train_translator(
            JobContext({}, folder, folder), pairs, held_out, "grammar", MODEL, settings, keep
        )
        model, vocabulary = translator.model, translator.vocabulary
        model.load_state_dict(states[-1])
        plain = validation_loss(model, vocabulary, pairs)
        model.load_state_dict(averaged(states[-settings.averaged_checkpoints :]))
        last = translator.about.epochs[-1]
        mean = validation_loss(model, vocabulary, held_out)
        return _Run(last.training_loss, plain, last.validation_loss, mean)
