"""A token's text as an axis label or a hover line: blanks made visible, markup harmless, never too long."""

from html import escape

LONGEST = 16
_VISIBLE = {" ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍"}


def token_label(text: str) -> str:
    """`text` for a figure, its markup escaped, as Plotly would read `<b>` as bold.

    Quotation marks are left: Plotly would show their entities.

    >>> token_label(" the"), token_label("<b>"), token_label('"')
    ('␣the', '&lt;b&gt;', '"')
    """
    shown = "".join(_VISIBLE.get(letter, letter) for letter in text)
    return escape(shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…", quote=False)
