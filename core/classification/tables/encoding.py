"""Which characters the bytes of a text file are.

A byte order mark decides; without one, bytes that are valid UTF-8 are UTF-8 (by chance that hardly happens),
and so is UTF-8 with a few broken bytes; zero bytes at every other place are UTF-16; the rest is weighed by
charset-normalizer among the encodings that spreadsheets still write.
"""

import codecs

from core.errors import GlassboxError

ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5", "shift_jis", "euc_kr", "cp1252", "cp1251", "cp1250")
"""Those that a reader may choose; all but cp1250, which is hard to tell from cp1252, are found out too."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"PAR1",
    b"\x7fELF",
)
REPLACED = "\ufffd"
"""What stands for a byte that is no character."""
_FEW = 20
"""Whole characters beyond ASCII for each broken byte, for a file to be UTF-8 all the same."""
_LOOKED_AT = 200_000
"""Bytes from which the encoding is told."""
_MOST_CONTROLS = 0.02


def decoded(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text and the encoding that it was read in.

    Raises:
        GlassboxError: the bytes are no text, or not in the encoding asked for.

    >>> decoded("发货了没，显示已签收".encode("gb18030"))[1], decoded(b"\\xef\\xbb\\xbfa")
    ('gb18030', ('a', 'utf-8'))
    """
    if content.startswith(_NO_TEXT):
        raise GlassboxError("classification.data.error.no_table")
    chosen = encoding or _encoding(content)
    if chosen == "utf-8" and content.startswith(codecs.BOM_UTF8):
        chosen = "utf-8-sig"
    try:
        text = content.decode(chosen, "replace" if encoding is None else "strict")
    except (UnicodeError, LookupError) as error:
        raise GlassboxError("classification.data.error.encoding", encoding=chosen) from error
    _check_text(text)
    return text, {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(chosen, chosen)


def _encoding(content: bytes) -> str:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    start = content[:_LOOKED_AT]
    zeros = start.count(0)
    if zeros > 0.2 * len(start):
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    text = content.decode("utf-8", "replace")
    broken = text.count(REPLACED)
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    return "utf-8" if whole >= _FEW * broken else _weighed(start)


def _weighed(start: bytes) -> str:
    """The likeliest of the old encodings."""
    from charset_normalizer import from_bytes

    names = [name for name in ENCODINGS if not name.startswith("utf") and name != "cp1250"]
    # Plain ASCII tells nothing apart, so only lines that hold other bytes are weighed.
    telling = b"\n".join(line for line in start.replace(b"\0", b"").splitlines() if not line.isascii())
    best = from_bytes(telling or start, cp_isolation=names, preemptive_behaviour=False).best()
    if best is None:
        return "cp1252"
    if best.encoding == "euc_kr" and _rather_chinese(str(best)):
        return "gb18030"
    return best.encoding.replace("-", "_")


def _rather_chinese(text: str) -> bool:
    """Whether text read as Korean is full of Chinese characters: in GB 18030 its bytes are common ones."""
    hangul = sum("\uac00" <= character <= "\ud7a3" for character in text)
    return sum("\u4e00" <= character <= "\u9fff" for character in text) > 0.1 * hangul


def _check_text(text: str) -> None:
    """Refuse what decodes but is no writing: a program, a picture without its mark."""
    start = text[:_LOOKED_AT]
    controls = sum(character < " " and character not in "\t\r\n\0" for character in start)
    unreadable = controls + start.count(REPLACED)
    if unreadable > max(3, _MOST_CONTROLS * len(start)) or start.count("\0") > 0.2 * len(start):
        raise GlassboxError("classification.data.error.no_table")
