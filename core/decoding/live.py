"""A text while it is being written: it grows token by token, may be stopped, and keeps what there is."""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

from core.decoding.beam import BeamResult, beam_search
from core.decoding.contrastive import contrastive_search
from core.decoding.generate import generation_of, stream
from core.decoding.result import Generation, Step
from core.decoding.settings import DecodingSettings
from core.decoding.trace import trace_of
from core.engines.language_model import LanguageModel
from core.engines.prompt import prepare_prompt
from core.engines.requests import never


class LiveGeneration:
    """One text in the making, by greedy decoding, sampling or contrastive search."""

    def __init__(
        self,
        model: LanguageModel,
        prompt: str,
        settings: DecodingSettings,
        kept: tuple[Step, ...] = (),
    ) -> None:
        """Prepare to continue `prompt` followed by the already written steps `kept` (a fork's beginning).

        Raises:
            GlassboxError: the prompt cannot be continued.
        """
        room = settings.max_new_tokens + len(kept)
        prepared = prepare_prompt(model.encode, model.context_length, prompt, room)
        self.model = model
        self.settings = settings
        self.prompt_ids = prepared.ids
        self.cut_tokens = prepared.cut_tokens
        self._kept = kept
        self._steps: list[Step] = []
        self._tokens: list[int] = []
        self._seconds = 0.0

    def grow(self, stopped: Callable[[], bool] = never) -> Generator[int]:
        """Write on, one token after another; whatever interrupts this, `result()` has those so far."""
        started = time.perf_counter()
        before = [*self.prompt_ids, *(step.token for step in self._kept)]
        if self.settings.strategy == "contrastive":
            steps: Iterator[object] = contrastive_search(self.model, before, self.settings, stopped)
        else:
            steps = stream(self.model, before, self.settings, stopped, len(self.prompt_ids))
        for step in steps:
            if isinstance(step, Step):
                self._steps.append(step)
            self._tokens.append(step.token)  # type: ignore[attr-defined]
            self._seconds = time.perf_counter() - started
            yield self._tokens[-1]

    @property
    def new_tokens(self) -> int:
        """Tokens written by `grow`, without the kept ones."""
        return len(self._tokens)

    @property
    def tokens_per_second(self) -> float:
        """Speed so far, the reading of the prompt included."""
        return self.new_tokens / self._seconds if self._seconds else 0.0

    def text(self) -> str:
        """The text so far; the bytes of an unfinished character are left out."""
        tokens = [*(step.token for step in self._kept), *self._tokens]
        return self.model.decode(tokens).rstrip("\ufffd")

    def result(self) -> Generation:
        """What has been written so far; contrastive search is traced now, by one more reading."""
        steps: tuple[Step, ...] = tuple(self._steps)
        if len(steps) < len(self._tokens):
            before = [*self.prompt_ids, *(step.token for step in self._kept)]
            steps = trace_of(self.model, before, self._tokens, self.settings, len(self.prompt_ids))
        return generation_of(
            self.model,
            self.settings,
            self.prompt_ids,
            (*self._kept, *steps),
            self._seconds,
            self.cut_tokens,
        )


def beam_generation(
    model: LanguageModel, prompt: str, settings: DecodingSettings, stopped: Callable[[], bool] = never
) -> tuple[Generation, BeamResult]:
    """The best text of a beam search with its trace, and the tree by which it was found.

    Raises:
        GlassboxError: the prompt cannot be continued.
    """
    prepared = prepare_prompt(model.encode, model.context_length, prompt, settings.max_new_tokens)
    started = time.perf_counter()
    beams = beam_search(model, prepared.ids, settings, stopped)
    seconds = time.perf_counter() - started
    steps = trace_of(model, prepared.ids, beams.best.token_ids, settings)
    return generation_of(model, settings, prepared.ids, steps, seconds, prepared.cut_tokens), beams


def settings_for_fork(settings: DecodingSettings) -> DecodingSettings:
    """How a fork goes on: as set, but greedily where a beam search, which has no single text, is set."""
    return replace(settings, strategy="greedy") if settings.strategy == "beam" else settings


def fork_beginning(generation: Generation, position: int, token: int) -> tuple[Step, ...]:
    """The steps before `position`, and there the candidate `token` instead of what was written.

    Raises:
        ValueError: `token` is not among the candidates of that step.
    """
    step = generation.steps[position]
    ranked = {candidate.token: (rank, candidate) for rank, candidate in enumerate(step.candidates, 1)}
    if token not in ranked:
        raise ValueError(token)
    rank, candidate = ranked[token]
    chosen = Step(
        token=token,
        probability=candidate.probability,
        rank=rank,
        entropy=step.entropy,
        processed_probability=candidate.processed_probability,
        candidates=step.candidates,
    )
    return (*generation.steps[:position], chosen)
