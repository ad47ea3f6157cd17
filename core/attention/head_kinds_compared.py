"""One trained layer as multi-head, grouped-query, multi-query and latent attention, on the same tokens.

The layer was trained with grouped queries. Multi-head attention with each key/value head written out
for every query head is the same computation, only with a larger cache; multi-query attention averages
the key/value heads; the latent restores keys and values from fewer numbers.

Sources: Ainslie et al. 2023, "GQA", figures 1 and 2; DeepSeek-AI 2024, "DeepSeek-V2", section 2.1.
"""

from dataclasses import dataclass, replace

from torch import Tensor
from torch.nn.functional import cosine_similarity

from core.attention.exchange import HeadVectors, softmax_attend
from core.attention.head_merging import latent_vectors
from core.attention.masks import causal_mask
from core.attention.shared_heads import merge_heads, repeat_heads
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

KINDS = ("grouped", "multi_head", "multi_query", "latent")


@dataclass(frozen=True)
class LayerAs:
    """The layer's attention computed as one kind.

    Attributes:
        groups: key/value heads, or 1 latent.
        cached_numbers: numbers a token that the layer keeps.
        queries_shape: (heads, n, head_width).
        stored_shape: of what is kept: (2, groups, n, head_width), or (n, rank).
        output_shape: (heads, n, head_width).
        similarities: (heads,) cosine of each head's output with the trained layer's, mean over the tokens.
        difference: the largest difference from the trained layer's output.
    """

    groups: int
    cached_numbers: int
    queries_shape: tuple[int, ...]
    stored_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    similarities: Tensor
    difference: float


def one_layer_as(model: LanguageModel, layer: int, vectors: HeadVectors, kind: str, rank: int) -> LayerAs:
    """Compute the layer's attention as `kind` and compare it with the layer as trained.

    Raises:
        GlassboxError: no such kind, or the rank is out of range.
    """
    mask = causal_mask(vectors.queries.shape[1])
    trained = softmax_attend(vectors, mask)
    used = _vectors_as(model, layer, vectors, kind, rank)
    output = softmax_attend(used, mask)
    groups, length, width = used.keys.shape
    latent = kind == "latent"
    return LayerAs(
        groups=1 if latent else groups,
        cached_numbers=rank if latent else 2 * groups * width,
        queries_shape=tuple(used.queries.shape),
        stored_shape=(length, rank) if latent else (2, groups, length, width),
        output_shape=tuple(output.shape),
        similarities=cosine_similarity(output, trained, dim=-1).mean(-1),
        difference=float((output - trained).abs().max()),
    )


def _vectors_as(model: LanguageModel, layer: int, vectors: HeadVectors, kind: str, rank: int) -> HeadVectors:
    if kind == "grouped":
        return vectors
    if kind == "latent":
        return latent_vectors(model, layer, vectors, rank)
    if kind == "multi_head":
        heads = vectors.queries.shape[0]
        return replace(
            vectors, keys=repeat_heads(vectors.keys, heads), values=repeat_heads(vectors.values, heads)
        )
    if kind == "multi_query":
        return replace(vectors, keys=merge_heads(vectors.keys, 1), values=merge_heads(vectors.values, 1))
    raise GlassboxError("attention.variants.error.kind", kind=kind, known=", ".join(KINDS))
