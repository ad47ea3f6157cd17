"""Token ids as readable text: no stand-in letters for blanks, and bytes where a character is unfinished.

A byte-level vocabulary (GPT-2's, and SmolLM2's) writes each byte as a printable letter and may spread
one character over several tokens; a WordPiece vocabulary (BERT's) marks the middle of a word with ##.
Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2.
"""

from collections.abc import Sequence

from tokenizers import Tokenizer, decoders

from core.engines.byte_alphabet import bytes_of


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
    if not byte_level:
        return written
    try:
        return bytes_of(written).decode("utf-8", "backslashreplace")
    except KeyError:  # not spelled in bytes
        return written
