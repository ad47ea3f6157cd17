"""Table 1 of "The Curious Case of Neural Text Degeneration", and the same comparison on our model.

Holtzman et al. let GPT-2 Large (774 million parameters) continue the beginnings of 5,000 web texts by at most
200 tokens, and counted how often each way of decoding ends in a loop. We repeat it with the shelf's
model on openings written for this project. Model and corpus differ, so the size of a figure is not
expected to agree; what can be compared is the order and the gaps.

Source: Holtzman, Buys, Du, Forbes and Choi 2020, ICLR, table 1 (arXiv:1904.09751).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError
from core.intervals import Estimate
from core.json_result import result_from_json
from core.settings import PROJECT_FOLDER
from core.wording import Words

if TYPE_CHECKING:
    from core.jobs.context import JobContext

SHIPPED_RESULT = PROJECT_FOLDER / "assets" / "checkpoints" / "decoding" / "published_comparison.json"
RESULT_FILE = "published_comparison.json"
MAX_NEW_TOKENS = 200


@dataclass(frozen=True)
class PublishedFigures:
    """One row of the paper's table 1."""

    perplexity: float
    self_bleu: float
    repetition: float
    """Percent of the generations."""


PUBLISHED: dict[str, PublishedFigures] = {
    "greedy": PublishedFigures(1.50, 0.50, 73.66),
    "beam_16": PublishedFigures(1.48, 0.44, 28.94),
    "sampling": PublishedFigures(22.73, 0.28, 0.22),
    "top_k_40": PublishedFigures(6.88, 0.39, 0.78),
    "top_k_640": PublishedFigures(13.82, 0.32, 0.28),
    "top_p_095": PublishedFigures(13.13, 0.32, 0.36),
}
PUBLISHED_HUMAN = PublishedFigures(12.38, 0.31, 0.28)


def methods(max_new_tokens: int = MAX_NEW_TOKENS) -> dict[str, DecodingSettings]:
    """The ways of decoding in the table, each stopping at the end token as in the paper.

    >>> methods()["top_k_640"].top_k
    640
    """
    return {
        "greedy": DecodingSettings(strategy="greedy", max_new_tokens=max_new_tokens),
        "sampling": DecodingSettings(strategy="sample", max_new_tokens=max_new_tokens),
        "top_k_40": DecodingSettings(strategy="sample", top_k=40, max_new_tokens=max_new_tokens),
        "top_k_640": DecodingSettings(strategy="sample", top_k=640, max_new_tokens=max_new_tokens),
        "top_p_095": DecodingSettings(strategy="sample", top_p=0.95, max_new_tokens=max_new_tokens),
        "beam_16": DecodingSettings(strategy="beam", num_beams=16, max_new_tokens=max_new_tokens),
    }


@dataclass(frozen=True)
class TextResult:
    """One generation: what was counted in it, without the end token."""

    method: str
    opening: str
    """The opening's id in the prompts file."""
    tokens: int
    ended: bool
    """The model ended the text before the limit."""
    repetitive: bool
    """By the paper's wording: see `core.decoding.repetition.is_repetitive`."""
    repetitive_as_released: bool
    """By the rule in the paper's released script."""
    onset: int | None
    period: int | None
    """The loop at the end, where there is one."""
    negative_log_likelihood: float
    """Nats, summed over the tokens, under the model without any processor."""


@dataclass(frozen=True)
class MethodResult:
    """One row of our table."""

    name: str
    settings: dict[str, object]
    texts: int
    repetitive: int
    repetition: Estimate
    """Share of the texts with Wilson's 95% interval."""
    repetitive_as_released: int
    repetition_as_released: Estimate
    perplexity: Estimate
    """Over all tokens of all texts, with a bootstrap interval over the texts."""
    self_bleu: float
    ended: int
    mean_tokens: float
    seconds: float
    """Generating only, on the machine named in the result."""
    tokens_per_second: float


@dataclass(frozen=True)
class PublishedComparison:
    """The whole comparison with everything needed to repeat it."""

    command: str
    parameters: dict[str, object]
    model: str
    model_sha256: str
    prompts_file: str
    prompts_sha256: str
    versions: dict[str, str]
    cores: int
    date: str
    seconds: float
    methods: tuple[MethodResult, ...]
    texts: tuple[TextResult, ...]

    def method(self, name: str) -> MethodResult:
        """The row called `name`."""
        return next(row for row in self.methods if row.name == name)

    def table(self, words: Words) -> list[dict[str, object]]:
        """One row a way of decoding, ours beside the paper's, under headings in the reader's language."""
        heading = {name: words(f"decoding.why.column.{name}") for name in COLUMNS}
        return [dict(zip(heading.values(), _cells(row, words), strict=True)) for row in self.methods]


COLUMNS = (
    "method",
    "texts",
    "repetition",
    "interval",
    "repetition_published",
    "perplexity",
    "perplexity_published",
    "self_bleu",
    "self_bleu_published",
    "mean_tokens",
    "tokens_per_second",
)


def _cells(row: MethodResult, words: Words) -> list[object]:
    theirs = PUBLISHED[row.name]
    low, high = 100 * row.repetition.low, 100 * row.repetition.high
    return [
        words(f"decoding.measures.published.method.{row.name}"),
        row.texts,
        round(100 * row.repetition.value, 1),
        f"{low:.1f} – {high:.1f}",
        theirs.repetition,
        round(row.perplexity.value, 2),
        theirs.perplexity,
        round(row.self_bleu, 2),
        theirs.self_bleu,
        round(row.mean_tokens, 1),
        round(row.tokens_per_second, 1),
    ]


def run(context: "JobContext") -> None:
    """The job kind `decoding.published`: see `core.decoding.published_job`."""
    from core.decoding.published_job import (
        compare_as_published,
    )  # torch, which a shipped result does not need

    compare_as_published(context)


def read_result(path: Path) -> PublishedComparison:
    """A comparison that a job has written, its counts checked against its texts.

    Raises:
        GlassboxError: the file is missing, is no such result, or contradicts itself.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("results.error.result", file=path.name, field="-") from error
    comparison = result_from_json(PublishedComparison, value, path.name)
    for row in comparison.methods:
        own = [text for text in comparison.texts if text.method == row.name]
        counted = (len(own), sum(t.repetitive for t in own), sum(t.ended for t in own))
        if counted != (row.texts, row.repetitive, row.ended):
            raise GlassboxError("results.error.result", file=path.name, field=f"methods.{row.name}")
    return comparison


def read_shipped_result() -> PublishedComparison | None:
    """The comparison that comes with the project, measured once; None where the file was not shipped."""
    return read_result(SHIPPED_RESULT) if SHIPPED_RESULT.exists() else None
