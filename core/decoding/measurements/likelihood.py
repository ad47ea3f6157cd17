"""Measured on whole texts: what likelihood rewards, and what happens without the right text in front."""

import math

from core.curriculum.question import Measurement
from core.decoding.beam import beam_search_batch
from core.decoding.generate import generate_batch
from core.decoding.measurements.material import material, mean, scores_along
from core.decoding.perplexity import perplexity, token_log_probabilities
from core.decoding.repetition import rep_n
from core.decoding.settings import DecodingSettings
from core.engines.language_model import LanguageModel

OPENING = 12
"""Tokens of a text that are given; what follows is compared."""


def beam_against_human(model: LanguageModel, small: bool = False) -> Measurement:
    """How many times likelier, token for token, the beam's text is than what a person wrote there."""
    length = 8 if small else 25
    texts = [model.encode(text) for text in material()["human"][: 1 if small else 3]]
    openings = [ids[:OPENING] for ids in texts]
    beam = DecodingSettings(
        strategy="beam", num_beams=3 if small else 5, max_new_tokens=length, stop_at_end=False
    )
    greedy = DecodingSettings(max_new_tokens=length, stop_at_end=False)
    found = {
        "human": [ids[OPENING : OPENING + length] for ids in texts],
        "beam": [list(result.best.token_ids) for result in beam_search_batch(model, openings, beam)],
        "greedy": [list(run.token_ids) for run in generate_batch(model, openings, [0] * len(texts), greedy)],
    }
    level = {name: _mean_log_probability(model, openings, written) for name, written in found.items()}
    return Measurement(
        value=math.exp(level["beam"] - level["human"]),
        values={
            "texts": len(texts),
            "tokens": length,
            "beams": beam.num_beams,
            "human": math.exp(level["human"]),
            "beam": math.exp(level["beam"]),
            "greedy": math.exp(level["greedy"]),
            "beam_repeats": mean([rep_n(ids, 2) for ids in found["beam"]]),
            "human_repeats": mean([rep_n(ids, 2) for ids in found["human"]]),
        },
        note_key="curriculum.measured.beam_against_human",
    )


def loop_perplexity(model: LanguageModel, small: bool = False) -> Measurement:
    """The perplexity of one sentence said nine times over, as a share of that of sensible prose."""
    texts = [model.encode(text) for text in material()["human"][: 2 if small else 4]]
    loops = [model.encode(" ".join([text] * 9)) for text in material()["repeated"][: 1 if small else 3]]
    shuffled = [model.encode(_shuffled(text)) for text in material()["human"][: len(texts)]]
    sensible, looped, mixed = (
        mean([perplexity(model, ids[:1], ids[1:]) for ids in group]) for group in (texts, loops, shuffled)
    )
    return Measurement(
        value=looped / sensible,
        values={"sensible": sensible, "looped": looped, "shuffled": mixed},
        note_key="curriculum.measured.loop_perplexity",
    )


def free_running_share(model: LanguageModel, small: bool = False) -> Measurement:
    """How many tokens of a text the model still guesses when it reads its own guesses instead."""
    length = 12 if small else 25
    texts = [model.encode(text) for text in material()["human"][: 2 if small else 4]]
    settings = DecodingSettings(max_new_tokens=length, stop_at_end=False)
    runs = generate_batch(model, [ids[:OPENING] for ids in texts], [0] * len(texts), settings)
    forced, free = [], []
    for ids, run in zip(texts, runs, strict=True):
        right = ids[OPENING : OPENING + length]
        guesses = scores_along(model, ids[: OPENING + length])[OPENING - 1 : -1].argmax(-1).tolist()
        forced += [guess == token for guess, token in zip(guesses, right, strict=True)]
        free += [guess == token for guess, token in zip(run.token_ids, right, strict=True)]
    return Measurement(
        value=mean(free),
        values={"texts": len(texts), "tokens": length, "forced": mean(forced)},
        note_key="curriculum.measured.free_running_share",
    )


def _mean_log_probability(model: LanguageModel, openings: list[list[int]], written: list[list[int]]) -> float:
    """ln p of a token, averaged over all written tokens."""
    return mean([value for text in token_log_probabilities(model, openings, written) for value in text])


def _shuffled(text: str) -> str:
    """The words of `text` in an order without sense that is always the same: by their reversed spelling."""
    return " ".join(sorted(text.split(), key=lambda word: word[::-1]))
