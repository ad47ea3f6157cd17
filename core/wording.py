"""The project's wording: every sentence a reader sees, English and Chinese side by side.

`assets/text/<topic>.toml` holds dotted keys whose leaves are `{ en = "...", zh = "..." }`.
A topic with much to say splits it by idea: `decoding.toml`, `decoding.measures.toml`. The key in
the code is the topic followed by the key in the file, so that
`temperature.help` in `decoding.toml` is `decoding.temperature.help`.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
TEXT_FOLDER = Path(__file__).parent.parent / "assets" / "text"

_VALUE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")


class Words(Protocol):
    """What a figure or a panel asks for its wording: `ui.text.t` or a language bound with `words_in`."""

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key`, values filled in."""
        ...


def wording(key: str, language: Language = "en", /, **values: object) -> str:
    """The text of `key` in `language`, with each `{name}` or `{name:.2f}` replaced by its value.

    Braces whose name is not among `values` stay as they are, so formulas need no escaping.

    Raises:
        KeyError: no such key, or it lacks the language.
    """
    text = all_wording()[key][language]
    return fill(text, values) if values else text


def fill(text: str, values: dict[str, Any]) -> str:
    """Replace `{name}` and `{name:format}` in `text` by the values that have these names.

    >>> fill("{n:.1f} of {unknown}", {"n": 2})
    '2.0 of {unknown}'
    """

    def value_of(match: re.Match[str]) -> str:
        name, form = match.groups()
        return format(values[name], form or "") if name in values else match.group()

    return _VALUE.sub(value_of, text)


def words_in(language: Language) -> Words:
    """The look-up function of one language, for figures made outside a page."""

    def words(key: str, /, **values: object) -> str:
        return wording(key, language, **values)

    return words


@cache
def all_wording() -> dict[str, dict[str, str]]:
    """Every key with its text in each language, read once."""
    texts: dict[str, dict[str, str]] = {}
    for path in sorted(TEXT_FOLDER.glob("*.toml")):
        _collect(path.name.split(".")[0], tomllib.loads(path.read_text(encoding="utf-8")), texts)
    return texts


def _collect(prefix: str, table: dict[str, Any], texts: dict[str, dict[str, str]]) -> None:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict) and set(value) <= set(LANGUAGES):
            texts[key] = value
        elif isinstance(value, dict):
            _collect(key, value, texts)
        else:
            raise ValueError(f"{key}: expected a table with the languages {LANGUAGES}")
