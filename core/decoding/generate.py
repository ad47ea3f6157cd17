"""The decoding loop: score the next token, process the scores, choose, read the choice, again.

Greedy decoding takes the highest processed score; sampling draws from the processed distribution.
Each sequence has a random generator of its own, seeded with its seed, and draws as
`torch.multinomial` does: so a seed gives the same text alone and in a batch, and the same as
transformers' `generate` after `torch.manual_seed(seed)`. One text and a batch run through one loop.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter

import torch
from torch import Tensor

from core.decoding.beam import beam_search
from core.decoding.contrastive import contrastive_search
from core.decoding.processors import processor_chain
from core.decoding.result import Generation, Step
from core.decoding.settings import DecodingSettings
from core.decoding.token_texts import token_texts
from core.decoding.trace import CANDIDATES, NextToken, next_token, record, trace_of
from core.engines.language_model import KeyValueCache, LanguageModel
from core.engines.prompt import prepare_prompt
from core.engines.requests import never

READ_TOGETHER = 256
"""Prompt tokens read between two looks at `stopped`, so that Stop works during a long prompt too."""


def stream(
    model: LanguageModel,
    prompt_ids: Sequence[int],
    settings: DecodingSettings,
    stopped: Callable[[], bool] = never,
    prompt_length: int | None = None,
) -> Iterator[Step]:
    """Generate greedily or by sampling, one `Step` a token, the end token included.

    Args:
        model: the opened model.
        prompt_ids: what to continue, at least one token.
        settings: strategy "greedy" or "sample", processors, seed and length.
        stopped: asked before each token; true ends the generation.
        prompt_length: where generated text begins, for a fork whose `prompt_ids` hold some of it.

    Raises:
        GlassboxError: an unusable score, no token left to choose, or the context is full.
        ValueError: another strategy; `generate` handles them all.
    """
    if settings.strategy not in ("greedy", "sample"):
        raise ValueError(f"stream cannot do {settings.strategy}")
    for steps in _decode(model, [prompt_ids], [settings.seed], settings, stopped, prompt_length, CANDIDATES):
        yield steps[0]


def generate(
    model: LanguageModel, prompt: str, settings: DecodingSettings, stopped: Callable[[], bool] = never
) -> Generation:
    """Continue `prompt` by any strategy, with the trace of the result.

    Beam and contrastive search are traced afterwards, by one reading of the text they found, which
    is not counted in `seconds`. Stopped, it returns what there is so far.

    Raises:
        GlassboxError: a prompt that cannot be used, an unusable score, or no token left to choose.
    """
    prepared = prepare_prompt(model.encode, model.context_length, prompt, settings.max_new_tokens)
    begun = perf_counter()
    if settings.strategy in ("greedy", "sample"):
        steps = tuple(stream(model, prepared.ids, settings, stopped))
        seconds = perf_counter() - begun
    else:
        tokens = _search(model, prepared.ids, settings, stopped)
        seconds = perf_counter() - begun
        steps = trace_of(model, prepared.ids, tokens, settings)
    return generation_of(model, settings, prepared.ids, steps, seconds, prepared.cut_tokens)


def generate_batch(
    model: LanguageModel,
    prompt_ids: Sequence[Sequence[int]],
    seeds: Sequence[int],
    settings: DecodingSettings,
    trace: bool = False,
    stopped: Callable[[], bool] = never,
) -> list[Generation]:
    """Generate several sequences at once, greedily or by sampling; a finished one costs nothing more.

    Args:
        model: the opened model.
        prompt_ids: one prompt for all seeds (read once), or one of the same length for each seed.
        seeds: one a sequence; the seed in `settings` is replaced by it.
        settings: shared by all.
        trace: record the ten best candidates of each step too.
        stopped: asked before each step of the whole batch.

    Returns:
        One generation a seed, in order. `seconds` is the time from the batch's start to its own end.

    Raises:
        GlassboxError: an unusable score, no token left to choose, or the context is full.
        ValueError: another strategy, no seeds, or prompts that differ in length or number.
    """
    lengths = {len(prompt) for prompt in prompt_ids}
    if settings.strategy not in ("greedy", "sample") or not seeds:
        raise ValueError("generate_batch needs seeds, and samples or decodes greedily")
    if len(lengths) != 1 or len(prompt_ids) not in (1, len(seeds)):
        raise ValueError("generate_batch needs one prompt, or one of the same length for each seed")
    begun = perf_counter()
    steps: list[list[Step]] = [[] for _ in seeds]
    seconds = [0.0] * len(seeds)
    for new in _decode(model, prompt_ids, seeds, settings, stopped, None, CANDIDATES if trace else 0):
        for row, step in new.items():
            steps[row].append(step)
            seconds[row] = perf_counter() - begun
    return [
        generation_of(
            model, replace(settings, seed=seed), prompt_ids[row % len(prompt_ids)], steps[row], seconds[row]
        )
        for row, seed in enumerate(seeds)
    ]


def generation_of(
    model: LanguageModel,
    settings: DecodingSettings,
    prompt_ids: Sequence[int],
    steps: Sequence[Step],
    seconds: float,
    cut_tokens: int = 0,
) -> Generation:
    """The result made of `steps`, such as those that a page has streamed.

    The end token is the last of the steps but no part of the text.
    """
    tokens = [step.token for step in steps]
    finished = bool(tokens) and _ends(model, settings, tokens[-1])
    return Generation(
        model=model.name,
        settings=settings,
        prompt_ids=tuple(prompt_ids),
        steps=tuple(steps),
        text=model.decode(tokens[:-1] if finished else tokens),
        finished=finished,
        seconds=seconds,
        cut_tokens=cut_tokens,
        token_texts=token_texts(model.tokenizer, tokens),
    )


def choose(scores: NextToken, settings: DecodingSettings, generators: Sequence[torch.Generator]) -> Tensor:
    """The next token (batch,) of each row: the best, or one drawn with the row's own generator.

    A draw divides each probability by an exponential random number and takes the largest quotient,
    which picks token x with probability p(x); drawing row by row keeps a row's numbers its own.
    """
    if settings.strategy != "sample":
        return scores.processed.argmax(-1)
    rows = zip(scores.processed_probabilities, generators, strict=True)
    return torch.cat([torch.multinomial(row, 1, generator=generator) for row, generator in rows])


@torch.inference_mode()
def _decode(
    model: LanguageModel,
    prompts: Sequence[Sequence[int]],
    seeds: Sequence[int],
    settings: DecodingSettings,
    stopped: Callable[[], bool],
    prompt_length: int | None,
    candidates: int,
) -> Iterator[dict[int, Step]]:
    """For each position, the step of every sequence that has not ended yet, by its row."""
    chain = processor_chain(settings)
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    ids = torch.tensor([list(prompt) for prompt in prompts])
    start = ids.shape[1] if prompt_length is None else prompt_length
    cache = model.new_cache(len(prompts), ids.shape[1] + settings.max_new_tokens)
    logits = _read_prompt(model, ids, cache, stopped)
    if logits is None:
        return
    if len(prompts) < len(seeds):
        copies = torch.zeros(len(seeds), dtype=torch.long)
        ids, logits, cache = ids[copies], logits[copies], cache.select(copies)
    rows = list(range(len(seeds)))
    for position in range(settings.max_new_tokens):
        if stopped():
            return
        if position:
            logits = model.next_logits(ids[:, -1:], cache)
        scores = next_token(logits, chain, ids, start, settings)
        tokens = choose(scores, settings, [generators[row] for row in rows])
        steps = record(scores, tokens, candidates)
        yield dict(zip(rows, steps, strict=True))
        going = [place for place, step in enumerate(steps) if not _ends(model, settings, step.token)]
        if not going:
            return
        ids = torch.cat((ids, tokens[:, None]), 1)
        if len(going) < len(rows):
            kept = torch.tensor(going)
            ids, cache, rows = ids[kept], cache.select(kept), [rows[place] for place in going]


def _read_prompt(
    model: LanguageModel, ids: Tensor, cache: KeyValueCache, stopped: Callable[[], bool]
) -> Tensor | None:
    """Read `ids` (batch, length) piece by piece; scores of the next token, or None if stopped between."""
    for piece in ids.split(READ_TOGETHER, 1):
        if cache.length and stopped():
            return None
        hidden = model.read(piece, cache)
    return model.logits(hidden[:, -1])


def _ends(model: LanguageModel, settings: DecodingSettings, token: int) -> bool:
    return settings.stop_at_end and token in model.end_ids


def _search(
    model: LanguageModel, prompt_ids: list[int], settings: DecodingSettings, stopped: Callable[[], bool]
) -> list[int]:
    """The tokens that beam or contrastive search finds."""
    if settings.strategy == "beam":
        return list(beam_search(model, prompt_ids, settings, stopped, record_tree=False).best.token_ids)
    return [step.token for step in contrastive_search(model, prompt_ids, settings, stopped)]
