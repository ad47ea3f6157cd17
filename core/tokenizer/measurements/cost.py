"""Measured on sentences that say the same thing, and on professional texts: what a vocabulary costs."""

from core.curriculum.question import Measurement
from core.tokenizer.cost import expansion, fertility
from core.tokenizer.samples import corpora, domains, parallel
from core.tokenizer.vocabularies.load import load_vocabulary

DIMENSION = 4096
"""Of an embedding row in Llama 3 8B, which has separate input and output tables."""
BYTES = 2
"""A parameter in bfloat16."""


def hindi_price(small: bool = False) -> Measurement:
    """How many times the tokens of English the same sentences need in Hindi, in GPT-4's vocabulary."""
    lines = {language: parallel()[language][: 8 if small else None] for language in ("en", "hi", "zh")}
    costs = {
        (name, cost.language): cost
        for name in ("cl100k", "o200k", "qwen3")
        for cost in fertility(load_vocabulary(name), lines).languages
    }
    relative = {key: cost.relative or 0.0 for key, cost in costs.items()}
    hindi = costs["cl100k", "hi"]
    return Measurement(
        value=relative["cl100k", "hi"],
        low=hindi.low,
        high=hindi.high,
        values={
            "sentences": hindi.sentences,
            "characters": hindi.characters / costs["cl100k", "en"].characters,
            "hindi_o200k": relative["o200k", "hi"],
            "chinese_cl100k": relative["cl100k", "zh"],
            "chinese_o200k": relative["o200k", "zh"],
            "chinese_qwen": relative["qwen3", "zh"],
        },
        note_key="tokenizer.lesson.measured.hindi_price",
    )


def domain_saving(small: bool = False) -> Measurement:
    """The share of a medical text's tokens that are saved when the words of the trade join Llama 3's list."""
    domain, vocabulary = domains()["medicine"], load_vocabulary("llama3")
    ordinary = corpora()["english"][: 1_500 if small else None]
    inside, outside = (
        expansion(vocabulary, text, domain.words, DIMENSION, tied=False, bytes_per_parameter=BYTES)
        for text in (domain.text, ordinary)
    )
    return Measurement(
        value=inside.saved_share,
        values={
            "words": len(domain.words),
            "before": inside.tokens_before,
            "after": inside.tokens_after,
            "ordinary_saved": outside.saved_share,
            "rows": inside.rows,
            "parameters": inside.parameters,
            "megabytes": inside.bytes / 1e6,
        },
        note_key="tokenizer.lesson.measured.domain_saving",
    )
