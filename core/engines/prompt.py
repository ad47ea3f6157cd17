"""From a reader's text to the token ids that fit: what is refused, what is cut, and how much.

A model reads at most `context_length` tokens, the new ones included. A longer prompt keeps its end,
where the text goes on, and the number of tokens cut from its beginning is reported. Control
characters and right-to-left text stay as they are: they are tokens like any other.

A long text is tokenised in pieces, so that a megabyte costs about a second and little memory. The
pieces end before a blank, where byte-level tokenisers end a word anyway: ids and counts are then those
of the whole text. A text without blanks (a million letters, Chinese) is cut anywhere, which changes the
tokens next to that place and the count by a token or two for each piece.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.errors import GlassboxError

LARGEST_PROMPT = 2_000_000
"""Bytes of UTF-8; more is refused rather than read for seconds and then thrown away."""
PIECE = 50_000
"""Characters that are tokenised together."""
_BLANK_SEARCH = 1_000


@dataclass(frozen=True)
class PreparedPrompt:
    """Token ids that leave room for the new tokens, and how many were cut from the beginning."""

    ids: list[int]
    cut_tokens: int


def prepare_prompt(
    model_encode: Callable[[str], list[int]], context_length: int, text: str, max_new_tokens: int
) -> PreparedPrompt:
    """Tokenise `text` and keep the last `context_length - max_new_tokens` tokens.

    Args:
        model_encode: text to token ids, such as `LanguageModel.encode`.
        context_length: tokens that the model can read, prompt and new ones together.
        text: the prompt as the reader wrote it.
        max_new_tokens: room to leave at the end.

    Raises:
        GlassboxError: the prompt is empty or blank, holds half a character (a lone surrogate) or more
            than `LARGEST_PROMPT` bytes, or the new tokens alone fill the context.

    >>> prepare_prompt(lambda text: [ord(letter) for letter in text], 6, "abcdef", 2)
    PreparedPrompt(ids=[99, 100, 101, 102], cut_tokens=2)
    """
    check_text(text)
    room = context_length - max_new_tokens
    if room < 1:
        raise GlassboxError("engines.error.new_tokens", tokens=max_new_tokens, limit=context_length - 1)
    kept: list[int] = []
    total = 0
    for piece in _pieces(text):
        ids = model_encode(piece)
        total += len(ids)
        kept = (kept + ids)[-room:]
    if not kept:
        raise GlassboxError("engines.error.empty_prompt")
    return PreparedPrompt(kept, total - len(kept))


def check_text(text: str) -> None:
    """Raise `GlassboxError` for a prompt that no model can continue."""
    if not text.strip():
        raise GlassboxError("engines.error.empty_prompt")
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise GlassboxError("engines.error.surrogate", position=error.start + 1) from error
    if size > LARGEST_PROMPT:
        raise GlassboxError("engines.error.huge_prompt", megabytes=size / 1e6, limit=LARGEST_PROMPT / 1e6)


def _pieces(text: str) -> Iterator[str]:
    """`text` in pieces of about `PIECE` characters; the next one begins with a blank if one is near."""
    start = 0
    while len(text) - start > PIECE:
        end = start + PIECE
        blank = _last_word_border(text, end)
        end = blank if blank else end
        yield text[start:end]
        start = end
    yield text[start:]


def _last_word_border(text: str, end: int) -> int:
    """The last place near `end` where a blank follows a non-blank and precedes one; 0 without any."""
    for place in range(end, end - _BLANK_SEARCH, -1):
        if text[place] == " " and not text[place - 1].isspace() and not text[place + 1 : place + 2].isspace():
            return place
    return 0
