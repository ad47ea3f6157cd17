"""One sentence by one model, with all that the page shows: both searches and the tree."""

import time
from dataclasses import dataclass

from core.errors import GlassboxError
from core.translation.beam import BeamResult, Hypothesis, beam_search, ranked
from core.translation.greedy import Written, greedy_search
from core.translation.model import parameter_count
from core.translation.model_folder import Translator
from core.translation.pairs import clean
from core.translation.translate import source_ids
from core.translation.vocabulary import BLANK, END, UNKNOWN, Vocabulary


@dataclass(frozen=True)
class SourceWord:
    """A word of the sentence, or a mark, as the model reads it."""

    text: str
    pieces: tuple[str, ...]
    """As the vocabulary spells them; a word that was frequent in training is one."""
    unknown: bool
    """It has a character that training never saw."""


@dataclass(frozen=True)
class Explained:
    """What one model makes of one sentence."""

    parameters: int
    source: tuple[int, ...]
    words: tuple[SourceWord, ...]
    greedy: Written
    result: BeamResult
    """Of a search whose tree was recorded: it went on until as many as its beams had finished."""
    seconds: float
    """For all of it."""

    def found(self, alpha: float) -> tuple[Hypothesis, ...]:
        """What the beam search found, ranked by the length penalty `alpha`."""
        return ranked([hypothesis.written for hypothesis in self.result.hypotheses], alpha)


@dataclass(frozen=True)
class WidthFound:
    """What a search of one width found."""

    width: int
    text: str
    log_probability: float
    length: int
    """Tokens, the end mark included."""
    seconds: float


def explain(translator: Translator, text: str, width: int) -> Explained:
    """Translate `text` by greedy search and by a beam search of `width`, and keep what there is to see.

    Raises:
        GlassboxError: the text is empty or too long, or the width is out of range.
    """
    started = time.monotonic()
    source = one_source(translator.vocabulary, text)
    greedy = greedy_search(translator.model, [source])[0]
    result = beam_search(translator.model, [source], width, record_tree=True)[0]
    return Explained(
        parameter_count(translator.model),
        tuple(source),
        source_words(translator.vocabulary, text),
        greedy,
        result,
        time.monotonic() - started,
    )


def one_source(vocabulary: Vocabulary, text: str) -> list[int]:
    """The token ids of one sentence.

    Raises:
        GlassboxError: it is empty or too long.
    """
    source = source_ids(vocabulary, [text])[0]
    if not source:
        raise GlassboxError("translation.translate.error.empty")
    return source


def marked(written: Written) -> tuple[int, ...]:
    """The tokens with the end mark, where the model wrote it."""
    return (*written.token_ids, *[END] * written.finished)


def source_words(vocabulary: Vocabulary, text: str) -> tuple[SourceWord, ...]:
    """The words of a sentence and the pieces that the vocabulary cuts them into."""
    words = []
    blank: list[int] = []
    for word, ids in vocabulary.pieces(clean(text)):
        if word == BLANK:  # before a mark that stands alone
            blank = ids
            continue
        ids = [*blank, *ids]
        pieces = tuple(vocabulary.token(number) for number in ids)
        words.append(SourceWord(word.removeprefix(BLANK), pieces, UNKNOWN in ids))
        blank = []
    return tuple(words)


def found_by_width(translator: Translator, text: str, widths: tuple[int, ...]) -> list[WidthFound]:
    """The likeliest translation (no length penalty) that a search of each width finds.

    Raises:
        GlassboxError: the text is empty or too long, or a width is out of range.
    """
    source = one_source(translator.vocabulary, text)
    found = []
    for width in widths:
        started = time.monotonic()
        best = beam_search(translator.model, [source], width, penalty=0.0)[0].best
        found.append(
            WidthFound(
                width,
                translator.vocabulary.decode(best.token_ids),
                best.total,
                len(best.log_probabilities),
                time.monotonic() - started,
            )
        )
    return found
