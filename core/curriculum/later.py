"""A measurement whose module is imported when it runs: the question bank is read without torch."""

from collections.abc import Callable
from importlib import import_module

from core.curriculum.question import Measurement


def measured_by(module: str, function: str) -> Callable[..., Measurement]:
    """The function of that module, found when it is first called.

    >>> callable(measured_by("a_module_that_is_not_there", "measure"))
    True
    """

    def measure(*arguments: object, **options: object) -> Measurement:
        found: Measurement = getattr(import_module(module), function)(*arguments, **options)
        return found

    return measure
