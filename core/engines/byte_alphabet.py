"""GPT-2's spelling of bytes: each of the 256 is shown as one printable character.

Bytes that print keep their character; the others (blank, controls, 0x7F to 0xA0, 0xAD) take the
characters from U+0100 on, in order: a space becomes Ġ (U+0120), a newline Ċ (U+010A).
Source: openai/gpt-2, encoder.py, bytes_to_unicode; Radford et al. 2019, section 2.2.
"""

from functools import cache

_PRINTABLE = (range(0x21, 0x7F), range(0xA1, 0xAD), range(0xAE, 0x100))


@cache
def byte_characters() -> tuple[str, ...]:
    """The character of each byte, by its value.

    >>> byte_characters()[0x20], byte_characters()[0x41]
    ('Ġ', 'A')
    """
    keep = {byte for span in _PRINTABLE for byte in span}
    others = iter(range(0x100, 0x200))
    return tuple(chr(byte if byte in keep else next(others)) for byte in range(256))


@cache
def _byte_of() -> dict[str, int]:
    return {character: byte for byte, character in enumerate(byte_characters())}


def spelled(data: bytes) -> str:
    """The bytes as GPT-2's vocabulary spells them.

    >>> spelled(" é".encode())
    'ĠÃ©'
    """
    alphabet = byte_characters()
    return "".join([alphabet[byte] for byte in data])


def bytes_of(spelling: str) -> bytes:
    """The bytes behind a spelling.

    Raises:
        KeyError: a character that stands for no byte.

    >>> bytes_of("ĠÃ©").decode()
    ' é'
    """
    table = _byte_of()
    return bytes([table[character] for character in spelling])
