"""The sample that comes with the project: messages to an online shop, in English and in Chinese.

Written for this project the way customers write, mess included: empty cells, the same message twice, one
message under two intents, a rare class, typing errors, a stray language.
"""

from functools import cache

from core.classification.labelled_texts import Split
from core.classification.preparing import prepare
from core.classification.tables.parse import parse_table
from core.classification.tables.table import Table
from core.errors import GlassboxError
from core.settings import PROJECT_FOLDER

SAMPLES_FOLDER = PROJECT_FOLDER / "assets" / "samples" / "classification"
SAMPLES = ("en", "zh")
TEXT, LABEL = "message", "intent"


@cache
def sample_table(language: str) -> Table:
    """The sample in that language, as its file says it.

    Raises:
        GlassboxError: there is no sample in that language.
    """
    if language not in SAMPLES:
        raise GlassboxError("classification.data.error.no_sample", language=language[:20])
    return parse_table((SAMPLES_FOLDER / f"intents_{language}.csv").read_bytes())


@cache
def sample_split(language: str) -> Split:
    """The sample in that language as the page divides it when nobody chose anything."""
    table = sample_table(language)
    return prepare(table.column(TEXT), table.column(LABEL), f"sample-{language}")[1]
