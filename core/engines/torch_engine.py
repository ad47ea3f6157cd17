"""Text from the opened model: the engine for models that no other engine here can read.

The lesson on decoding has its own loop, with every processor written out; this engine only wants the
text and therefore uses transformers' processors, in the order of its `generate`: repetition penalty,
temperature, top-k, top-p, min-p, typical-p.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from tokenizers.decoders import DecodeStream
from torch import Tensor

from core.engines.language_model import KeyValueCache, LanguageModel
from core.engines.prompt import prepare_prompt
from core.engines.requests import GenerationRequest, TextChunk, never, refuse_knobs
from core.engines.stop_strings import StopStrings

_READ_AT_ONCE = 128
"""Prompt tokens read between two looks at `cancelled`."""
_NOT_HERE = ("presence_penalty", "frequency_penalty", "dry_multiplier", "dry_base", "dry_allowed_length")


class TorchEngine:
    """Generates with a `LanguageModel`; safe to share between threads."""

    name = "torch"

    def __init__(self, model: LanguageModel) -> None:
        self.model = model

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = never
    ) -> Iterator[TextChunk]:
        """The continuation of `request.prompt`, special tokens left out.

        Raises:
            GlassboxError: a prompt that cannot be continued, or a knob that only llama.cpp has.
        """
        refuse_knobs(request, _NOT_HERE, engine=self.name, able="llama.cpp")
        prompt = prepare_prompt(
            self.model.encode, self.model.context_length, request.prompt, request.max_new_tokens
        )
        return self._chunks(prompt.ids, request, cancelled)

    def _chunks(
        self, prompt_ids: list[int], request: GenerationRequest, cancelled: Callable[[], bool]
    ) -> Iterator[TextChunk]:
        decoder = DecodeStream(skip_special_tokens=True)
        stops = StopStrings(request.stop)
        silent = 0
        for token in self.tokens(prompt_ids, request, cancelled):
            silent += 1
            text = stops.feed(decoder.step(self.model.tokenizer, token) or "")
            if text or stops.found:
                yield TextChunk(text, silent)
                silent = 0
            if stops.found:
                return
        rest = stops.rest()
        if rest or silent:
            yield TextChunk(rest, silent)

    def tokens(
        self, prompt_ids: list[int], request: GenerationRequest, cancelled: Callable[[], bool] = never
    ) -> Iterator[int]:
        """The generated ids, without the end token that stops them."""
        processors = processors_of(request)
        generator = torch.Generator().manual_seed(request.seed)
        cache = self.model.new_cache(1, len(prompt_ids) + request.max_new_tokens)
        ids = torch.tensor([prompt_ids])
        unread = ids
        ends = self.model.end_ids if request.stop_at_end else ()
        for _ in range(request.max_new_tokens):
            logits = self._read(unread, cache, cancelled)
            if logits is None:
                return
            scores = processors(ids, logits)
            if request.temperature == 0:
                chosen = scores.argmax(-1, keepdim=True)
            else:
                chosen = torch.multinomial(scores.softmax(-1), 1, generator=generator)
            token = int(chosen)
            if token in ends:
                return
            yield token
            unread = chosen
            ids = torch.cat((ids, chosen), -1)

    def _read(self, ids: Tensor, cache: KeyValueCache, cancelled: Callable[[], bool]) -> Tensor | None:
        """Scores (1, vocabulary) after `ids` (1, new), or None where it was cancelled on the way."""
        logits = None
        for part in ids.split(_READ_AT_ONCE, dim=1):
            if cancelled():
                return None
            logits = self.model.next_logits(part, cache)
        return logits


def processors_of(request: GenerationRequest) -> Any:
    """transformers' processors for the request's knobs; those that change nothing are left out.

    The filters are left out of greedy decoding too: the likeliest token survives each of them, except
    typical-p, whose own idea is to leave it out; a greedy text with typical-p would not be greedy.
    """
    from transformers import LogitsProcessorList
    from transformers.generation import (
        MinPLogitsWarper,
        RepetitionPenaltyLogitsProcessor,
        TemperatureLogitsWarper,
        TopKLogitsWarper,
        TopPLogitsWarper,
        TypicalLogitsWarper,
    )

    wanted: list[Any] = []
    if request.repetition_penalty != 1:
        wanted.append(RepetitionPenaltyLogitsProcessor(float(request.repetition_penalty)))
    if request.temperature == 0:
        return LogitsProcessorList(wanted)
    if request.temperature != 1:
        wanted.append(TemperatureLogitsWarper(float(request.temperature)))
    if request.top_k:
        wanted.append(TopKLogitsWarper(request.top_k))
    if request.top_p < 1:
        wanted.append(TopPLogitsWarper(float(request.top_p)))
    if request.min_p:
        wanted.append(MinPLogitsWarper(float(request.min_p)))
    if request.typical_p < 1:
        wanted.append(TypicalLogitsWarper(float(request.typical_p)))
    return LogitsProcessorList(wanted)
