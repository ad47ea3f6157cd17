"""The text that every machine with Python has: its own help topics, as characters.

About 460,000 characters of English prose and code, different in small things from one Python version to
the next; results therefore name the version.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

HELD_OUT = 0.1
"""The share at the end that no training sees."""


@dataclass(frozen=True)
class Characters:
    """The text as numbers, one a character; the alphabet is the set of its characters, sorted."""

    alphabet: str
    training: Tensor
    held_out: Tensor


@lru_cache(maxsize=1)
def characters() -> Characters:
    """Python's help topics in the order of their names."""
    from pydoc_data.topics import topics

    text = "\n".join(topics[name] for name in sorted(topics))
    alphabet = "".join(sorted(set(text)))
    number = {character: index for index, character in enumerate(alphabet)}
    ids = torch.tensor([number[character] for character in text])
    kept = int(len(ids) * (1 - HELD_OUT))
    return Characters(alphabet, ids[:kept], ids[kept:])


def windows(ids: Tensor, count: int, length: int, generator: torch.Generator) -> Tensor:
    """`count` stretches of `length` + 1 characters from places drawn by `generator`, (count, length + 1)."""
    starts = torch.randint(len(ids) - length - 1, (count,), generator=generator)
    return ids[starts[:, None] + torch.arange(length + 1)]
