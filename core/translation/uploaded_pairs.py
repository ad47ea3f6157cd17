"""Sentence pairs that a reader brings to be scored: a TSV from a stranger, checked before it is used."""

from core.errors import GlassboxError
from core.translation.pairs import SentencePairs, read_tsv

MOST_PAIRS = 3000
LARGEST_TSV = 400_000
"""Bytes: some 3,000 captions. It travels in the job's settings."""


def read_upload(content: bytes) -> str:
    """A reader's TSV as text, after every check: size, encoding, columns, number of pairs.

    Raises:
        GlassboxError: too large, not UTF-8, a line without two columns, too many pairs, or none.
    """
    if len(content) > LARGEST_TSV:
        raise GlassboxError(
            "translation.evaluate.error.tsv_size", kilobytes=len(content) / 1000, limit=LARGEST_TSV / 1000
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GlassboxError("translation.evaluate.error.tsv_encoding") from error
    check_count(read_tsv(text))
    return text


def check_count(pairs: SentencePairs) -> None:
    """Raise a GlassboxError if there are more pairs than are scored."""
    if len(pairs) > MOST_PAIRS:
        raise GlassboxError("translation.evaluate.error.many", count=len(pairs), most=MOST_PAIRS)
