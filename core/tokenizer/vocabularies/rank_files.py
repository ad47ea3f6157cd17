"""Three ways to write down a byte-level vocabulary: a list of byte strings with their ranks.

The rank is both the token's id and the order in which byte-pair encoding merges.
"""

import base64
import json
import struct
from pathlib import Path

Ranks = dict[bytes, int]


def read_packed_ranks(path: Path) -> Ranks:
    """quicktok's form, little endian: a count (u32), then length (u16), bytes and id (u32) of each."""
    data = path.read_bytes()
    (count,) = struct.unpack_from("<I", data)
    ranks, at = {}, 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        end = at + 2 + length
        (ranks[data[at + 2 : end]],) = struct.unpack_from("<I", data, end)
        at = end + 4
    return ranks


def read_base64_ranks(path: Path) -> Ranks:
    """tiktoken's form: a line for each token, base64 and rank, parted by a space."""
    lines = (line.split() for line in path.read_bytes().splitlines() if line)
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def read_tekken_ranks(path: Path) -> tuple[Ranks, str, int]:
    """Mistral's JSON: the ranks in use, the pattern that parts the text, the number of special ids.

    The file lists 150,000 tokens, of which the model uses the first 130,072; their ids come after those
    of the special tokens, so a token's id is its rank plus the third value.
    """
    file = json.loads(path.read_text(encoding="utf-8"))
    config = file["config"]
    special = config["default_num_special_tokens"]
    used = file["vocab"][: config["default_vocab_size"] - special]
    ranks = {base64.b64decode(token["token_bytes"]): token["rank"] for token in used}
    return ranks, config["pattern"], special
