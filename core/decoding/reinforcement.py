"""Why it loops: a sentence that stands there once is likelier the next time, and so on.

The sentence s is written N times; the model reads it once, and its probabilities are averaged over
the tokens of each repetition:

    TP_n = (1/|s|) sum_t p(s_t | s repeated n - 1 times, s_1 .. s_(t-1))

That average grows with n: having repeated makes repeating likelier. The first token of the first
repetition has nothing before it and is left out. "Winner rate" is the share of tokens that would be chosen
greedily. The same is shown after processors, which see at each place what stands before it; for
penalties that count generated text only, the first sentence is the prompt.

Source: Xu et al. 2022, "Learning to Break the Loop", section 2, with its terms TP and WR.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from core.decoding.compare import label_of
from core.decoding.processors import apply_all, processor_chain, processor_input
from core.decoding.settings import DecodingSettings
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

MOST_REPETITIONS = 64
SCORED_TOGETHER = 256
"""Positions whose scores over the vocabulary are in memory at the same time: 50 MB."""


@dataclass(frozen=True)
class Curve:
    """One line of the figure: a value for each repetition, the first to the last."""

    label: str
    """Empty for the model without processors."""
    settings: dict[str, object]
    probability: tuple[float, ...]
    """Mean probability of the repetition's tokens."""
    winner_rate: tuple[float, ...]
    """Share of them that are the likeliest token at their place."""


@dataclass(frozen=True)
class Reinforcement:
    """The experiment on one sentence."""

    model: str
    sentence: str
    tokens: tuple[int, ...]
    curves: tuple[Curve, ...]
    """The model itself first, then each way of decoding."""


def sentence_ids(model: LanguageModel, sentence: str) -> list[int]:
    """Token ids of one repetition: a blank before it, unless the sentence ends in a CJK character or mark.

    Every repetition has the same ids, the first one too.

    Raises:
        GlassboxError: fewer than two tokens.
    """
    stripped = sentence.strip()
    blank = "" if stripped and "\u2e80" <= stripped[-1] <= "\uffef" else " "
    ids = model.encode(blank + stripped) if stripped else []
    if len(ids) < 2:
        raise GlassboxError("decoding.measures.error.sentence")
    return ids


@torch.inference_mode()
def reinforce(
    model: LanguageModel, sentence: str, repetitions: int = 16, ways: Sequence[DecodingSettings] = ()
) -> Reinforcement:
    """Probabilities of `sentence`'s tokens at each repetition, in one pass over the repeated text.

    Args:
        model: the opened model.
        sentence: at least two tokens.
        repetitions: N, at least 2.
        ways: whose processors are applied at each place, for a curve each.

    Raises:
        GlassboxError: too short a sentence, N out of range, or longer than the model's context.
    """
    ids = sentence_ids(model, sentence)
    if not 2 <= repetitions <= MOST_REPETITIONS or len(ids) * repetitions > model.context_length:
        most = min(MOST_REPETITIONS, model.context_length // len(ids))
        raise GlassboxError("decoding.measures.error.repetitions", value=repetitions, most=most)
    repeated = torch.tensor(ids * repetitions)
    hidden = model.read(repeated[None, :-1], model.new_cache(1, len(repeated)))[0]
    kept: list[list[Tensor]] = [[] for _ in range(len(ways) + 1)]
    for start in range(0, len(hidden), SCORED_TOGETHER):
        logits = model.logits(hidden[start : start + SCORED_TOGETHER])
        kept[0].append(_probability_and_win(logits, repeated[start + 1 : start + 1 + len(logits)]))
        for own, way in zip(kept[1:], ways, strict=True):
            processed = _processed(logits, repeated, start, len(ids), way)
            own.append(_probability_and_win(processed, repeated[start + 1 : start + 1 + len(logits)]))
    labelled = [("", {}), *((label_of(way), asdict(way)) for way in ways)]
    curves = [
        _curve(label, how, torch.cat(own), len(ids)) for (label, how), own in zip(labelled, kept, strict=True)
    ]
    return Reinforcement(model.name, sentence.strip(), tuple(ids), tuple(curves))


def _processed(
    logits: Tensor, repeated: Tensor, start: int, prompt_length: int, way: DecodingSettings
) -> Tensor:
    """Scores after the processors of `way`, each place with what stands before it, (places, vocabulary)."""
    chain = processor_chain(way)
    if not chain:
        return logits
    given = processor_input(logits, way)
    places = (
        apply_all(chain, given[i : i + 1], repeated[None, : start + i + 1], prompt_length)
        for i in range(len(given))
    )
    return torch.cat(list(places))


def _probability_and_win(scores: Tensor, targets: Tensor) -> Tensor:
    """(places, 2): the probability of each target, and 1 where no token scores higher."""
    own = scores.gather(-1, targets[:, None])
    probability = (own - scores.logsumexp(-1, keepdim=True)).exp()
    return torch.cat((probability, (scores <= own).all(-1, keepdim=True).float()), -1)


def _curve(label: str, settings: dict[str, object], found: Tensor, length: int) -> Curve:
    """Averages for each repetition; the first has one token less, as nothing precedes its first."""
    means = [part.mean(0) for part in (found[: length - 1], *found[length - 1 :].split(length))]
    return Curve(label, settings, tuple(float(m[0]) for m in means), tuple(float(m[1]) for m in means))
