"""Token ids as readable text: no stand-in letters for blanks, and bytes where a character is unfinished.

A byte-level vocabulary (GPT-2's, and SmolLM2's) writes each byte as a printable letter and may spread
one character over several tokens; a WordPiece vocabulary (BERT's) marks the middle of a word with ##.
Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2.
"""

from collections.abc import Sequence

from tokenizers import Tokenizer, decoders

_LATIN = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_OTHERS = [byte for byte in range(256) if byte not in _LATIN]
_BYTES = {chr(byte): byte for byte in _LATIN} | {chr(256 + i): byte for i, byte in enumerate(_OTHERS)}
"""GPT-2's alphabet: printable Latin-1 stands for itself, the other bytes for the letters from U+0100 on."""


def spell(tokenizer: Tokenizer, ids: Sequence[int]) -> tuple[str, ...]:
    """The text of each token, special tokens by name, bytes that are no whole character as \\xNN.

    WordPiece tokens keep their ##, which says that they continue a word.
    """
    special = tokenizer.get_added_tokens_decoder()
    byte_level = isinstance(tokenizer.decoder, decoders.ByteLevel)
    return tuple(
        special[number].content if number in special else _spell(tokenizer, number, byte_level)
        for number in ids
    )


def _spell(tokenizer: Tokenizer, number: int, byte_level: bool) -> str:
    written = tokenizer.id_to_token(number) or ""
    if not byte_level or any(letter not in _BYTES for letter in written):
        return written
    return bytes(_BYTES[letter] for letter in written).decode("utf-8", "backslashreplace")
