"""How long the position experiment takes: one seed, all five schemes, by the function of the job."""

from time import perf_counter

import torch

from core.attention.schemes.job import measure_schemes
from core.attention.schemes.settings import Parameters
from core.settings import settings


def figures() -> dict[str, object]:
    """Train and measure all five: seconds of wall clock and, for a machine in use, of the processor."""
    torch.set_num_threads(settings().thread_count)
    started = perf_counter()
    result = measure_schemes(Parameters())
    return {
        "position_experiment_s": round(perf_counter() - started, 1),
        "position_experiment_processor_s": round(sum(run.processor_seconds for run in result.runs), 1),
        "position_experiment_schemes": len(result.runs),
    }
