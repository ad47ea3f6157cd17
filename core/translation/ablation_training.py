"""Training one variant, watched from close by, so that the curves show where the variants part.

After every epoch parameters and optimizer are kept: a training that died goes on where that epoch ended,
with the same curve.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from core.files import whole_file, write_text_whole
from core.translation.ablation_result import Curve
from core.translation.ablations import AVERAGED_EPOCHS, VARIANTS, AblationSettings
from core.translation.build import build_model
from core.translation.model import TranslationModel
from core.translation.model_folder import load_training_state, save_training_state
from core.translation.pairs import SentencePairs
from core.translation.settings import ModelSettings
from core.translation.training import Training, averaged, validation_loss
from core.translation.vocabulary import Vocabulary, learn_vocabulary
from core.translation.word_vocabulary import learn_word_vocabulary

POINTS_AN_EPOCH = 8
CURVE_PAIRS = 100
"""Held-out pairs on which the curves are measured: few, as it happens often."""


@dataclass
class Progress:
    """A variant at work, in what is kept of it between two epochs."""

    epochs: int = 0
    batches: int = 0
    seconds: float = 0.0
    curve_epochs: list[float] = field(default_factory=list)
    curve_losses: list[float] = field(default_factory=list)

    @property
    def curve(self) -> Curve:
        """What was measured so far."""
        return Curve(tuple(self.curve_epochs), tuple(self.curve_losses))


class VariantTraining:
    """The training of one variant in a folder of its own; the vocabularies lie beside it."""

    def __init__(
        self,
        folder: Path,
        variant: str,
        settings: AblationSettings,
        pairs: SentencePairs,
        validation: SentencePairs,
        now: Progress,
    ) -> None:
        """Start anew, or from the epoch that `now` names."""
        self.folder, self.now = folder, now
        self.settings = settings.training_settings(variant)
        self.vocabulary = kept_vocabulary(folder.parent, settings, variant, pairs)
        self.model_settings = variant_model(settings, variant, self.vocabulary)
        self.watched = SentencePairs(validation.source[:CURVE_PAIRS], validation.target[:CURVE_PAIRS])
        self.keeps = AVERAGED_EPOCHS if variant == "baseline" else 1
        model = build_model(self.model_settings, self.settings.seed)
        self.training = Training(model, self.vocabulary, pairs, self.settings)
        if now.epochs:
            load_training_state(self._state(now.epochs), self.training.model, self.training.optimizer)

    @property
    def model(self) -> TranslationModel[Any]:
        """With the newest parameters."""
        return self.training.model

    def run(self, report: Callable[[float, float], None], keep: Callable[[], None]) -> None:
        """Do the epochs that are left.

        Args:
            report: called after each step with the epochs done and the newest held-out loss.
            keep: called after each epoch, when its files are written; it must save `now`.
        """
        while self.now.epochs < self.settings.epochs:
            self._epoch(report)
            with whole_file(self._state(self.now.epochs)) as path:
                save_training_state(path, self.model, self.training.optimizer)
            with whole_file(self._parameters(self.now.epochs)) as path:
                save_file({name: value.contiguous() for name, value in self.model.state_dict().items()}, path)
            keep()
            self._drop_old()

    def load_average(self) -> None:
        """Put the mean of the last epochs' parameters into the model.

        Source: Vaswani et al. 2017, section 6.1.
        """
        last = range(max(1, self.now.epochs - self.keeps + 1), self.now.epochs + 1)
        self.model.load_state_dict(averaged([load_file(self._parameters(epoch)) for epoch in last]))

    def _epoch(self, report: Callable[[float, float], None]) -> None:
        done, started, watching = self.now.epochs, time.perf_counter(), 0.0

        def after_step(step: int, steps: int, _: float) -> None:
            nonlocal watching
            if step * POINTS_AN_EPOCH // steps > (step - 1) * POINTS_AN_EPOCH // steps:
                looked = time.perf_counter()
                self.now.curve_epochs.append(done + step / steps)
                self.now.curve_losses.append(validation_loss(self.model, self.vocabulary, self.watched))
                self.model.train()
                watching += time.perf_counter() - looked
            report(done + step / steps, self.now.curve_losses[-1] if self.now.curve_losses else 0.0)
            self.now.batches += 1

        self.training.run_epoch(done, after_step)
        self.now.seconds += time.perf_counter() - started - watching
        self.now.epochs = done + 1

    def _drop_old(self) -> None:
        for epoch in range(self.now.epochs):
            self._state(epoch).unlink(missing_ok=True)
            if epoch <= self.now.epochs - self.keeps:
                self._parameters(epoch).unlink(missing_ok=True)

    def _state(self, epoch: int) -> Path:
        return self.folder / f"state-{epoch}.safetensors"

    def _parameters(self, epoch: int) -> Path:
        return self.folder / f"parameters-{epoch}.safetensors"


def kept_vocabulary(
    folder: Path, settings: AblationSettings, variant: str, pairs: SentencePairs
) -> Vocabulary:
    """Subwords, or words that occur often enough, of both sides: learned once, then read from `folder`."""
    words = VARIANTS[variant].words
    path = folder / ("words.json" if words else "subwords.json")
    if path.exists():
        return Vocabulary.from_json(path.read_text("utf-8"))
    sentences = [*pairs.source, *pairs.target]
    learned = (
        learn_word_vocabulary(sentences) if words else learn_vocabulary(sentences, settings.vocabulary_size)
    )
    write_text_whole(path, learned.to_json())
    return learned


def variant_model(settings: AblationSettings, variant: str, vocabulary: Vocabulary) -> ModelSettings:
    """The variant's size with its vocabulary's real size."""
    return replace(settings.model_settings(variant), vocabulary_size=vocabulary.size)
