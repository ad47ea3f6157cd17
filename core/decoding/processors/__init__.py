"""Logits processors: what stands between a model's scores and the choice of a token, one file each."""

from core.decoding.processors.chain import NamedProcessor, apply_all, processor_chain, processor_input
from core.decoding.processors.count_penalties import frequency_penalty, presence_penalty
from core.decoding.processors.dry import dry
from core.decoding.processors.min_p import min_p
from core.decoding.processors.no_repeat_ngram import no_repeat_ngram
from core.decoding.processors.repetition_penalty import repetition_penalty
from core.decoding.processors.temperature import temperature
from core.decoding.processors.top_k import top_k
from core.decoding.processors.top_p import top_p
from core.decoding.processors.typical import typical

__all__ = [
    "NamedProcessor",
    "apply_all",
    "dry",
    "frequency_penalty",
    "min_p",
    "no_repeat_ngram",
    "presence_penalty",
    "processor_chain",
    "processor_input",
    "repetition_penalty",
    "temperature",
    "top_k",
    "top_p",
    "typical",
]
