"""What a comparison of ways of decoding leaves behind: every text measured, and a summary of each way."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import GlassboxError
from core.intervals import Estimate
from core.json_result import result_from_json
from core.wording import Words

ESTIMATED = ("rep_4", "rep_2", "rep_3", "distinct_2", "repetition", "entropy", "perplexity")
"""The measures of a summary that have an interval, the most telling first."""


@dataclass(frozen=True)
class TextRow:
    """One generated text, measured on its tokens, the end token left out."""

    setting: int
    """Index into the comparison's settings."""
    prompt: int
    """Index into its prompts."""
    seed: int
    text: str
    token_ids: tuple[int, ...]
    ended: bool
    rep_2: float
    rep_3: float
    rep_4: float
    distinct_1: float
    distinct_2: float
    distinct_3: float
    repetitive: bool
    loop_onset: int | None
    loop_period: int | None
    entropy: float
    """Mean over the tokens, in nats."""
    negative_log_likelihood: float
    """Summed over the tokens, in nats, under the model without processors."""
    perplexity: float
    seconds: float


@dataclass(frozen=True)
class SettingSummary:
    """One way of decoding over all its texts."""

    setting: int
    label: str
    texts: int
    repetition: Estimate
    rep_2: Estimate
    rep_3: Estimate
    rep_4: Estimate
    distinct_2: Estimate
    entropy: Estimate
    perplexity: Estimate
    self_bleu: float | None
    """Between the seeds of one prompt, averaged over the prompts; None where there is one text a prompt."""
    ended: int
    mean_tokens: float
    tokens_per_second: float


@dataclass(frozen=True)
class Comparison:
    """All texts and what they amount to."""

    model: str
    prompts: tuple[str, ...]
    seeds: tuple[int, ...]
    settings: tuple[dict[str, object], ...]
    rows: tuple[TextRow, ...]
    summaries: tuple[SettingSummary, ...]

    def flat_rows(self) -> list[dict[str, object]]:
        """One flat dict a text, for a table or a CSV file; `setting` is the label of its way."""
        labels = {summary.setting: summary.label for summary in self.summaries}
        return [
            _flat(row) | {"setting": labels[row.setting], "prompt": self.prompts[row.prompt]}
            for row in self.rows
        ]

    def table(self, words: Words) -> list[dict[str, object]]:
        """One row a way of decoding, headed in the reader's language, each estimate with its 95% interval."""
        return [_summary_row(summary, words) for summary in self.summaries]

    def text_table(self, words: Words) -> list[dict[str, object]]:
        """One row a text, headed in the reader's language."""
        labels = {summary.setting: summary.label for summary in self.summaries}
        return [_text_row(row, labels[row.setting], self.prompts[row.prompt], words) for row in self.rows]


def read_comparison(path: Path) -> Comparison:
    """A comparison that a job has written.

    Raises:
        GlassboxError: the file is missing or is no such result.
    """
    return result_from_json(Comparison, read_json(path), path.name)


def read_json(path: Path) -> object:
    """The decoded JSON of a result file; `GlassboxError` where it is missing or is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("results.error.result", file=path.name, field="-") from error


def _flat(row: TextRow) -> dict[str, object]:
    flat = asdict(row)
    flat["tokens"] = len(flat.pop("token_ids"))
    return flat


def _summary_row(summary: SettingSummary, words: Words) -> dict[str, object]:
    row: dict[str, object] = {
        words("decoding.measures.column.way"): summary.label,
        words("decoding.measures.column.texts"): summary.texts,
    }
    for measure in ESTIMATED:
        estimate: Estimate = getattr(summary, measure)
        row[words(f"decoding.measures.name.{measure}")] = words(
            "decoding.measures.column.estimate", value=estimate.value, low=estimate.low, high=estimate.high
        )
    return row | {
        words("decoding.measures.column.self_bleu"): summary.self_bleu,
        words("decoding.measures.column.mean_tokens"): round(summary.mean_tokens, 1),
        words("decoding.measures.column.tokens_per_second"): round(summary.tokens_per_second, 1),
    }


def _text_row(row: TextRow, way: str, prompt: str, words: Words) -> dict[str, object]:
    cells = {
        "way": way,
        "prompt": prompt,
        "seed": row.seed,
        "text": row.text,
        "rep_4": round(row.rep_4, 3),
        "onset": row.loop_onset,
        "period": row.loop_period,
        "entropy": round(row.entropy, 3),
        "perplexity": round(row.perplexity, 2),
    }
    return {words(f"decoding.measures.column.{name}"): value for name, value in cells.items()}
