"""The measurements that decide the decoding lesson's predictions, by name.

Each takes the opened model and runs the lesson's own functions on it at default settings, within
20 s on two cores; `small=True` takes fewer texts and shorter ones, within 2 s, for the tests.
"""

from collections.abc import Callable

from core.curriculum.later import measured_by
from core.curriculum.question import Measurement


def _later(module: str, function: str) -> Callable[..., Measurement]:
    return measured_by(f"{__name__}.{module}", function)


MEASUREMENTS: dict[str, Callable[..., Measurement]] = {
    "greedy_repetition": _later("loops", "greedy_repetition"),
    "reinforcement_ratio": _later("loops", "reinforcement_ratio"),
    "penalised_copy": _later("loops", "penalised_copy"),
    "temperature_choices": _later("distributions", "temperature_choices"),
    "nucleus_size": _later("distributions", "nucleus_size"),
    "sampled_facts": _later("distributions", "sampled_facts"),
    "beam_against_human": _later("likelihood", "beam_against_human"),
    "loop_perplexity": _later("likelihood", "loop_perplexity"),
    "free_running_share": _later("likelihood", "free_running_share"),
    "exact_match_growth": _later("claims", "exact_match_growth"),
    "masked_accuracy": _later("claims", "masked_accuracy"),
    "planted_mistake": _later("claims", "planted_mistake"),
}
