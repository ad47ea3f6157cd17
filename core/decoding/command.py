"""`python -m core generate`: one text by any engine, with the measurements of the lesson."""

import time
from dataclasses import dataclass

from core.decoding.fast import request_from
from core.decoding.generate import generate, generation_of
from core.decoding.result import Generation
from core.decoding.settings import DecodingSettings
from core.decoding.summary import summarise
from core.decoding.trace import trace_of
from core.engines.choose import engine as choose_engine
from core.engines.language_model import LanguageModel
from core.engines.prompt import prepare_prompt
from core.errors import GlassboxError
from core.shelf.load import load_language_model

ENGINES = ("torch", "llama.cpp", "endpoint")


@dataclass(frozen=True)
class CommandResult:
    """What the command prints; `loop` holds `onset` and `period`, or is None."""

    text: str
    new_tokens: int
    tokens_per_second: float
    rep_2: float
    rep_3: float
    rep_4: float
    distinct_2: float
    loop: dict[str, int] | None
    perplexity: float


def continue_text(model_name: str, prompt: str, settings: DecodingSettings, engine: str) -> CommandResult:
    """Continue `prompt` and measure the continuation.

    Text of llama.cpp or an endpoint is measured on the shelf model's tokens and under that model.

    Raises:
        GlassboxError: an unknown engine or model, a prompt or a setting that the engine cannot take.
    """
    if engine not in ENGINES:
        raise GlassboxError("decoding.error.engine", value=engine[:40], known=", ".join(ENGINES))
    model = load_language_model(model_name)
    if engine == "torch":
        generation = generate(model, prompt, settings)
        speed = generation.tokens_per_second
    else:
        generation, speed = text_of_engine(model, prompt, settings, engine)
    summary = summarise(generation)
    loop = {"onset": summary.loop.onset, "period": summary.loop.period} if summary.loop else None
    return CommandResult(
        text=generation.text,
        new_tokens=summary.new_tokens,
        tokens_per_second=speed,
        rep_2=summary.rep_2,
        rep_3=summary.rep_3,
        rep_4=summary.rep_4,
        distinct_2=summary.distinct_2,
        loop=loop,
        perplexity=summary.perplexity,
    )


def text_of_engine(
    model: LanguageModel, prompt: str, settings: DecodingSettings, engine: str
) -> tuple[Generation, float]:
    """A text by llama.cpp or an endpoint with its trace under `model`, and the engine's tokens/s."""
    request = request_from(prompt, settings)
    started = time.perf_counter()
    chunks = list(choose_engine(engine, model.name).stream(request))
    seconds = time.perf_counter() - started
    tokens = sum(chunk.tokens for chunk in chunks)
    text = "".join(chunk.text for chunk in chunks)
    return traced(model, prompt, text, settings, seconds), tokens / seconds if seconds else 0.0


def traced(
    model: LanguageModel, prompt: str, text: str, settings: DecodingSettings, seconds: float
) -> Generation:
    """`text`, written by another engine after `prompt`, as a Generation: one pass of `model` over it."""
    prepared = prepare_prompt(model.encode, model.context_length, prompt, settings.max_new_tokens)
    ids = model.encode(text)[: model.context_length - len(prepared.ids)]
    steps = trace_of(model, prepared.ids, ids, settings)
    return generation_of(model, settings, prepared.ids, steps, seconds, prepared.cut_tokens)
