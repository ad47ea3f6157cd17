"""The ablation's result as tables: for reading on the page, and whole for a spreadsheet."""

from dataclasses import dataclass

from core.translation.ablation_result import AblationResult, Row, same_tokens
from core.translation.word_diff import word_diff
from core.wording import Words


def reading_table(result: AblationResult, words: Words) -> list[dict[str, object]]:
    """One row a variant, the baseline first and then the greatest loss first, headings in words."""
    rows: list[dict[str, object]] = []
    for row in (result.baseline, *result.by_difference):
        difference = row.score.difference
        cells = {
            "variant": words(f"translation.matter.name.{row.variant}"),
            "bleu": f"{row.score.bleu.value:.2f}",
            "difference": f"{difference.value:+.2f}" if difference else "–",
            "difference_interval": f"{difference.low:+.2f} … {difference.high:+.2f}" if difference else "–",
            "chrf": f"{row.score.chrf:.2f}",
            "perplexity": _perplexity(row, words),
            "changed": changed_text(row),
            "unknown": f"{row.unknown.source:.2%}",
            "parameters": f"{row.parameters:,}",
            "seconds": f"{row.seconds:.0f}" if row.batches else words("translation.matter.untrained"),
        }
        rows.append({words(f"translation.matter.column.{name}"): cell for name, cell in cells.items()})
    return rows


def whole_table(result: AblationResult, words: Words) -> list[dict[str, object]]:
    """Every figure of every variant, unrounded, with its command and what it wrote."""
    rows: list[dict[str, object]] = []
    for row in result.rows:
        score, difference = row.score, row.score.difference
        cells: dict[str, object] = {
            "variant": words(f"translation.matter.name.{row.variant}"),
            "changed": changed_text(row),
            "bleu": score.bleu.value,
            "bleu_low": score.bleu.low,
            "bleu_high": score.bleu.high,
            "difference": difference.value if difference else "",
            "difference_low": difference.low if difference else "",
            "difference_high": difference.high if difference else "",
            "p": "" if score.p_value is None else score.p_value,
            "chrf": score.chrf,
            "length_ratio": score.length_ratio,
            "perplexity": row.perplexity,
            "unknown": row.unknown.source,
            "unknown_target": row.unknown.target,
            "unknown_written": row.unknown.written,
            "parameters": row.parameters,
            "vocabulary": row.vocabulary,
            "batches": row.batches,
            "seconds": row.seconds,
            "command": row.command,
        }
        named = {words(f"translation.matter.column.{name}"): cell for name, cell in cells.items()}
        rows.append(named | dict(zip(result.example_sources, row.examples, strict=True)))
    return rows


def curve_table(result: AblationResult, words: Words) -> list[dict[str, object]]:
    """Every point of every learning curve."""
    columns = [words(f"translation.matter.column.{name}") for name in ("variant", "epochs", "loss")]
    return [
        dict(zip(columns, (words(f"translation.matter.name.{row.variant}"), epochs, loss), strict=True))
        for row in result.rows
        for epochs, loss in zip(row.curve.epochs, row.curve.losses, strict=True)
    ]


@dataclass(frozen=True)
class SameTranslation:
    """What one or several variants wrote for a sentence."""

    variants: tuple[str, ...]
    text: str
    words: tuple[tuple[str, bool], ...]
    """Each word, and whether it stands in the reference at the matching place."""


def translations_of(result: AblationResult, number: int) -> tuple[SameTranslation, ...]:
    """Who wrote what for the example sentence `number`, from 0: the baseline first, equal ones together."""
    writers: dict[str, list[str]] = {}
    for row in (result.baseline, *reversed(result.by_difference)):
        writers.setdefault(row.examples[number], []).append(row.variant)
    reference = result.example_references[number]
    return tuple(
        SameTranslation(tuple(variants), text, word_diff(text, reference).translation)
        for text, variants in writers.items()
    )


def changed_text(row: Row) -> str:
    """The settings that differ, as one would type them.

    >>> from core.translation.ablation_result import Curve, Score, Unknown
    >>> from core.intervals import Estimate
    >>> score = Score(Estimate(30, 28, 32), 50, None, None, 1.0)
    >>> none = Unknown(0, 0, 0)
    >>> changed_text(Row("x", "", {"norm": "post"}, 1, 1, 1, 1, 9, score, none, Curve((), ()), ()))
    'norm: post'
    """
    return ", ".join(f"{name}: {value}" for name, value in row.changed.items()) or "–"


def _perplexity(row: Row, words: Words) -> str:
    if same_tokens(row):
        return f"{row.perplexity:.2f}"
    return words("translation.matter.not_comparable", value=row.perplexity)
