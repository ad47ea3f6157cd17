"""The job `translation.scheduled_sampling`: train each variant with each seed, measure after each epoch.

After every epoch weights and optimiser are kept, so that a job that died goes on with the same curve.
"""

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from time import perf_counter
from typing import Any, cast

import torch

from core.files import whole_file
from core.jobs.context import JobContext
from core.translation.build import build_model
from core.translation.forcing import decode_along
from core.translation.grammar.pairs import grammar_pairs, held_out_pairs
from core.translation.model import TranslationModel, parameter_count
from core.translation.model_folder import load_training_state, save_training_state
from core.translation.pairs import SentencePairs
from core.translation.recurrent import LstmTranslator
from core.translation.scheduled.result import RESULT_FILE, EpochMeasure, ScheduledResult, VariantRun
from core.translation.scheduled.settings import Parameters, parameters_from
from core.translation.scheduled.training import MixedTraining
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.training import validation_loss
from core.translation.vocabulary import Vocabulary, learn_vocabulary

COMMAND = "python -m core job translation.scheduled_sampling --settings settings.json"
HELD_OUT = 200
VOCABULARY = 600
MOST_WORDS = 6
"""Of a German sentence: long ones take these small models far longer to learn."""
DRAWN = 12
"""Sentences drawn for each that is wanted: about every seventh is short enough."""
PLAN = TrainingSettings(
    tokens_per_batch=512, learning_rate=8e-3, warmup_steps=40, label_smoothing=0.0, bpe_dropout=0.0
)


def run(context: JobContext) -> None:
    """Do or go on with the experiment; writes `scheduled_sampling.json`.

    Raises:
        GlassboxError: unknown or impossible parameters, or a full disk.
        JobCancelled: the reader cancelled.
    """
    parameters = parameters_from(context.parameters)
    experiment = _Experiment(parameters)
    saved = context.load_checkpoint() or {"runs": [], "epochs": [], "seconds": 0.0}
    runs = [_read_run(value) for value in saved["runs"]]
    epochs = [EpochMeasure(**value) for value in saved["epochs"]]
    seconds = float(saved["seconds"])
    for seed, variant in parameters.runs()[len(runs) :]:
        runs.append(_run_one(context, experiment, seed, variant, runs, epochs, seconds))
        epochs, seconds = [], 0.0
        _keep(context, runs, epochs, seconds)
    context.write_result(RESULT_FILE, json.dumps(asdict(experiment.result(runs)), indent=1))


class _Experiment:
    """The sentences and the vocabulary that all runs share."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.pairs = _short(grammar_pairs(DRAWN * parameters.pairs), parameters.pairs)
        self.held_out = _short(held_out_pairs(DRAWN * HELD_OUT), HELD_OUT)
        self.vocabulary = learn_vocabulary([*self.pairs.source, *self.pairs.target], VOCABULARY)

    def model(self, seed: int) -> LstmTranslator:
        """An untrained model, the same for every variant."""
        settings = ModelSettings(
            "lstm", self.vocabulary.size, self.parameters.width, layers=1, heads=1, dropout=0.1
        )
        return cast(LstmTranslator, build_model(settings, seed))

    def training(self, seed: int, variant: str) -> MixedTraining:
        """A run that has not begun."""
        values = {**asdict(PLAN), "epochs": self.parameters.epochs, "seed": seed}
        return MixedTraining(
            self.model(seed), self.vocabulary, self.pairs, TrainingSettings(**values), variant
        )

    def result(self, runs: list[VariantRun]) -> ScheduledResult:
        """The runs with what is needed to repeat them."""
        return ScheduledResult(
            command=COMMAND,
            parameters=json.loads(json.dumps(asdict(self.parameters))),
            pairs=len(self.pairs),
            held_out=len(self.held_out),
            weights=parameter_count(self.model(0)),
            versions={"python": platform.python_version()}
            | {name: version(name) for name in ("torch", "tokenizers")},
            machine=platform.machine(),
            cores=os.cpu_count() or 1,
            threads=torch.get_num_threads(),
            date=datetime.now(UTC).date().isoformat(),
            runs=tuple(runs),
        )


def _short(pairs: SentencePairs, count: int) -> SentencePairs:
    """The first `count` whose German sentence has at most `MOST_WORDS` words, or all there are."""
    chosen = [number for number, text in enumerate(pairs.source) if len(text.split()) <= MOST_WORDS][:count]
    return SentencePairs(
        tuple(pairs.source[number] for number in chosen), tuple(pairs.target[number] for number in chosen)
    )


def _run_one(
    context: JobContext,
    experiment: _Experiment,
    seed: int,
    variant: str,
    before: list[VariantRun],
    epochs: list[EpochMeasure],
    seconds: float,
) -> VariantRun:
    """Train and measure one model, from the epochs that were already done."""
    training = experiment.training(seed, variant)
    count = experiment.parameters.epochs
    total = len(experiment.parameters.runs()) * count
    message = f"translation.forcing.training.{variant}"
    if epochs:
        load_training_state(
            context.checkpoint_folder / _state_name(before, epochs), training.model, training.optimizer
        )
    begun = perf_counter() - seconds
    while len(epochs) < count:
        number = len(epochs)
        done = len(before) * count + number

        def report(step: int, steps: int, loss: float, done: int) -> None:
            context.progress(done + step / steps, total, message_key=message)

        training.start_epoch(number)
        loss = training.run_epoch(number, partial(report, done=done))
        epochs.append(measure_epoch(training.model, experiment, training.share, loss))
        with whole_file(context.checkpoint_folder / _state_name(before, epochs)) as path:
            save_training_state(path, training.model, training.optimizer)
        _keep(context, before, epochs, perf_counter() - begun)
        context.progress(done + 1, total, message_key=message, **{variant: epochs[-1].free_right})
    return VariantRun(variant, seed, tuple(epochs), perf_counter() - begun)


def measure_epoch(
    model: TranslationModel[Any], experiment: "_Experiment", share: float, training_loss: float
) -> EpochMeasure:
    """Read the held-out sentences with the reference's beginnings, then with the model's own."""
    model.eval()
    pairs, vocabulary = experiment.held_out, experiment.vocabulary
    forced_right, free_right, whole = right_shares(model, vocabulary, pairs)
    return EpochMeasure(
        share, training_loss, validation_loss(model, vocabulary, pairs), forced_right, free_right, whole
    )


def right_shares(
    model: TranslationModel[Any], vocabulary: Vocabulary, pairs: SentencePairs
) -> tuple[float, float, float]:
    """Share of right places forced and free, over all places, and of sentences wholly right when free."""
    sources, references = (vocabulary.encode(side) for side in (pairs.source, pairs.target))
    forced = decode_along(model, sources, references, "forced")
    free = decode_along(model, sources, references, "free")
    places = sum(len(trace.right) for trace in forced)
    right = [sum(map(int.__eq__, trace.wrote, trace.right)) for trace in (*forced, *free)]
    count = len(forced)
    whole = sum(one == len(trace.right) for one, trace in zip(right[count:], forced, strict=True))
    return sum(right[:count]) / places, sum(right[count:]) / places, whole / count


def _state_name(before: list[VariantRun], epochs: list[EpochMeasure]) -> str:
    return f"run{len(before)}-epoch{len(epochs)}.safetensors"


def _keep(context: JobContext, runs: list[VariantRun], epochs: list[EpochMeasure], seconds: float) -> None:
    """Save what there is, then drop the tensors that it no longer names."""
    context.save_checkpoint(
        {"runs": list(map(asdict, runs)), "epochs": list(map(asdict, epochs)), "seconds": seconds}
    )
    for file in context.checkpoint_folder.glob("*.safetensors"):
        if not epochs or file.name != _state_name(runs, epochs):
            file.unlink(missing_ok=True)


def _read_run(value: dict[str, Any]) -> VariantRun:
    return VariantRun(**{**value, "epochs": tuple(EpochMeasure(**epoch) for epoch in value["epochs"])})
