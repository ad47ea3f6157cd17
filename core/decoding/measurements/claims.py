"""Measured claims about what models can do: emergence, obedience to a format, reasoning in steps."""

import math
import random

from core.curriculum.question import Measurement
from core.decoding.measurements.material import material, mean, probability_of, scores_after
from core.decoding.perplexity import token_log_probabilities
from core.engines.language_model import LanguageModel
from core.engines.requests import chat_prompt
from core.intervals import wilson_interval

LIST_LENGTH = 12
READINGS = 4
_SOLVED = (
    "4 + 2 + 3: 4 + 2 = 6, 6 + 3 = 9, the sum is 9.\n"
    "5 + 6 + 1: 5 + 6 = 11, 11 + 1 = 12, the sum is 12.\n"
)  # fmt: skip
_ANSWERED = "4 + 2 + 3: the sum is 9.\n5 + 6 + 1: the sum is 12.\n"


def exact_match_growth(model: LanguageModel, small: bool = False) -> Measurement:
    """How the chance of a whole list grows while that of its single tokens rises smoothly.

    A list of random words is read again and again; at each reading the model's probability of a
    token rises a little. The whole list is right with the product of them: a sum of logarithms.
    """
    tokens: list[list[float]] = [[] for _ in range(READINGS)]
    lists: list[list[float]] = [[] for _ in range(READINGS)]
    for seed in range(1 if small else 4):
        chosen = random.Random(seed).sample(material()["words"], LIST_LENGTH)  # noqa: S311 - not a secret
        ids = model.encode(" " + " ".join(chosen) + ".")
        scored = token_log_probabilities(model, [ids], [ids * (READINGS - 1)])[0]
        for reading in range(1, READINGS):
            part = scored[(reading - 1) * len(ids) : reading * len(ids)][1:]  # after the list's first word
            tokens[reading].append(mean([math.exp(value) for value in part]))
            lists[reading].append(math.exp(math.fsum(part)))
    return Measurement(
        value=mean(lists[3]) / mean(lists[2]),
        values={
            "lists": len(lists[3]),
            "token_second": mean(tokens[1]),
            "token_third": mean(tokens[2]),
            "token_fourth": mean(tokens[3]),
            "list_second": mean(lists[1]),
            "list_third": mean(lists[2]),
            "list_fourth": mean(lists[3]),
            "token_growth": mean(tokens[3]) / mean(tokens[2]),
        },
        note_key="curriculum.measured.exact_match_growth",
    )


def masked_accuracy(model: LanguageModel, small: bool = False) -> Measurement:
    """How many yes/no questions are right once every other token is masked; half of each is right."""
    allowed = {word: [model.encode(word)[0], model.encode(word.capitalize())[0]] for word in ("yes", "no")}
    valid, right = [], 0
    cases = material()["yes_no"][: 4 if small else None]
    for case in cases:
        request = [{"role": "user", "content": f"Answer with yes or no only. {case['question']}"}]
        prompt = chat_prompt(request, model.chat_template)
        probabilities = scores_after(model, prompt).softmax(-1)[0]
        mass = {word: float(probabilities[ids].sum()) for word, ids in allowed.items()}
        valid.append(mass["yes"] + mass["no"])
        right += max(mass, key=lambda word: mass[word]) == case["answer"]
    estimate = wilson_interval(right, len(cases))
    return Measurement(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        values={"questions": len(cases), "right": right, "valid": mean(valid)},
        note_key="curriculum.measured.masked_accuracy",
    )


def planted_mistake(model: LanguageModel, small: bool = False) -> Measurement:
    """The probability of a right last step after right steps, beside a wrong first step and none."""
    direct, stepped, misled, obeyed, first = [], [], [], [], []
    sums = material()["sums"][: 1 if small else None]
    for one, two, three in sums:
        begun = f"{_SOLVED}{one} + {two} + {three}: {one} + {two} ="
        half, total = one + two, one + two + three
        mistaken = half + 2
        direct.append(probability_of(model, f"{_ANSWERED}{one} + {two} + {three}: the sum is", f" {total}"))
        first.append(probability_of(model, begun, f" {half}"))
        stepped.append(probability_of(model, f"{begun} {half}, {half} + {three} =", f" {total}"))
        wrong = f"{begun} {mistaken}, {mistaken} + {three} ="
        misled.append(probability_of(model, wrong, f" {total}"))
        obeyed.append(probability_of(model, wrong, f" {mistaken + three}"))
    return Measurement(
        value=mean(misled),
        values={
            "sums": len(sums),
            "direct": mean(direct),
            "first": mean(first),
            "stepped": mean(stepped),
            "obeyed": mean(obeyed),
        },
        note_key="curriculum.measured.planted_mistake",
    )
