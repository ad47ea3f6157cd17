"""`python -m core translate run`: a sentence, or a file of them, from German to English."""

import time
from dataclasses import dataclass
from pathlib import Path

from core.errors import GlassboxError
from core.files import write_text_whole
from core.translation.beam import beam_search, length_penalty
from core.translation.pairs import LARGEST_FILE
from core.translation.shipped import translator
from core.translation.translate import source_ids, translate_all
from core.translation.vocabulary import END


@dataclass(frozen=True)
class SentenceResult:
    """What is printed for one sentence."""

    translation: str
    tokens: list[str]
    """As the vocabulary spells them, the end mark included where the model wrote it."""
    probabilities: list[float]
    """One a token."""
    score: float
    """The log-probability of the whole translation divided by its length penalty."""


@dataclass(frozen=True)
class FileResult:
    """What is printed for a file."""

    translations: list[str]
    """One a line of the file; an empty line stays empty."""
    seconds: float
    """Without loading the model."""


def translate_sentence(model: str, text: str, beam: int, penalty: float) -> SentenceResult:
    """Translate one sentence with a shipped model, or with one in a folder.

    Raises:
        GlassboxError: the text is empty or too long, there is no such model, or beam or penalty is out
            of range.
    """
    chosen = translator(model)
    ids = source_ids(chosen.vocabulary, [text])
    if not ids[0]:
        raise GlassboxError("translation.translate.error.empty")
    best = beam_search(chosen.model, ids, beam, penalty)[0].best
    tokens = [*best.token_ids, *[END] * best.finished]
    return SentenceResult(
        chosen.vocabulary.decode(best.token_ids),
        [chosen.vocabulary.token(token) for token in tokens],
        list(best.probabilities),
        best.total / length_penalty(len(tokens), penalty),
    )


def translate_file(model: str, source: Path, out: Path | None, beam: int, penalty: float) -> FileResult:
    """Translate a file of sentences, one a line, and write the translations to `out` if it is given.

    Raises:
        GlassboxError: as `translate_sentence`; or the file cannot be read, or `out` cannot be written.
    """
    chosen = translator(model)
    lines = read_lines(source)
    started = time.monotonic()
    translations = translate_all(chosen, lines, beam, penalty)
    seconds = time.monotonic() - started
    if out:
        write_text_whole(out, "".join(f"{line}\n" for line in translations))
    return FileResult(translations, seconds)


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 text file.

    Raises:
        GlassboxError: there is no such file, it is too large, or it is not UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise GlassboxError("translation.data.error.large", file=path.name)
        text = content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise GlassboxError("translation.translate.error.no_file", file=path.name) from error
    except (OSError, UnicodeDecodeError) as error:
        raise GlassboxError("translation.data.error.unreadable", file=path.name) from error
    return text.removesuffix("\n").split("\n")
