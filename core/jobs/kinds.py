"""The kinds of background job: a fixed table, so that a file on disk can never name code to run."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from core.errors import GlassboxError

if TYPE_CHECKING:
    from core.jobs.context import JobContext

KINDS: dict[str, tuple[str, str]] = {
    "jobs.selftest": ("core.jobs.selftest", "run"),
    "decoding.compare": ("core.decoding.compare_job", "run"),
    "decoding.sweep": ("core.decoding.sweep_job", "run"),
    "decoding.published": ("core.decoding.published", "run"),
    "attention.placement": ("core.attention.block.placement_job", "run"),
    "attention.ablation": ("core.attention.ablation_job", "run"),
    "attention.schemes": ("core.attention.schemes.job", "run"),
    "memory.measure": ("core.memory.measure_job", "run"),
    "memory.grid": ("core.memory.grid_job", "run"),
    "memory.tuning": ("core.memory.lora.tuning_job", "run"),
    "attention.long_context": ("core.attention.long_context_job", "run"),
    "classification.train": ("core.classification.train_job", "run"),
    "classification.predict": ("core.classification.use.predict_job", "run"),
    "translation.train": ("core.translation.train_job", "run"),
    "translation.ablation": ("core.translation.ablation_job", "run"),
    "translation.evaluate": ("core.translation.evaluation_job", "run"),
    "translation.scheduled_sampling": ("core.translation.scheduled.job", "run"),
}
"""A kind -> the module and the function of its work."""


def check_kind(kind: object) -> str:
    """`kind` if it is in the table.

    Raises:
        GlassboxError: no such kind.

    >>> check_kind("jobs.selftest")
    'jobs.selftest'
    """
    if not isinstance(kind, str) or kind not in KINDS:
        raise GlassboxError("jobs.error.kind", kind=str(kind)[:60])
    return kind


def job_function(kind: str) -> "Callable[[JobContext], None]":
    """The function that does the work of `kind`; only the worker calls this: it imports heavy modules.

    Raises:
        GlassboxError: no such kind.
    """
    module, function = KINDS[check_kind(kind)]
    return getattr(import_module(module), function)
