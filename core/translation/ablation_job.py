"""The job `translation.ablation`: train each variant, let each translate the validation pairs, score them.

What is finished is kept, with its translations; the variant at work goes on from its last epoch. Under the
page it shows the variant, the time left and the newest held-out loss.
"""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import torch

from core.jobs.context import JobContext
from core.json_result import result_from_json
from core.training.half_precision import has_half_precision
from core.translation.ablation_data import AblationData, ablation_data
from core.translation.ablation_result import RESULT_FILE, AblationResult, Row, Unknown
from core.translation.ablation_scores import score_against, signature
from core.translation.ablation_training import CURVE_PAIRS, Progress, VariantTraining
from core.translation.ablations import (
    SCORING,
    VARIANTS,
    AblationSettings,
    ablation_settings,
    command,
    starts,
    work_of,
)
from core.translation.model import parameter_count
from core.translation.model_folder import TrainedModel, Translator
from core.translation.training import validation_loss
from core.translation.translate import translate_all
from core.translation.vocabulary import UNKNOWN
from core.translation.word_vocabulary import unknown_share


@dataclass(frozen=True)
class Done:
    """A finished variant, as the checkpoint keeps it."""

    row: Row
    hypotheses: tuple[str, ...]
    """Its translations of the validation pairs."""


def run(context: JobContext) -> None:
    """Do or go on with the experiment; writes `ablations.json`.

    Raises:
        GlassboxError: unknown or impossible settings, the data is not there, or a full disk.
        JobCancelled: the reader cancelled.
    """
    settings = ablation_settings(context.parameters)
    data = ablation_data(settings)
    saved = context.load_checkpoint() or {"done": [], "now": {}}
    done = [result_from_json(Done, value, "state.json") for value in saved["done"]]
    for variant in settings.to_run[len(done) :]:
        now, saved["now"] = Progress(**saved["now"]), {}
        work = _Work(context, settings, data, done, variant, now)
        done.append(work.finished())
        _keep(context, done, None)
    context.write_result(RESULT_FILE, json.dumps(asdict(_result(settings, data, done)), indent=1))


class _Work:
    """One variant of the job: from its training to its row."""

    def __init__(
        self,
        context: JobContext,
        settings: AblationSettings,
        data: AblationData,
        before: list[Done],
        variant: str,
        now: Progress,
    ) -> None:
        self.context, self.settings, self.data = context, settings, data
        self.before, self.variant, self.now = before, variant, now
        self.trained = VARIANTS[variant].trained
        self.total = sum(work_of(settings, name) for name in settings.to_run)
        self.first = starts(settings)[variant]

    def finished(self) -> Done:
        """Train where there is something to train, translate and score."""
        training = self._training()
        if self.trained:
            training.run(self._report_training, lambda: _keep(self.context, self.before, self.now))
        elif self.variant == "averaged":
            training.load_average()
        translator = _translator(training, self.data)
        hypotheses = self._translated(translator)
        return Done(self._row(translator, hypotheses), tuple(hypotheses))

    def _training(self) -> VariantTraining:
        """This variant's training, or the finished one whose parameters it uses in another way."""
        name = self.variant if self.trained else "baseline"
        now = self.now if self.trained else Progress(epochs=self.settings.epochs)
        folder = self.context.checkpoint_folder / name
        folder.mkdir(exist_ok=True)
        return VariantTraining(folder, name, self.settings, self.data.training, self.data.validation, now)

    def _report_training(self, epochs: float, loss: float) -> None:
        values = {self.variant: loss} if loss else {}
        message = f"translation.matter.training.{self.variant}"
        self.context.progress(self.first + epochs, self.total, message_key=message, **values)

    def _translated(self, translator: Translator) -> list[str]:
        trained = self.settings.epochs if self.trained else 0

        def report(done: int, count: int) -> None:
            message = f"translation.matter.scoring.{self.variant}"
            done_before = self.first + trained
            self.context.progress(done_before + SCORING * done / count, self.total, message_key=message)

        return translate_all(translator, self.data.validation.source, self._beam(), progress=report)

    def _beam(self) -> int:
        return 1 if self.variant == "greedy" else self.settings.beam

    def _row(self, translator: Translator, hypotheses: Sequence[str]) -> Row:
        validation = self.data.validation
        baseline = self.before[0].hypotheses if self.before else None
        loss = validation_loss(translator.model, translator.vocabulary, validation)
        return Row(
            variant=self.variant,
            command=command(self.settings, self.variant),
            changed=_changed(self.settings, self.variant),
            parameters=parameter_count(translator.model),
            vocabulary=translator.vocabulary.size,
            batches=self.now.batches,
            seconds=self.now.seconds,
            perplexity=float(torch.tensor(loss).exp()),
            score=score_against(hypotheses, validation.target, baseline),
            unknown=_unknown(translator, validation.source, validation.target, hypotheses),
            curve=self.now.curve,
            examples=tuple(translate_all(translator, self.data.example_sources, self._beam())),
        )


def _translator(training: VariantTraining, data: AblationData) -> Translator:
    about = TrainedModel(training.model_settings, training.settings, data.name, len(data.training), ())
    return Translator(about, training.model.eval().requires_grad_(False), training.vocabulary)


def _unknown(
    translator: Translator, sources: Sequence[str], targets: Sequence[str], hypotheses: Sequence[str]
) -> Unknown:
    vocabulary = translator.vocabulary
    mark = vocabulary.decode([UNKNOWN]).strip()
    written = [number for row in vocabulary.encode(hypotheses) for number in row]
    marks = sum(sentence.count(mark) for sentence in hypotheses)
    return Unknown(
        unknown_share(vocabulary, sources),
        unknown_share(vocabulary, targets),
        marks / max(len(written), 1),
    )


def _changed(settings: AblationSettings, variant: str) -> dict[str, object]:
    """What is set otherwise than in the baseline."""
    known = VARIANTS[variant]
    changed: dict[str, object] = {**known.model, **known.training}
    if known.words:
        changed["vocabulary"] = "words"
    if known.next_seed:
        changed["seed"] = settings.seed + 1
    if variant == "greedy":
        changed["beam"] = 1
    if variant == "averaged":
        changed["averaged_checkpoints"] = min(settings.epochs, 3)
    return changed


def _keep(context: JobContext, done: list[Done], now: Progress | None) -> None:
    state: dict[str, Any] = {
        "done": [asdict(one) for one in done],
        "now": asdict(now) if now is not None else {},
    }
    context.save_checkpoint(state)


def _result(settings: AblationSettings, data: AblationData, done: list[Done]) -> AblationResult:
    return AblationResult(
        command=command(settings),
        settings=json.loads(json.dumps(asdict(settings))),
        data=data.name,
        training_pairs=len(data.training),
        validation_pairs=len(data.validation),
        curve_pairs=min(CURVE_PAIRS, len(data.validation)),
        signature=signature(done[0].hypotheses, data.validation.target),
        example_sources=data.example_sources,
        example_references=data.example_references,
        versions={"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "tokenizers", "sacrebleu")},
        machine=platform.machine(),
        cores=os.cpu_count() or 1,
        threads=torch.get_num_threads(),
        half_precision=has_half_precision("cpu"),
        date=datetime.now(UTC).date().isoformat(),
        rows=tuple(one.row for one in done),
    )
