"""Measured on single next-token distributions: temperature, truncation, the price of chance."""

import torch
from torch import Tensor

from core.curriculum.question import Measurement
from core.decoding.measurements.material import material, mean, scores_after, scores_along
from core.decoding.processors import min_p, temperature, top_k, top_p
from core.engines.language_model import LanguageModel
from core.intervals import bootstrap_interval

BATCH = 8


def temperature_choices(model: LanguageModel, small: bool = False) -> Measurement:
    """By what factor temperature 1.5 multiplies the effective number of choices exp(entropy) of a token.

    The entropy is averaged over all positions of texts that people wrote.
    """
    texts = material()["human"][: 1 if small else 4]
    scores = torch.cat([scores_along(model, model.encode(text)) for text in texts])
    entropy = {value: float(_entropy(temperature(scores, value)).mean()) for value in (0.5, 1.0, 1.5)}
    choices = {value: float(torch.tensor(nats).exp()) for value, nats in entropy.items()}
    return Measurement(
        value=choices[1.5] / choices[1.0],
        values={
            "texts": len(texts),
            "choices_half": choices[0.5],
            "choices_one": choices[1.0],
            "choices_high": choices[1.5],
            "batch_difference": _batch_difference(model, texts[0]),
        },
        note_key="curriculum.measured.temperature_choices",
    )


def nucleus_size(model: LanguageModel, small: bool = False) -> Measurement:
    """How many tokens top-p 0.9 keeps where the model is unsure, and beside it where it is sure."""
    sure, unsure = (scores_after(model, material()[name]) for name in ("certain", "uncertain"))
    forty = top_k(unsure, 40).isfinite()
    return Measurement(
        value=_kept(top_p(unsure, 0.9)),
        values={
            "sure_kept": _kept(top_p(sure, 0.9)),
            "min_p_kept": _kept(min_p(unsure, 0.1)),
            "min_p_sure": _kept(min_p(sure, 0.1)),
            "forty_mass": float(unsure.softmax(-1)[forty].sum()),
        },
        note_key="curriculum.measured.nucleus_size",
    )


def sampled_facts(model: LanguageModel, small: bool = False) -> Measurement:
    """Of facts that the greedy choice gets right, the share that sampling at temperature 1 gets right."""
    shares: dict[float, list[float]] = {0.3: [], 1.0: [], 1.5: []}
    truncated: list[float] = []
    for fact in material()["facts"][: 4 if small else None]:
        scores, answer = scores_after(model, fact["prompt"]), model.encode(fact["answer"])[0]
        if int(scores.argmax()) != answer:
            continue
        for value, found in shares.items():
            found.append(_probability(temperature(scores, value), answer))
        truncated.append(_probability(top_p(temperature(scores, 0.7), 0.9), answer))
    estimate = bootstrap_interval(shares[1.0])
    return Measurement(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        values={
            "facts": len(shares[1.0]),
            "cool": mean(shares[0.3]),
            "hot": mean(shares[1.5]),
            "usual": mean(truncated),
        },
        note_key="curriculum.measured.sampled_facts",
    )


def _entropy(scores: Tensor) -> Tensor:
    """Entropy in nats of each row of scores."""
    log_probabilities = scores.log_softmax(-1)
    return -(log_probabilities.exp() * log_probabilities).sum(-1)


def _kept(scores: Tensor) -> float:
    return float(scores.isfinite().sum())


def _probability(scores: Tensor, token: int) -> float:
    return float(scores.softmax(-1)[0, token])


@torch.inference_mode()
def _batch_difference(model: LanguageModel, text: str) -> float:
    """The largest difference of a score between reading a prompt alone and among equal ones."""
    ids = torch.tensor([model.encode(text)])
    alone = model.next_logits(ids, model.new_cache(1, ids.shape[1]))
    together = model.next_logits(ids.expand(BATCH, -1), model.new_cache(BATCH, ids.shape[1]))
    return float((alone - together[:1]).abs().max())
