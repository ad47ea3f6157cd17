"""How the progress of the job is counted: a step is one, and measuring counts as so many steps."""

from core.attention.schemes.settings import Parameters

MEASURING = 0.3
"""What measuring counts for, in trainings."""


def units_of(parameters: Parameters) -> float:
    """The progress of one training with its measurement.

    >>> units_of(Parameters(steps=100))
    130.0
    """
    return parameters.steps * (1 + MEASURING)


def run_and_step(done: float, parameters: Parameters) -> tuple[int, float]:
    """Which run a progress belongs to, and how far it is in steps; measuring lies beyond the last step.

    A report at the very end of a training belongs to that training.

    >>> run_and_step(160.0, Parameters(steps=100))
    (1, 30.0)
    """
    run = int(done // units_of(parameters))
    return run, done - run * units_of(parameters)
