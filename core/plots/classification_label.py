"""The name of a class in a figure: it may be anything that stood in a reader's table."""

from html import escape

LONGEST = 28


def class_label(name: str, longest: int = LONGEST) -> str:
    """`name` on one line, not too long, its markup escaped, as Plotly would read `<b>` as bold.

    >>> class_label("card <b>lost</b>"), class_label("a" * 40, 5)
    ('card &lt;b&gt;lost&lt;/b&gt;', 'aaaa…')
    """
    line = " ".join(name.split()) or "␣"
    return escape(line if len(line) <= longest else line[: longest - 1] + "…", quote=False)
