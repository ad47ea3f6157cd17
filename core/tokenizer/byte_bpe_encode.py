"""Encoding with a real byte-level vocabulary, written out: what GPT-4's or Llama 3's tokenizer does.

1. A regular expression cuts the text into chunks; no token crosses a cut.
2. A chunk that is a token as a whole is that token.
3. Otherwise the chunk starts as single bytes. The two neighbours whose joined bytes have the lowest rank
   are joined, again and again, until no joined neighbours are a token. The rank is also the token's id.

The page itself encodes with the vendors' fast libraries; this is the reference that explains them, and it
gives the same ids as `tiktoken`. Differences can come only from characters that are newer than a
library's Unicode tables, which decide what the pattern takes as a letter.

Sources: Sennrich, Haddow and Birch 2016, section 3.2; Radford et al. 2019, section 2.2;
github.com/openai/tiktoken, which uses the rank as the merge order.
"""

from collections.abc import Mapping
from functools import cache
from math import inf
from typing import Any

import regex

from core.errors import GlassboxError
from core.tokenizer.training.merge_by_rank import merge_by_rank


def encode_with_ranks(ranks: Mapping[bytes, int], pattern: str, data: str) -> list[int]:
    """The token ids of `data`; special tokens in it are plain text.

    Args:
        ranks: the bytes of each token and its rank; the 256 single bytes must be among them.
        pattern: the regular expression whose matches are the chunks.
        data: any text.

    Raises:
        GlassboxError: half a surrogate pair, which has no bytes in UTF-8.

    >>> ranks = {bytes([byte]): byte for byte in range(256)} | {b"lo": 256, b"low": 257, b"er": 258}
    >>> encode_with_ranks(ranks, r" ?[a-z]+", "lower low")
    [257, 258, 32, 257]
    """
    ids: list[int] = []
    for chunk in _compiled(pattern).findall(data):
        try:
            whole = chunk.encode("utf-8")
        except UnicodeEncodeError as error:
            raise GlassboxError("tokenizer.training.error.surrogate") from error
        rank = ranks.get(whole)
        ids.extend([rank] if rank is not None else [ranks[part] for part in merge_bytes(ranks, whole)])
    return ids


def merge_bytes(ranks: Mapping[bytes, int], chunk: bytes) -> list[bytes]:
    """Join neighbours of `chunk`, lowest rank first, until no joined neighbours are a token.

    >>> merge_bytes({b"a": 0, b"b": 1, b"ab": 2, b"abab": 3, b"ba": 4}, b"ababa")
    [b'abab', b'a']
    """
    single = [chunk[place : place + 1] for place in range(len(chunk))]
    return merge_by_rank(single, lambda left, right: ranks.get(left + right, inf), bytes.__add__)


@cache
def _compiled(pattern: str) -> Any:
    return regex.compile(pattern)
