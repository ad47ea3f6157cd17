"""Rows of the lesson's tables and downloads, named in the reader's language."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from core.tokenizer.byte_view import Character, Cluster
from core.tokenizer.encoding import Encoding
from core.tokenizer.round_trip import Change
from core.wording import Words

Row = dict[str, object]


def token_rows(encoding: Encoding, words: Words) -> Iterator[Row]:
    """A row for each token, for a download."""
    for number, token in enumerate(encoding.tokens, 1):
        yield {
            words("tokenizer.column.number"): number,
            words("tokenizer.column.id"): token.id,
            words("tokenizer.column.spelling"): token.text,
            words("tokenizer.column.bytes"): token.data.hex(" ").upper(),
            words("tokenizer.column.start"): token.start,
            words("tokenizer.column.end"): token.end,
        }


def character_rows(clusters: Sequence[Cluster], words: Words) -> list[Row]:
    """A row for each code point, beside what a reader sees it as part of."""
    return [
        {
            words("tokenizer.column.seen"): _quoted(cluster.text),
            words("tokenizer.column.code_point"): character.code_point,
            words("tokenizer.column.name"): character.name,
            words("tokenizer.column.bytes"): character.utf8.hex(" ").upper(),
            words("tokenizer.column.bits"): " ".join(character.bits),
            words("tokenizer.column.remark"): _remark(character, words),
        }
        for cluster in clusters
        for character in cluster.characters
    ]


def _remark(character: Character, words: Words) -> str:
    remarks = [name for name in ("combining", "invisible") if getattr(character, name)]
    return ", ".join(words(f"tokenizer.remark.{name}") for name in remarks)


def change_rows(changes: Iterable[Change], words: Words) -> list[Row]:
    """A row for each thing that decoding did not bring back."""
    return [
        {
            words("tokenizer.column.change"): words(f"tokenizer.change.{change.kind}"),
            words("tokenizer.column.start"): change.start,
            words("tokenizer.column.before"): _quoted(change.before),
            words("tokenizer.column.after"): _quoted(change.after),
        }
        for change in changes
    ]


def _quoted(text: str, longest: int = 60) -> str:
    """`text` with its white space visible.

    >>> _quoted("a\\n ")
    'a↵·'
    """
    shown = text.replace("\n", "↵").replace("\t", "→").replace(" ", "·").replace("\u00a0", "⟨A0⟩")
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def count_rows(
    encodings: Sequence[tuple[str, Encoding]], comes_back: Sequence[bool], words: Words
) -> list[Row]:
    """A row for each vocabulary on the same text; `comes_back` says which decode to exactly that text."""
    return [
        {
            words("tokenizer.column.vocabulary"): title,
            words("tokenizer.metric.tokens"): encoding.count,
            words("tokenizer.metric.characters_per_token"): round(encoding.characters_per_token, 3),
            words("tokenizer.metric.bytes_per_token"): round(encoding.bytes_per_token, 3),
            **({words("tokenizer.column.comes_back"): same} if same is not None else {}),
        }
        for (title, encoding), same in zip_longest(encodings, comes_back)
    ]
