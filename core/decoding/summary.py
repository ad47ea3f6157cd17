"""The measurements that the page and the command line show for one generated text."""

import math
from dataclasses import dataclass

from core.decoding.diversity import distinct_n
from core.decoding.loops import Loop, find_loop
from core.decoding.repetition import rep_n
from core.decoding.result import Generation


@dataclass(frozen=True)
class Summary:
    """Repetition, diversity and surprise of one text, all measured on its tokens."""

    new_tokens: int
    tokens_per_second: float
    rep_2: float
    rep_3: float
    rep_4: float
    distinct_2: float
    loop: Loop | None
    perplexity: float
    """exp of the mean negative log-probability that the model, without processors, gave the tokens."""


def summarise(generation: Generation) -> Summary:
    """Measure `generation`; an empty one has perplexity 1 and repeats nothing."""
    steps = generation.steps[:-1] if generation.finished else generation.steps  # the end token is no text
    ids = [step.token for step in steps]
    surprise = [-math.log(max(step.probability, 1e-45)) for step in steps]
    return Summary(
        new_tokens=len(generation.steps),
        tokens_per_second=generation.tokens_per_second,
        rep_2=rep_n(ids, 2),
        rep_3=rep_n(ids, 3),
        rep_4=rep_n(ids, 4),
        distinct_2=distinct_n(ids, 2),
        loop=find_loop(ids),
        perplexity=math.exp(sum(surprise) / len(surprise)) if surprise else 1.0,
    )
