"""What a training measured after each epoch; read without torch, so that a page opens quickly."""

import json
from dataclasses import dataclass
from pathlib import Path

from core.errors import GlassboxError
from core.json_result import result_from_json

RECORD_FILE = "run.json"


@dataclass(frozen=True)
class Sample:
    """A held-out sentence that is translated after each epoch."""

    source: str
    reference: str
    word_for_word: str
    """The English words in the German order; empty where the grammar did not write the sentence."""


@dataclass(frozen=True)
class EpochRecord:
    """One epoch, measured on held-out sentences."""

    number: int
    """From 1."""
    training_loss: float
    """Nats a token, with label smoothing and dropout."""
    validation_loss: float
    """Nats a token, without either."""
    perplexity: float
    bleu: float
    """sacreBLEU of greedy translations, 0 to 100."""
    order: float | None
    """Share of them in the right word order, 0 to 1; None where the grammar did not write them."""
    by_pattern: dict[str, float]
    """That share for each pattern of the grammar."""
    seconds: float
    """Of the training, without measuring."""
    pairs_per_second: float
    samples: tuple[str, ...]
    """The translations of `RunRecord.samples`."""
    right: tuple[bool, ...]
    """Whether each stands in the right order; empty where that cannot be told."""


@dataclass(frozen=True)
class RunRecord:
    """A training so far."""

    data: str
    pairs: int
    held_out: int
    scored: int
    """Held-out sentences that are translated after each epoch."""
    parameters: int
    vocabulary: int
    device: str
    signature: str
    """Of the BLEU."""
    words_in_german_order: float | None
    """The share of right orders that a word-for-word translation would have."""
    samples: tuple[Sample, ...]
    epochs: tuple[EpochRecord, ...]


def read_record(folder: Path) -> RunRecord | None:
    """The record in a job's result folder; None before the first.

    Raises:
        GlassboxError: it is not one.
    """
    path = folder / RECORD_FILE
    try:
        return result_from_json(RunRecord, json.loads(path.read_text("utf-8")), RECORD_FILE)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise GlassboxError("translation.train.error.record") from error
