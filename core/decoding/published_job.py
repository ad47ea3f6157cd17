"""The job that repeats the published comparison: batches of openings, each way of decoding in turn.

Openings of equal token length are read together, so that nothing has to be padded. After every
batch the texts are checkpointed; a resumed job goes on with the next batch.
"""

import json
import math
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter
from typing import Any

from core.csv_export import csv_text
from core.decoding import published
from core.decoding.diversity import self_bleu
from core.decoding.loops import find_loop
from core.decoding.perplexity import token_log_probabilities
from core.decoding.prompts import OPENINGS_FILE, Opening, file_hash, openings
from core.decoding.repetition import is_repetitive, is_repetitive_as_released
from core.decoding.settings import DecodingSettings
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError
from core.intervals import Estimate, ratio_interval, wilson_interval
from core.jobs.context import JobContext
from core.settings import PROJECT_FOLDER
from core.shelf.catalogue import CATALOGUE
from core.shelf.load import load_language_model

SCORED_TOGETHER = 16
"""Texts in one batch of the perplexity measurement."""


@dataclass(frozen=True)
class Parameters:
    """What the job can be told; by default the shipped comparison, in batches that fit a laptop."""

    model: str = "smollm2-135m"
    openings: int = 200
    """How many of the openings, from the first on; at least 2, as self-BLEU compares texts."""
    max_new_tokens: int = published.MAX_NEW_TOKENS
    batch: int = 64
    """Sequences generated together; a beam search counts each of its beams."""
    seed: int = 0
    beam_texts: int = 200
    """Beam search, sixteen times the work, ends with the batch that reaches this many texts."""

    def __post_init__(self) -> None:
        """Raise `GlassboxError` for a value of another type or out of range."""
        limits = {
            "openings": (2, len(openings())),
            "max_new_tokens": (6, 1024),
            "batch": (1, 256),
            "seed": (0, 2**31 - 1),
            "beam_texts": (2, len(openings())),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise GlassboxError(
                    "decoding.measures.error.parameter", name=name, value=str(value)[:40], low=low, high=high
                )
        if not isinstance(self.model, str):
            raise GlassboxError("decoding.measures.error.parameters", names="model", known="model")


def parameters_from(values: dict[str, Any]) -> Parameters:
    """The job's parameters, unknown names refused.

    Raises:
        GlassboxError: an unknown name, a wrong type or a value out of range.
    """
    known = [field.name for field in fields(Parameters)]
    unknown = sorted(str(name)[:40] for name in set(values) - set(known))
    if unknown:
        raise GlassboxError(
            "decoding.measures.error.parameters", names=", ".join(unknown), known=", ".join(known)
        )
    return Parameters(**values)


@dataclass(frozen=True)
class Batch:
    """Openings of equal token length, to be continued in one way."""

    method: str
    indices: tuple[int, ...]


def plan(
    lengths: list[int], settings: dict[str, DecodingSettings], sequences: int, beam_texts: int
) -> list[Batch]:
    """All batches in a fixed order: the methods in turn, and for each the openings by token length.

    >>> plan([3, 5, 3], {"greedy": DecodingSettings()}, 8, 3)
    [Batch(method='greedy', indices=(0, 2)), Batch(method='greedy', indices=(1,))]
    >>> plan([3, 5, 3], {"beam": DecodingSettings("beam", num_beams=8)}, 8, 2)
    [Batch(method='beam', indices=(0,)), Batch(method='beam', indices=(2,))]
    """
    batches = []
    for method, how in settings.items():
        together = max(1, sequences // how.num_beams) if how.strategy == "beam" else sequences
        wanted = beam_texts if how.strategy == "beam" else len(lengths)
        for length in sorted(set(lengths)):
            alike = [index for index, other in enumerate(lengths) if other == length]
            own = [Batch(method, tuple(alike[i : i + together])) for i in range(0, len(alike), together)]
            for batch in own:
                batches += [batch] if wanted > 0 else []
                wanted -= len(batch.indices)
    return batches


def compare_as_published(context: JobContext, model: LanguageModel | None = None) -> None:
    """Run or go on with the comparison; writes its JSON and the texts as CSV.

    Args:
        context: the job; its parameters are those of `Parameters`.
        model: None loads the one that the parameters name.

    Raises:
        GlassboxError: unknown or impossible parameters, or the model is not ready.
    """
    parameters = parameters_from(dict(context.parameters))
    model = model or load_language_model(parameters.model)
    chosen = openings()[: parameters.openings]
    prompts = [model.encode(opening.text) for opening in chosen]
    ways = published.methods(parameters.max_new_tokens)
    batches = plan([len(ids) for ids in prompts], ways, parameters.batch, parameters.beam_texts)
    texts_in_all = sum(len(batch.indices) for batch in batches)
    state: dict[str, Any] = context.load_checkpoint() or {
        "batches": 0,
        "texts": [],
        "seconds": {},
        "total": 0.0,
    }
    for number, batch in enumerate(batches):
        if number < state["batches"]:
            continue
        context.check_cancelled()
        begun = perf_counter()
        own = [prompts[index] for index in batch.indices]
        seeds = [parameters.seed + index for index in batch.indices]
        continued = continue_prompts(model, own, seeds, ways[batch.method], _stopper(context))
        spent = perf_counter() - begun
        for index, (tokens, ended) in zip(batch.indices, continued, strict=True):
            state["texts"].append({"method": batch.method, "opening": index, "ids": tokens, "ended": ended})
        state["seconds"][batch.method] = state["seconds"].get(batch.method, 0.0) + spent
        state["total"] += perf_counter() - begun
        state["batches"] = number + 1
        context.save_checkpoint(state)
        context.progress(len(state["texts"]), texts_in_all)
    begun = perf_counter()
    texts = measure_texts(context, model, prompts, chosen, state["texts"])
    rows = tuple(_summary(name, how, texts, state) for name, how in ways.items())
    total = state["total"] + perf_counter() - begun
    context.write_result(published.RESULT_FILE, _as_json(parameters, rows, texts, total))
    context.write_result("published_texts.csv", _as_csv(model, chosen, state["texts"]))


def continue_prompts(
    model: LanguageModel,
    prompts: list[list[int]],
    seeds: list[int],
    how: DecodingSettings,
    stopped: Callable[[], bool],
) -> list[tuple[list[int], bool]]:
    """Each prompt's continuation without the end token, and whether the model ended it itself.

    Args:
        model: the language model.
        prompts: token ids of equal length.
        seeds: one a prompt; used by sampling.
        how: greedy, sample or beam.
        stopped: asked at every token; may raise to give up.
    """
    if how.strategy == "beam":
        from core.decoding.beam import beam_search_batch

        results = beam_search_batch(model, prompts, how, stopped)
        found = [(list(r.hypotheses[0].token_ids), r.hypotheses[0].finished) for r in results]
    else:
        from core.decoding.generate import generate_batch

        generations = generate_batch(model, prompts, seeds, how, stopped=stopped)
        found = [(list(generation.token_ids), generation.finished) for generation in generations]
    return [(ids[:-1] if ids and ids[-1] in model.end_ids else ids, ended) for ids, ended in found]


def measure_texts(
    context: JobContext,
    model: LanguageModel,
    prompts: list[list[int]],
    chosen: tuple[Opening, ...],
    texts: list[dict[str, Any]],
) -> tuple[published.TextResult, ...]:
    """Repetition and likelihood of every text; texts of like length are read together."""
    likelihoods = [0.0] * len(texts)
    by_length = sorted((i for i, text in enumerate(texts) if text["ids"]), key=lambda i: len(texts[i]["ids"]))
    for start in range(0, len(by_length), SCORED_TOGETHER):
        context.check_cancelled()
        together = by_length[start : start + SCORED_TOGETHER]
        own_prompts = [prompts[texts[i]["opening"]] for i in together]
        scored = token_log_probabilities(model, own_prompts, [texts[i]["ids"] for i in together])
        for i, log_probabilities in zip(together, scored, strict=True):
            likelihoods[i] = -sum(log_probabilities)
    return tuple(
        _measured(text, chosen[text["opening"]].id, nll) for text, nll in zip(texts, likelihoods, strict=True)
    )


def _measured(text: dict[str, Any], opening: str, likelihood: float) -> published.TextResult:
    loop = find_loop(text["ids"])
    return published.TextResult(
        method=text["method"],
        opening=opening,
        tokens=len(text["ids"]),
        ended=text["ended"],
        repetitive=is_repetitive(text["ids"]),
        repetitive_as_released=is_repetitive_as_released(text["ids"]),
        onset=loop.onset if loop else None,
        period=loop.period if loop else None,
        negative_log_likelihood=likelihood,
    )


def _summary(
    name: str, how: DecodingSettings, texts: tuple[published.TextResult, ...], state: dict[str, Any]
) -> published.MethodResult:
    own = [text for text in texts if text.method == name]
    full = [text for text in own if text.tokens]
    surprise = ratio_interval([t.negative_log_likelihood for t in full], [t.tokens for t in full])
    tokens = sum(text.tokens for text in own)
    seconds = state["seconds"][name]
    return published.MethodResult(
        name=name,
        settings=asdict(how),
        texts=len(own),
        repetitive=sum(text.repetitive for text in own),
        repetition=wilson_interval(sum(text.repetitive for text in own), len(own)),
        repetitive_as_released=sum(text.repetitive_as_released for text in own),
        repetition_as_released=wilson_interval(sum(text.repetitive_as_released for text in own), len(own)),
        perplexity=Estimate(*(math.exp(x) for x in (surprise.value, surprise.low, surprise.high))),
        self_bleu=self_bleu([text["ids"] for text in state["texts"] if text["method"] == name]),
        ended=sum(text.ended for text in own),
        mean_tokens=tokens / len(own),
        seconds=seconds,
        tokens_per_second=tokens / seconds,
    )


def _as_json(
    parameters: Parameters,
    rows: tuple[published.MethodResult, ...],
    texts: tuple[published.TextResult, ...],
    seconds: float,
) -> str:
    entry = CATALOGUE.get(parameters.model)
    comparison = published.PublishedComparison(
        command="python -m core.jobs.worker FOLDER",
        parameters=asdict(parameters),
        model=parameters.model,
        model_sha256=entry.sha256 if entry else "",
        prompts_file=str(OPENINGS_FILE.relative_to(PROJECT_FOLDER)),
        prompts_sha256=file_hash(OPENINGS_FILE),
        versions={"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "sacrebleu")},
        cores=os.cpu_count() or 1,
        date=datetime.now(UTC).date().isoformat(),
        seconds=seconds,
        methods=rows,
        texts=texts,
    )
    return json.dumps(asdict(comparison), ensure_ascii=False, indent=1)


def _as_csv(model: LanguageModel, chosen: tuple[Opening, ...], texts: list[dict[str, Any]]) -> str:
    return csv_text(
        {
            "method": text["method"],
            "opening": chosen[text["opening"]].id,
            "prompt": chosen[text["opening"]].text,
            "text": model.decode(text["ids"]),
            "ended": text["ended"],
        }
        for text in texts
    )


def _stopper(context: JobContext) -> Callable[[], bool]:
    def stopped() -> bool:
        context.check_cancelled()
        return False

    return stopped
