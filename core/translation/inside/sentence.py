"""A reader's German sentence as token ids."""

from core.errors import GlassboxError
from core.translation.model_folder import Translator
from core.translation.pairs import clean

MOST_TOKENS = 60
"""The captions that the models learned from have 10 to 20; longer ones than this make no readable figure."""


def source_ids(translator: Translator, text: str) -> list[int]:
    """Token ids of one cleaned line, without marks.

    Raises:
        GlassboxError: there are none, or more than `MOST_TOKENS`.
    """
    cleaned = clean(text[: 100 * MOST_TOKENS])
    if not cleaned:
        raise GlassboxError("translation.inside.error.empty")
    ids = translator.vocabulary.encode([cleaned])[0]
    if len(ids) > MOST_TOKENS:
        raise GlassboxError("translation.inside.error.long", tokens=len(ids), most=MOST_TOKENS)
    return ids
