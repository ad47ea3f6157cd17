"""An encoder of one's own to tune: a copy of the shelf's MiniLM, and its texts as token ids."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from core.shelf.load import load_encoder

BASE = "minilm-l6"
UNKNOWN = "[UNK]"
CHARACTERS_PER_TOKEN = 40
"""What lies beyond so many characters for each token that is read is not even cut into tokens."""


def own_encoder() -> Any:
    """A copy of MiniLM without its pooler, which sentence vectors never pass through.

    Attention is computed step by step ("eager"): for short texts and narrow heads that is faster on a
    processor than the fused kernel.

    Raises:
        GlassboxError: the weights are not in order.
    """
    encoder = copy.deepcopy(load_encoder(BASE)[0])
    encoder.pooler = None
    encoder.set_attn_implementation("eager")
    return encoder


def token_ids(texts: Sequence[str], longest: int) -> list[list[int]]:
    """The tokens of each text between its two marks; of a longer text the first `longest`, marks included.

    >>> token_ids(["hello"], longest=8)
    [[101, 7592, 102]]
    """
    readable = [readable_text(text[: CHARACTERS_PER_TOKEN * longest]) for text in texts]
    rows = [encoding.ids for encoding in load_encoder(BASE)[1].encode_batch(readable)]
    return [row if len(row) <= longest else [*row[: longest - 1], row[-1]] for row in rows]


def readable_text(text: str) -> str:
    """`text` without what the tokenizer cannot take: a lone surrogate becomes "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def unknown_share(texts: Sequence[str]) -> float:
    """The share of the tokens of these texts that MiniLM reads as [UNK].

    >>> unknown_share(["hello"]), unknown_share(["麒麟"]) > 0.4
    (0.0, True)
    """
    tokenizer = load_encoder(BASE)[1]
    readable = [readable_text(text) for text in texts]
    tokens = [
        token for row in tokenizer.encode_batch(readable, add_special_tokens=False) for token in row.tokens
    ]
    return tokens.count(UNKNOWN) / max(1, len(tokens))


def training_device() -> str:
    """Where to train: the current graphics processor, or the processor."""
    return f"cuda:{torch.cuda.current_device()}" if torch.cuda.is_available() else "cpu"


def layers_of(encoder: Any) -> list[nn.Module]:
    """Its layers, from the lowest."""
    return list(encoder.encoder.layer)
