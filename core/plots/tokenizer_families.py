"""Families of vocabularies as a table and a chart."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.plots.theme import PALETTE, figure
from core.tokenizer.families import Family
from core.tokenizer.vocabularies.status import VocabularyStatus
from core.wording import Words

Row = dict[str, object]


def family_rows(families: Sequence[Family], words: Words) -> list[Row]:
    """A row for each family; what a published source leaves open stays empty."""
    return [
        {
            words("tokenizer.column.family"): family.title,
            words("tokenizer.column.how"): words(
                f"tokenizer.families.{'measured' if family.measured else 'published'}"
            ),
            words("tokenizer.column.algorithm"): words(f"tokenizer.families.algorithm.{family.algorithm}"),
            words("tokenizer.column.size"): family.size,
            words("tokenizer.column.digits"): family.digits,
            words("tokenizer.column.white_space"): _yes(family.keeps_white_space, words),
            words("tokenizer.column.longest_spaces"): family.longest_spaces,
            words("tokenizer.column.indentation"): family.indentation_tokens,
            words("tokenizer.column.case"): _yes(family.keeps_case, words),
            words("tokenizer.column.chinese"): _percent(family.chinese_share),
            words("tokenizer.column.rare"): _rare(family, words),
            words("tokenizer.column.source"): family.source,
        }
        for family in families
    ]


def _yes(value: bool | None, words: Words) -> str | None:
    return None if value is None else words(f"tokenizer.families.{'yes' if value else 'no'}")


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"


def _rare(family: Family, words: Words) -> str | None:
    return family.rare_characters and words(f"tokenizer.families.rare.{family.rare_characters}")


def origin_rows(statuses: Sequence[VocabularyStatus], words: Words) -> list[Row]:
    """A row for each file: its package, licence, hash and state."""
    return [
        {
            words("tokenizer.column.vocabulary"): status.entry.title,
            words("tokenizer.column.used_by"): status.entry.used_by,
            words("tokenizer.column.state"): words(status.reason_key, **status.reason_values),
            words("tokenizer.column.licence"): status.entry.licence,
            words("tokenizer.column.package"): status.entry.requirement,
            words("tokenizer.column.file"): status.entry.file_name,
            words("tokenizer.column.megabytes"): round(status.entry.bytes / 1e6, 2),
            "SHA-256": status.entry.sha256,
            words("tokenizer.column.source"): status.entry.source,
        }
        for status in statuses
    ]


def chinese_figure(families: Sequence[Family], words: Words) -> go.Figure:
    """The share of common Chinese characters that are one token, a bar for each measured vocabulary."""
    known = sorted(
        (family for family in families if family.chinese_share is not None),
        key=lambda family: family.chinese_share or 0.0,
        reverse=True,
    )
    drawn = figure(
        words("tokenizer.families.chinese_title"),
        words("tokenizer.families.chinese_x"),
        "",
        height=130 + 32 * len(known),
    )
    shares = [100 * (family.chinese_share or 0.0) for family in known]
    drawn.add_bar(
        x=shares,
        y=[family.title for family in known],
        orientation="h",
        marker={"color": PALETTE.accent},
        text=[f"{share:.0f}%" for share in shares],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.1f}%<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(range=[0, 112], ticksuffix="%", tickvals=[0, 25, 50, 75, 100])
    return drawn
