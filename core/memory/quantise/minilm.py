"""MiniLM's matrices, and its sentence vectors with other weights in their place.

Why MiniLM: its weights lie on the shelf in float32. SmolLM2's are already 4-bit there, so nothing true is
left to compare with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call

from core.embedding.embedders import MINILM_TOKENS, batches, mean_pool
from core.memory.quantise.matrix_names import Scope, short_label
from core.shelf.load import load_encoder

MODEL = "minilm-l6"


@dataclass(frozen=True)
class Matrix:
    """One weight matrix."""

    name: str
    """Its name among the model's parameters."""
    label: str
    """Short: "0.query" for block 0, "word_embeddings", "pooler"."""
    is_embedding: bool
    weights: Tensor


def matrices(scope: Scope = "all") -> tuple[Matrix, ...]:
    """The matrices in the model's order; `linear` leaves the embeddings out, as libraries do.

    Raises:
        GlassboxError: the model is not in order.
    """
    module, _ = load_encoder(MODEL)
    found = [
        Matrix(name, short_label(name), name.startswith("embeddings."), parameter.data)
        for name, parameter in module.named_parameters()
        if parameter.dim() == 2
    ]
    return tuple(matrix for matrix in found if scope == "all" or not matrix.is_embedding)


def parameter_bytes() -> int:
    """Bytes of all parameters in float32."""
    module, _ = load_encoder(MODEL)
    return sum(parameter.nbytes for parameter in module.parameters())


def sentence_vectors(texts: Sequence[str], replaced: Mapping[str, Tensor] | None = None) -> Tensor:
    """Unit vectors (texts, 384) of the model with some of its parameters replaced, computed in float32.

    Args:
        texts: read to their 256th token.
        replaced: a parameter's name -> what stands in for it.
    """
    module, tokenizer = load_encoder(MODEL)
    ids = [encoding.ids[:MINILM_TOKENS] for encoding in tokenizer.encode_batch(list(texts))]
    vectors = torch.empty(len(ids), module.config.hidden_size)
    for rows in batches([len(row) for row in ids]):
        inputs = padded([ids[row] for row in rows])
        with torch.inference_mode():
            hidden = functional_call(module, dict(replaced or {}), (), inputs).last_hidden_state
            vectors[rows] = mean_pool(hidden, inputs["attention_mask"])
    return vectors


def padded(ids: list[list[int]]) -> dict[str, Any]:
    """Token ids as one rectangle with its mask."""
    longest = max(map(len, ids))
    return {
        "input_ids": torch.tensor([[*row, *[0] * (longest - len(row))] for row in ids]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids]),
    }
