"""Decoding settings for engines that only return text."""

from core.decoding.settings import DecodingSettings
from core.engines.requests import GenerationRequest
from core.errors import GlassboxError

SHARED = (
    "max_new_tokens",
    "top_k",
    "top_p",
    "min_p",
    "typical_p",
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
    "dry_multiplier",
    "dry_base",
    "dry_allowed_length",
    "seed",
    "stop_at_end",
)


def request_from(prompt: str, settings: DecodingSettings) -> GenerationRequest:
    """The same settings as a request to llama.cpp or an endpoint.

    Raises:
        GlassboxError: beam or contrastive search or n-gram blocking, which only the torch engine does.
    """
    if settings.strategy not in ("greedy", "sample") or settings.no_repeat_ngram_size:
        raise GlassboxError("decoding.error.torch_only")
    knobs = {name: getattr(settings, name) for name in SHARED}
    return GenerationRequest(
        prompt=prompt, temperature=settings.temperature if settings.strategy == "sample" else 0.0, **knobs
    )
