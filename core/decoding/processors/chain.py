"""Which processors a setting switches on, and in which order.

The order is that of transformers' `generate`: first the penalties, which compare scores, then, for
sampling only, temperature and the filters. What transformers does not have (presence, frequency,
DRY) stands where it puts a caller's own processors: after its penalties, before the temperature.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from core.decoding.processors.count_penalties import frequency_penalty, presence_penalty
from core.decoding.processors.dry import dry
from core.decoding.processors.min_p import min_p
from core.decoding.processors.no_repeat_ngram import no_repeat_ngram
from core.decoding.processors.repetition_penalty import repetition_penalty
from core.decoding.processors.temperature import temperature
from core.decoding.processors.top_k import top_k
from core.decoding.processors.top_p import top_p
from core.decoding.processors.typical import typical
from core.decoding.settings import DecodingSettings

Apply = Callable[[Tensor, Tensor, int], Tensor]
"""(logits (batch, vocabulary), ids (batch, length), prompt_length) -> processed logits."""


@dataclass(frozen=True)
class NamedProcessor:
    """One processor with its parameters; `decoding.processor.<name>.label` is its wording."""

    name: str
    apply: Apply


def processor_chain(settings: DecodingSettings) -> list[NamedProcessor]:
    """The processors that `settings` switches on, in the order in which they run.

    Temperature and the filters belong to sampling: every other strategy leaves them out, as
    transformers does.

    >>> [p.name for p in processor_chain(DecodingSettings("sample", top_p=0.9, repetition_penalty=1.2))]
    ['repetition_penalty', 'top_p']
    >>> [p.name for p in processor_chain(DecodingSettings("greedy", top_p=0.9, repetition_penalty=1.2))]
    ['repetition_penalty']
    """
    return penalties(settings) + (sampling_filters(settings) if settings.strategy == "sample" else [])


def penalties(settings: DecodingSettings) -> list[NamedProcessor]:
    """What depends on the tokens so far; used by every strategy."""
    s = settings
    return _active(
        (
            "repetition_penalty",
            s.repetition_penalty != 1,
            lambda logits, ids, start: repetition_penalty(logits, ids, s.repetition_penalty),
        ),
        (
            "no_repeat_ngram",
            s.no_repeat_ngram_size > 0,
            lambda logits, ids, start: no_repeat_ngram(logits, ids, s.no_repeat_ngram_size),
        ),
        (
            "presence_penalty",
            s.presence_penalty != 0,
            lambda logits, ids, start: presence_penalty(logits, ids[:, start:], s.presence_penalty),
        ),
        (
            "frequency_penalty",
            s.frequency_penalty != 0,
            lambda logits, ids, start: frequency_penalty(logits, ids[:, start:], s.frequency_penalty),
        ),
        (
            "dry",
            s.dry_multiplier > 0,
            lambda logits, ids, start: dry(logits, ids, s.dry_multiplier, s.dry_base, s.dry_allowed_length),
        ),
    )


def sampling_filters(settings: DecodingSettings) -> list[NamedProcessor]:
    """What shapes a distribution before a token is drawn from it; used by sampling alone."""
    s = settings
    return _active(
        ("temperature", s.temperature != 1, lambda logits, ids, start: temperature(logits, s.temperature)),
        ("top_k", s.top_k > 0, lambda logits, ids, start: top_k(logits, s.top_k)),
        ("top_p", s.top_p < 1, lambda logits, ids, start: top_p(logits, s.top_p)),
        ("min_p", s.min_p > 0, lambda logits, ids, start: min_p(logits, s.min_p)),
        ("typical_p", s.typical_p < 1, lambda logits, ids, start: typical(logits, s.typical_p)),
    )


def processor_input(logits: Tensor, settings: DecodingSettings) -> Tensor:
    """What the first processor receives: scores, or in beam search their log-probabilities.

    Only processors that multiply, such as the repetition penalty, can tell the difference.
    """
    return logits.log_softmax(-1) if settings.strategy == "beam" else logits


def apply_all(chain: list[NamedProcessor], logits: Tensor, ids: Tensor, prompt_length: int) -> Tensor:
    """Run `chain` over `logits` (batch, vocabulary); an empty chain returns the very same tensor."""
    for processor in chain:
        logits = processor.apply(logits, ids, prompt_length)
    return logits


def _active(*processors: tuple[str, bool, Apply]) -> list[NamedProcessor]:
    return [NamedProcessor(name, apply) for name, switched_on, apply in processors if switched_on]
