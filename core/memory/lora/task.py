"""What the methods are compared on, written for this project: a small task, and general text beside it.

Read without torch. The task turns an order into a record; the held-out orders have names, goods and turns
of phrase that no training order has. The general text shows what a model forgets meanwhile.
"""

import tomllib
from dataclasses import dataclass
from functools import cache

from core.settings import PROJECT_FOLDER

FOLDER = PROJECT_FOLDER / "assets" / "samples" / "memory"


@dataclass(frozen=True)
class Order:
    """One example: what stands before the model, and what it is to write."""

    prompt: str
    record: str


@dataclass(frozen=True)
class Task:
    """The orders of the task."""

    training: tuple[Order, ...]
    later: tuple[Order, ...]
    """Training orders that arrive when a first adapter is already saved."""
    held_out: tuple[Order, ...]


@cache
def task() -> Task:
    """The shipped task."""
    content = tomllib.loads((FOLDER / "tuning_task.toml").read_text(encoding="utf-8"))

    def orders(name: str) -> tuple[Order, ...]:
        return tuple(
            Order(content["prompt"].replace("{order}", order), f" {record}\n")
            for order, record in content[name]
        )

    return Task(orders("training"), orders("later"), orders("held_out"))


@cache
def general_passages() -> tuple[str, ...]:
    """Passages of general English that have nothing to do with the task."""
    content = tomllib.loads((FOLDER / "general_text.toml").read_text(encoding="utf-8"))
    return tuple(content["passages"])
