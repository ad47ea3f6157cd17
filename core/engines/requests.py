"""What every text engine is asked for, and what it answers with.

Names and meanings of the knobs follow transformers' `GenerationConfig` where it has them, the OpenAI
interface for the presence and frequency penalties, and the DRY sampler for `dry_*`. An engine that
cannot do what a knob asks refuses the request with the name of one that can: nothing is ignored.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from core.errors import GlassboxError


class _Range(NamedTuple):
    low: float
    high: float
    low_open: bool = False
    whole: bool = False


RANGES: dict[str, _Range] = {
    "max_new_tokens": _Range(1, 100_000, whole=True),
    "temperature": _Range(0, 5),
    "top_k": _Range(0, 100_000, whole=True),
    "top_p": _Range(0, 1, low_open=True),
    "min_p": _Range(0, 1),
    "typical_p": _Range(0, 1, low_open=True),
    "repetition_penalty": _Range(0, 10, low_open=True),
    "presence_penalty": _Range(-2, 2),
    "frequency_penalty": _Range(-2, 2),
    "dry_multiplier": _Range(0, 10),
    "dry_base": _Range(1, 10),
    "dry_allowed_length": _Range(1, 50, whole=True),
    "seed": _Range(0, 2**31 - 1, whole=True),
}
"""The values that each knob may take; an open range excludes its lower end."""


@dataclass(frozen=True)
class GenerationRequest:
    """One text to continue; the defaults mean greedy decoding with every knob off.

    `temperature` 0 is greedy decoding (the filters then change nothing, the penalties still do),
    `top_k` 0, `top_p` 1, `min_p` 0, `typical_p` 1 and `dry_multiplier` 0 are off. `stop` ends the text
    before the first of these strings; `stop_at_end` lets the model end it with its own end token.

    >>> GenerationRequest("Once upon a time", temperature=0.8, top_p=0.95).max_new_tokens
    200
    """

    prompt: str
    max_new_tokens: int = 200
    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    typical_p: float = 1.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    seed: int = 0
    stop: tuple[str, ...] = ()
    stop_at_end: bool = True

    def __post_init__(self) -> None:
        """Raise `GlassboxError` for a value of the wrong type or out of its range."""
        for name, limits in RANGES.items():
            _check_number(name, getattr(self, name), limits)
        if not isinstance(self.prompt, str):
            raise GlassboxError("engines.error.knob_type", name="prompt", kind="str")
        if not isinstance(self.stop_at_end, bool):
            raise GlassboxError("engines.error.knob_type", name="stop_at_end", kind="bool")
        if not isinstance(self.stop, tuple) or not all(_is_text(stop) for stop in self.stop):
            raise GlassboxError("engines.error.stop")

    def changed(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `names` that differ from their default, to refuse what an engine cannot do.

        >>> GenerationRequest("a", dry_multiplier=0.8).changed(("top_k", "dry_multiplier"))
        ('dry_multiplier',)
        """
        return tuple(name for name in names if getattr(self, name) != getattr(type(self), name))


@dataclass(frozen=True)
class TextChunk:
    """A piece of generated text and how many tokens it stands for.

    An engine holds text back while it ends in an unfinished character or in what may become a stop
    string, so a chunk can stand for several tokens, and the last one for tokens without any text.
    """

    text: str
    tokens: int


def never() -> bool:
    """The `cancelled` of a generation that nobody cancels."""
    return False


class Engine(Protocol):
    """Whatever turns a request into text, piece by piece."""

    @property
    def name(self) -> str:
        """What the engine is called in settings and messages."""
        ...

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = never
    ) -> Iterator[TextChunk]:
        """The text as it is made; closing the iterator, or `cancelled()` turning true, stops the work."""
        ...


def refuse_knobs(request: GenerationRequest, names: tuple[str, ...], engine: str, able: str) -> None:
    """Raise `GlassboxError` when `request` uses one of `names`, which `engine` cannot do and `able` can."""
    used = request.changed(names)
    if used:
        raise GlassboxError("engines.error.knobs", names=", ".join(used), engine=engine, able=able)


def chat_prompt(messages: list[dict[str, str]], template: str) -> str:
    """One text from a conversation, with the model's own chat template, ready for the model's turn.

    Args:
        messages: `{"role": "system" | "user" | "assistant", "content": ...}` in order.
        template: the model's Jinja chat template (`LanguageModel.chat_template`); it runs sandboxed.

    Raises:
        GlassboxError: the model has no template, or the template does not accept these messages.

    >>> chat_prompt([{"role": "user", "content": "Hi"}], "{{ messages[0].role }}: {{ messages[0].content }}")
    'user: Hi'
    """
    from jinja2 import TemplateError
    from jinja2.ext import loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if not template:
        raise GlassboxError("engines.error.no_template")
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.globals["raise_exception"] = _refuse_messages
    try:
        return environment.from_string(template).render(messages=messages, add_generation_prompt=True)
    except (TemplateError, TypeError) as error:
        raise GlassboxError("engines.error.template") from error


def _refuse_messages(reason: str) -> None:
    raise TypeError(reason)


def _is_text(value: Any) -> bool:
    """Whether `value` is a text that is not empty and holds no half of a character."""
    if not isinstance(value, str) or not value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def _check_number(name: str, value: Any, limits: _Range) -> None:
    kinds = (int,) if limits.whole else (int, float)
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise GlassboxError("engines.error.knob_type", name=name, kind="int" if limits.whole else "float")
    above = value > limits.low if limits.low_open else value >= limits.low
    if not (math.isfinite(value) and above and value <= limits.high):
        low = f"> {limits.low:g}" if limits.low_open else f">= {limits.low:g}"
        raise GlassboxError(
            "engines.error.knob_range", name=name, value=value, low=low, high=f"<= {limits.high:g}"
        )
