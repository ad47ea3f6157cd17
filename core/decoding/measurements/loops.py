"""Measured about repetition: how much greedy text repeats, how it feeds itself, what a penalty costs."""

import math

import torch

from core.curriculum.question import Measurement
from core.decoding.generate import generate_batch
from core.decoding.loops import find_loop
from core.decoding.measurements.material import material, mean, scores_along
from core.decoding.perplexity import token_log_probabilities
from core.decoding.processors import repetition_penalty
from core.decoding.prompts import openings
from core.decoding.repetition import rep_n
from core.decoding.settings import DecodingSettings
from core.engines.language_model import LanguageModel
from core.intervals import bootstrap_interval, ratio_interval

PENALTY = 1.2
"""The value of the paper that proposed the repetition penalty."""
REPETITIONS = 8


def greedy_repetition(model: LanguageModel, small: bool = False) -> Measurement:
    """rep-4 of greedy continuations of ordinary openings, beside that of sampled ones.

    The small variant continues one opening after which this model repeats itself at once.
    """
    texts = material()["soon_repeating"] if small else [opening.text for opening in openings()[::40]]
    encoded = [model.encode(text) for text in texts]
    shortest = min(len(ids) for ids in encoded)
    prompts = [ids[:shortest] for ids in encoded]
    length = 12 if small else 80
    greedy, sampled = (
        generate_batch(
            model, prompts, range(len(prompts)), DecodingSettings(strategy=name, max_new_tokens=length)
        )
        for name in ("greedy", "sample")
    )
    estimate = bootstrap_interval([rep_n(run.token_ids, 4) for run in greedy])
    return Measurement(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        values={
            "texts": len(texts),
            "tokens": length,
            "looping": sum(find_loop(run.token_ids) is not None for run in greedy),
            "sampled": mean([rep_n(run.token_ids, 4) for run in sampled]),
        },
        note_key="curriculum.measured.greedy_repetition",
    )


def reinforcement_ratio(model: LanguageModel, small: bool = False) -> Measurement:
    """How many times likelier a sentence's tokens are at its eighth occurrence than at its first."""
    levels: list[list[float]] = [[] for _ in range(REPETITIONS)]
    for sentence in material()["repeated"][: 1 if small else 3]:
        ids = model.encode(f" {sentence}")
        scored = token_log_probabilities(model, [ids[:1]], [(ids * REPETITIONS)[1:]])[0]
        for repetition in range(REPETITIONS):
            # The first word is left out each time: at the first occurrence nothing precedes it.
            part = scored[repetition * len(ids) : repetition * len(ids) + len(ids) - 1]
            levels[repetition] += [math.exp(value) for value in part]
    first, second, last = mean(levels[0]), mean(levels[1]), mean(levels[-1])
    return Measurement(
        value=last / first,
        values={"repetitions": REPETITIONS, "first": first, "second": second, "last": last},
        note_key="curriculum.measured.reinforcement_ratio",
    )


def penalised_copy(model: LanguageModel, small: bool = False) -> Measurement:
    """The share of tokens of a text to be copied that stay the best choice under the penalty."""
    kept: list[float] = []
    plain: list[float] = []
    lengths: list[float] = []
    blocked = 0
    for text in material()["copied"][: 2 if small else 4]:
        prompt = model.encode(f"Repeat this text exactly.\n\nText:\n{text}\n\nCopy:\n")
        ids = prompt + model.encode(text)
        scores = scores_along(model, ids)
        places = range(len(prompt), len(ids))
        plain.append(sum(int(scores[place - 1].argmax()) == ids[place] for place in places))
        kept.append(
            sum(_best_under_penalty(scores[place - 1], ids[:place]) == ids[place] for place in places)
        )
        blocked += sum(_occurs(ids[place - 2 : place + 1], ids[:place]) for place in places)
        lengths.append(len(places))
    estimate = ratio_interval(kept, lengths)
    return Measurement(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        values={
            "texts": len(lengths),
            "plain": sum(plain) / sum(lengths),
            "blocked": blocked / sum(lengths),
            "penalty": PENALTY,
        },
        note_key="curriculum.measured.penalised_copy",
    )


def _best_under_penalty(scores: torch.Tensor, before: list[int]) -> int:
    return int(repetition_penalty(scores[None], torch.tensor([before]), PENALTY).argmax())


def _occurs(run: list[int], before: list[int]) -> bool:
    """Whether `run` has occurred in `before`, so that n-gram blocking forbids its last token."""
    return any(before[start : start + len(run)] == run for start in range(len(before) - len(run) + 1))
