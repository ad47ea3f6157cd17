"""BERT's input: a token vector, a position vector and a segment vector, added and normalised.

    x_i = LayerNorm(token[id_i] + position[i] + segment[s_i])

Added, not joined: each table has the model's full width, and training finds directions in which the
three do not disturb one another. The segment says to which of two sentences a token belongs; [CLS]
begins, [SEP] ends each.

Source: Devlin et al. 2018, "BERT", section 3 and figure 2.
"""

from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from core.errors import GlassboxError

MOST_TOKENS = 64


@dataclass(frozen=True)
class BertInput:
    """Vectors of every token, each (tokens, width): the parts, their sum, and the sum normalised."""

    tokens: tuple[str, ...]
    segments: tuple[int, ...]
    token: Tensor
    position: Tensor
    segment: Tensor
    summed: Tensor
    normed: Tensor

    def lengths(self) -> dict[str, list[float]]:
        """The Euclidean length of each vector, by part."""
        parts = {
            "token": self.token,
            "position": self.position,
            "segment": self.segment,
            "summed": self.summed,
        }
        return {name: part.norm(dim=-1).tolist() for name, part in parts.items()}

    def cosines(self) -> dict[str, float]:
        """The mean cosine between two parts: near 0 means that they do not disturb one another."""
        pairs = {
            "token_position": (self.token, self.position),
            "token_segment": (self.token, self.segment),
            "position_segment": (self.position, self.segment),
        }
        cosine = torch.nn.functional.cosine_similarity
        return {name: float(cosine(first, second, dim=-1).mean()) for name, (first, second) in pairs.items()}


@torch.inference_mode()
def bert_input(module: Any, tokenizer: Tokenizer, first: str, second: str = "") -> BertInput:
    """The input vectors of one sentence or of a pair.

    Args:
        module: a transformers `BertModel`.
        tokenizer: its tokenizer, which adds [CLS] and [SEP].

    Raises:
        GlassboxError: no text, or more than 64 tokens.
    """
    if not first.strip():
        raise GlassboxError("attention.families.error.empty")
    encoding = tokenizer.encode(first, second) if second.strip() else tokenizer.encode(first)
    if len(encoding.ids) > MOST_TOKENS:
        raise GlassboxError("attention.families.error.long", count=len(encoding.ids), most=MOST_TOKENS)
    tables = module.embeddings
    token = tables.word_embeddings.weight[torch.tensor(encoding.ids)]
    position = tables.position_embeddings.weight[: len(encoding.ids)]
    segment = tables.token_type_embeddings.weight[torch.tensor(encoding.type_ids)]
    summed = token + position + segment
    centred = summed - summed.mean(-1, keepdim=True)
    scaled = centred / (centred.pow(2).mean(-1, keepdim=True) + tables.LayerNorm.eps).sqrt()
    return BertInput(
        tokens=tuple(encoding.tokens),
        segments=tuple(encoding.type_ids),
        token=token,
        position=position,
        segment=segment,
        summed=summed,
        normed=scaled * tables.LayerNorm.weight + tables.LayerNorm.bias,
    )
