"""What the view of a block's parts starts with: vectors of real models and two batches of sentences."""

import tomllib
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from core.settings import PROJECT_FOLDER

SAMPLES_FILE = PROJECT_FOLDER / "assets" / "samples" / "attention" / "block.toml"


@dataclass(frozen=True)
class VectorSample:
    """The first numbers of one token's vector in a real model, and what the feed-forward layer adds to it."""

    model: str
    text: str
    token: str
    layer: int
    """Counted from 1."""
    residual: tuple[float, ...]
    sublayer: tuple[float, ...]


@dataclass(frozen=True)
class Batches:
    """A sentence and the company it is put in."""

    sentence: str
    first: tuple[str, ...]
    second: tuple[str, ...]


@cache
def vector_samples() -> MappingProxyType[str, VectorSample]:
    """A name -> its vector.

    >>> list(vector_samples())
    ['smollm2', 'minilm']
    """
    samples = tomllib.loads(SAMPLES_FILE.read_text(encoding="utf-8"))["vector"]
    return MappingProxyType(
        {
            name: VectorSample(
                **{**sample, **{part: tuple(sample[part]) for part in ("residual", "sublayer")}}
            )
            for name, sample in samples.items()
        }
    )


@cache
def batches() -> Batches:
    """The sentence and its two batches."""
    sample = tomllib.loads(SAMPLES_FILE.read_text(encoding="utf-8"))["batches"]
    return Batches(sample["sentence"], tuple(sample["first"]), tuple(sample["second"]))


def prose_and_code(count: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sentences of prose and lines of code or grammar from Python's help topics, `count` of each.

    A paragraph that begins at the margin gives its first sentence; code are lines with a prompt or a rule.
    """
    from pydoc_data.topics import topics

    text = "\n\n".join(topics[name] for name in sorted(topics))
    prose, code = [], []
    for paragraph in text.split("\n\n"):
        joined = " ".join(paragraph.split())
        first = joined.split(". ")[0]
        if paragraph[:1].isalpha() and joined.endswith(".") and 40 <= len(first) <= 240:
            prose.append(first)
        code += [line.strip() for line in paragraph.splitlines() if "::=" in line or ">>> " in line]
    return _spread(prose, count), _spread(code, count)


def _spread(found: list[str], count: int) -> tuple[str, ...]:
    step = max(1, len(found) // count)
    return tuple(found[::step][:count])
