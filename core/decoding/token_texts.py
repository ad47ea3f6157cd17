"""What each token adds to a text, where one character may be spread over several tokens.

A byte-level tokenizer (GPT-2's, and SmolLM2's) cuts UTF-8 bytes, not characters: a rare Chinese
character can be three tokens. Until the last of them arrives its bytes are shown as \\xNN; the token
that completes the character shows it whole.
Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2.
"""

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress

from tokenizers import Tokenizer, decoders

from core.engines.byte_alphabet import bytes_of

_BYTE_FALLBACK = re.compile(r"<0x([0-9A-Fa-f]{2})>")
_DECODED_TOGETHER = 8
"""Tokens before a token that settle how a tokenizer without bytes writes it (spaces, word joints)."""


def token_texts(tokenizer: Tokenizer, ids: Sequence[int]) -> tuple[str, ...]:
    """The piece of text that each of `ids` adds, special tokens shown by name.

    Args:
        tokenizer: byte-level, with byte fallback, or any other.
        ids: consecutive tokens of one text.

    Returns:
        One string a token. Joined, without the \\xNN of unfinished characters, they are the text.
    """
    byte_level = isinstance(tokenizer.decoder, decoders.ByteLevel)
    special = {i: token.content for i, token in tokenizer.get_added_tokens_decoder().items()}
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    texts = []
    for place, token in enumerate(ids):
        data = special[token].encode() if token in special else _bytes_of(tokenizer, ids, place, byte_level)
        already_shown = _escaped(decoder.getstate()[0])
        added = decoder.decode(data).removeprefix(already_shown)
        unfinished = decoder.getstate()[0][-len(data) :] if data else b""
        texts.append(added + _escaped(unfinished))
    return tuple(texts)


def _bytes_of(tokenizer: Tokenizer, ids: Sequence[int], place: int, byte_level: bool) -> bytes:
    token = tokenizer.id_to_token(ids[place]) or ""
    if byte_level:
        with suppress(KeyError):  # not spelled in bytes
            return bytes_of(token)
    if match := _BYTE_FALLBACK.fullmatch(token):
        return bytes([int(match[1], 16)])
    before = list(ids[max(0, place - _DECODED_TOGETHER) : place])
    earlier = tokenizer.decode(before, skip_special_tokens=False)
    return tokenizer.decode([*before, ids[place]], skip_special_tokens=False)[len(earlier) :].encode()


def _escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)
