"""The byte-level alphabet: every byte gets a visible character, so that any text is 256 symbols.

A text in UTF-8 is a run of bytes, and 256 tokens spell all of them: nothing is ever unknown. Bytes
that are printable in Latin-1 stand for themselves; the other 68 (controls, space, ...) are written
with the characters from U+0100 on, which is why a space looks like `Ġ` and a line end like `Ċ`.

Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2, and
the encoder released with it.
"""

PRINTABLE = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))


def _byte_characters() -> tuple[str, ...]:
    others = iter(range(0x100, 0x200))
    return tuple(chr(byte if byte in PRINTABLE else next(others)) for byte in range(256))


BYTE_CHARACTERS = _byte_characters()
"""The character of each byte, 0 to 255."""

_BYTE_OF = {character: byte for byte, character in enumerate(BYTE_CHARACTERS)}


def to_byte_characters(text: str) -> str:
    """`text` in UTF-8 with each byte as its visible character.

    >>> to_byte_characters(" é中")
    'ĠÃ©ä¸Ń'
    """
    return "".join([BYTE_CHARACTERS[byte] for byte in text.encode("utf-8")])


def to_bytes(characters: str) -> bytes:
    """The bytes that `characters` of the byte alphabet stand for.

    >>> to_bytes("ĠÃ©").decode()
    ' é'
    """
    return bytes(_BYTE_OF[character] for character in characters)
