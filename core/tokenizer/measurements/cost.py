"""Measured on sentences that say the same thing, and on professional texts: what a vocabulary costs."""

from collections.abc import Sequence

from core.curriculum.question import Measurement
from core.tokenizer.cost import expansion
from core.tokenizer.samples import corpora, domains, parallel
from core.tokenizer.vocabularies.load import load_vocabulary
from core.tokenizer.vocabularies.vocabulary import Vocabulary

DIMENSION = 4096
"""Of an embedding row in Llama 3 8B, which has separate input and output tables."""
BYTES = 2
"""A parameter in bfloat16."""


def hindi_price(small: bool = False) -> Measurement:
    """How many times the tokens of English the same sentences need in Hindi, in GPT-4's vocabulary."""
    sentences = {language: lines[: 8 if small else None] for language, lines in parallel().items()}
    counts = {
        name: {
            language: _tokens(load_vocabulary(name), sentences[language]) for language in ("en", "hi", "zh")
        }
        for name in ("cl100k", "o200k", "qwen3")
    }
    characters = {language: sum(map(len, sentences[language])) for language in ("en", "hi")}
    against_english = {
        (name, language): count / found["en"]
        for name, found in counts.items()
        for language, count in found.items()
    }
    return Measurement(
        value=against_english["cl100k", "hi"],
        values={
            "sentences": len(sentences["en"]),
            "characters": characters["hi"] / characters["en"],
            "hindi_o200k": against_english["o200k", "hi"],
            "chinese_cl100k": against_english["cl100k", "zh"],
            "chinese_o200k": against_english["o200k", "zh"],
            "chinese_qwen": against_english["qwen3", "zh"],
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
        value=inside.saved / inside.tokens_before,
        values={
            "words": len(domain.words),
            "before": inside.tokens_before,
            "after": inside.tokens_after,
            "ordinary_saved": outside.saved / outside.tokens_before,
            "rows": inside.rows,
            "parameters": inside.parameters,
            "megabytes": inside.bytes / 1e6,
        },
        note_key="tokenizer.lesson.measured.domain_saving",
    )


def _tokens(vocabulary: Vocabulary, sentences: Sequence[str]) -> int:
    return sum(vocabulary.encode(sentence).count for sentence in sentences)
