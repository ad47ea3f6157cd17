"""Text in, text out: many sentences at once, of similar length side by side."""

from collections.abc import Callable, Sequence

from core.errors import GlassboxError
from core.translation.beam import DEFAULT_PENALTY, DEFAULT_WIDTH, beam_search, check_beam
from core.translation.greedy import Written, greedy_search
from core.translation.model_folder import Translator
from core.translation.pairs import clean
from core.translation.vocabulary import Vocabulary

MOST_TOKENS = 200
"""Of one sentence. The shipped models learned from captions of 5 to 50 tokens."""
ROWS_A_BATCH = 1024
"""Source tokens of a batch, filling included, times beams: more is no faster on a processor."""


def translate_all(
    translator: Translator,
    texts: Sequence[str],
    beam: int = DEFAULT_WIDTH,
    penalty: float = DEFAULT_PENALTY,
    progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Translate sentences; the result has their order, and an empty line stays empty.

    Args:
        texts: one sentence each.
        beam: beams a sentence; 1 is greedy search.
        penalty: alpha of the length penalty.
        progress: called after each batch with the sentences done and all sentences.

    Raises:
        GlassboxError: a sentence is longer than `MOST_TOKENS` (its number is named), or beam or
            penalty is out of range.
    """
    written = search_all(translator, texts, beam, penalty, progress)
    return ["" if one is None else translator.vocabulary.decode(one.token_ids) for one in written]


def search_all(
    translator: Translator,
    texts: Sequence[str],
    beam: int = DEFAULT_WIDTH,
    penalty: float = DEFAULT_PENALTY,
    progress: Callable[[int, int], None] | None = None,
) -> list[Written | None]:
    """As `translate_all`, with the probability of each token; None for an empty line."""
    check_beam(beam, penalty)
    sources = source_ids(translator.vocabulary, texts)
    found: list[Written | None] = [None] * len(texts)
    done = sum(not ids for ids in sources)
    for batch in _batches(sources, max(1, ROWS_A_BATCH // beam)):
        group = [sources[place] for place in batch]
        if beam == 1:
            written = greedy_search(translator.model, group)
        else:
            written = [result.best for result in beam_search(translator.model, group, beam, penalty)]
        for place, one in zip(batch, written, strict=True):
            found[place] = one
        done += len(batch)
        if progress:
            progress(done, len(texts))
    return found


def source_ids(vocabulary: Vocabulary, texts: Sequence[str]) -> list[list[int]]:
    """The token ids that a model reads of each text, white space and Unicode cleaned as in training.

    Raises:
        GlassboxError: a text is longer than `MOST_TOKENS`.
    """
    sources = vocabulary.encode([clean(text) for text in texts])
    for number, ids in enumerate(sources, 1):
        if len(ids) > MOST_TOKENS:
            one = "long" if len(texts) == 1 else "long_line"
            raise GlassboxError(
                f"translation.translate.error.{one}", number=number, tokens=len(ids), most=MOST_TOKENS
            )
    return sources


def _batches(sources: Sequence[Sequence[int]], tokens: int) -> list[list[int]]:
    """Places of the sentences that have tokens, longest first, in groups of at most `tokens` filled up."""
    order = sorted(
        (place for place, ids in enumerate(sources) if ids), key=lambda place: -len(sources[place])
    )
    batches: list[list[int]] = []
    for place in order:
        if not batches or len(sources[batches[-1][0]]) * (len(batches[-1]) + 1) > tokens:
            batches.append([])
        batches[-1].append(place)
    return batches
