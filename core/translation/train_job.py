"""The job `translation.train`: a model of the reader's own, measured after each epoch.

After each epoch some held-out sentences are translated greedily: their BLEU, their word order where the
grammar wrote them, and three of them word for word go to `run.json`. A job that died goes on from its last
epoch with the same losses; at the end the model lies in `model/`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

import torch

from core.errors import GlassboxError
from core.jobs.context import JobContext
from core.translation.build import build_model
from core.translation.grammar.word_order import order_shares, stands_right
from core.translation.greedy import greedy_search
from core.translation.model import parameter_count
from core.translation.model_folder import LARGEST_MODEL, Translator, save_translator
from core.translation.own_models import MODEL_FOLDER
from core.translation.scoring import corpus_bleu
from core.translation.settings import ModelSettings
from core.translation.train_data import TrainingData, training_data
from core.translation.train_record import RECORD_FILE, EpochRecord, RunRecord, Sample, read_record
from core.translation.train_run import train_translator
from core.translation.train_settings import RunSettings, run_settings

SCORED = 200
"""Held-out sentences that are translated after each epoch."""
TRANSLATED_AT_ONCE = 50
"""Of them; between two groups the job may be cancelled."""


def run(context: JobContext) -> None:
    """Train, or go on; writes `run.json` after each epoch and `model/` at the end.

    Raises:
        GlassboxError: unknown or impossible settings, missing data, or a full disk.
        JobCancelled: the reader cancelled.
    """
    settings = run_settings(context.parameters)
    context.progress(0, settings.training.epochs, message_key="translation.train.stage.data")
    data = training_data(settings, workspace=context.checkpoint_folder.parents[2])
    save_translator(context.result_folder / MODEL_FOLDER, train(context, settings, data))


def train(context: JobContext, settings: RunSettings, data: TrainingData) -> Translator:
    """The training with its measurements, as the job and the command do it.

    Raises:
        GlassboxError: a setting is out of range, the model is too large, or the disk is full.
    """
    check_size(settings.model)
    device = f"cuda:{torch.cuda.current_device()}" if torch.cuda.is_available() else "cpu"
    context.checkpoint_folder.mkdir(parents=True, exist_ok=True)
    watch = _Watch(context, data, device)
    return train_translator(
        context,
        data.training,
        data.validation,
        f"{data.name}: {len(data.training):,} pairs",
        settings.model,
        settings.training,
        watch.after_epoch,
        device,
    )


def check_size(model: ModelSettings) -> int:
    """The number of parameters, without making any.

    Raises:
        GlassboxError: a setting is out of range, or the model could not be loaded again.
    """
    with torch.device("meta"):
        count = parameter_count(build_model(model))
    if 2 * count > LARGEST_MODEL:
        millions = LARGEST_MODEL / 2e6
        raise GlassboxError("translation.train.error.large", millions=count / 1e6, limit=millions)
    return count


class _Watch:
    """Measures the newest parameters after each epoch and keeps the record."""

    def __init__(self, context: JobContext, data: TrainingData, device: str) -> None:
        self.context, self.data, self.device = context, data, device
        order = sorted({*range(min(SCORED, len(data.validation))), *data.shown})
        self.sources = [data.validation.source[place] for place in order]
        self.references = [data.validation.target[place] for place in order]
        self.captions = [data.captions[place] for place in order] if data.captions else []
        self.shown = [order.index(place) for place in data.shown]

    def after_epoch(self, translator: Translator) -> dict[str, float]:
        """Translate, score, add to the record; returns what the job's progress shows."""
        written = self._translations(translator)
        epoch = self._epoch(translator, written)
        before = read_record(self.context.result_folder)
        kept = [one for one in before.epochs if one.number < epoch.number] if before else []
        record = replace(self._record(translator, written), epochs=(*kept, epoch))
        self.context.write_result(RECORD_FILE, json.dumps(asdict(record), ensure_ascii=False, indent=1))
        return {"bleu": epoch.bleu} | ({} if epoch.order is None else {"order": epoch.order})

    def _translations(self, translator: Translator) -> list[str]:
        ids = translator.vocabulary.encode(self.sources)
        written: list[str] = []
        for start in range(0, len(ids), TRANSLATED_AT_ONCE):
            self.context.check_cancelled()
            found = greedy_search(translator.model, ids[start : start + TRANSLATED_AT_ONCE])
            written += [translator.vocabulary.decode(one.token_ids) for one in found]
        return written

    def _epoch(self, translator: Translator, written: Sequence[str]) -> EpochRecord:
        epoch = translator.about.epochs[-1]
        shares = order_shares(self.captions, written) if self.captions else None
        right = [stands_right(written[place], self.references[place]) for place in self.shown]
        return EpochRecord(
            number=epoch.number,
            training_loss=epoch.training_loss,
            validation_loss=epoch.validation_loss,
            perplexity=epoch.perplexity,
            bleu=corpus_bleu(written, self.references).score,
            order=shares.overall if shares else None,
            by_pattern=shares.by_pattern if shares else {},
            seconds=epoch.seconds,
            pairs_per_second=epoch.pairs_per_second,
            samples=tuple(written[place] for place in self.shown),
            right=tuple(right) if self.captions else (),
        )

    def _record(self, translator: Translator, written: Sequence[str]) -> RunRecord:
        in_german_order = [caption.word_for_word for caption in self.captions]
        return RunRecord(
            data=self.data.name,
            pairs=len(self.data.training),
            held_out=len(self.data.validation),
            scored=len(self.sources),
            parameters=parameter_count(translator.model),
            vocabulary=translator.vocabulary.size,
            device=self.device,
            signature=corpus_bleu(written, self.references).signature,
            words_in_german_order=(
                order_shares(self.captions, in_german_order).overall if self.captions else None
            ),
            samples=tuple(
                Sample(
                    self.sources[place],
                    self.references[place],
                    in_german_order[place] if self.captions else "",
                )
                for place in self.shown
            ),
            epochs=(),
        )
