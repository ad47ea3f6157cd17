"""What a trained model loses when its keys and values are squeezed afterwards, without training.

Two ways to the same cache size: averaging neighbouring key/value heads, as when a grouped-query or
multi-query model is made out of a trained one, and the best latent of as many numbers (a truncated
singular value decomposition of the key and value projections, joint). The papers train on after
that; here the damage is shown as it is.

Sources: Ainslie et al. 2023, "GQA", section 2.1; DeepSeek-AI 2024, "DeepSeek-V2", section 2.1.2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.attention.exchange import HeadVectors, losses_after, read_with, softmax_attend
from core.attention.latent import low_rank
from core.attention.layer_pass import split_heads
from core.attention.llama_block import rotate
from core.attention.masks import causal_mask
from core.attention.shared_heads import merge_heads
from core.engines.language_model import LanguageModel

Progress = Callable[[float], None]


@dataclass(frozen=True)
class MergePoint:
    """Mean loss in nats a token with the key/value heads of some layers averaged.

    Attributes:
        layers: how many layers.
        last: loss with the last so many layers merged.
        first: loss with the first so many merged.
    """

    layers: int
    last: float
    first: float


@dataclass(frozen=True)
class MergeCurve:
    """The loss against the number of layers whose heads were merged.

    Attributes:
        groups: key/value heads left in a merged layer.
        tokens: tokens that the loss is averaged over.
        points: from no layer to all.
    """

    groups: int
    tokens: int
    points: tuple[MergePoint, ...]


def merge_curve(
    model: LanguageModel,
    ids: Sequence[int],
    counts: Sequence[int],
    groups: int = 1,
    progress: Progress | None = None,
) -> MergeCurve:
    """Merge the key/value heads of the last and of the first `counts` layers and measure the loss.

    What two runs have in common is computed once: with the last k layers merged, everything below is
    the plain model; with the first k merged, everything up to there is the model merged throughout.

    Raises:
        GlassboxError: `groups` does not divide the model's key/value heads, or see `read_with`.
    """
    mask = causal_mask(len(ids))

    def plain(_: int, vectors: HeadVectors) -> Tensor:
        return softmax_attend(vectors, mask)

    def merged(_: int, vectors: HeadVectors) -> Tensor:
        return softmax_attend(_merged(vectors, groups), mask)

    ordinary, squeezed = read_with(model, ids, plain), read_with(model, ids, merged)
    points = []
    for place, count in enumerate(counts):
        below = model.layer_count - count
        last = read_with(model, ids, merged, below, ordinary[below])[-1]
        first = read_with(model, ids, plain, count, squeezed[count])[-1]
        found = [float(losses_after(model, ids, state).mean()) for state in (last, first)]
        points.append(MergePoint(count, *found))
        if progress:
            progress((place + 1) / len(counts))
    return MergeCurve(groups, len(ids) - 1, tuple(points))


def _merged(vectors: HeadVectors, groups: int) -> HeadVectors:
    return replace(
        vectors, keys=merge_heads(vectors.keys, groups), values=merge_heads(vectors.values, groups)
    )


@dataclass(frozen=True)
class SqueezedLoss:
    """The whole model with every layer's cache squeezed one way.

    Attributes:
        way: as_trained, merged or latent.
        numbers: numbers a token that one layer keeps.
        loss: mean, nats a token.
    """

    way: str
    numbers: int
    loss: float


def squeeze_every_layer(
    model: LanguageModel, ids: Sequence[int], ranks: Sequence[int], progress: Progress | None = None
) -> tuple[SqueezedLoss, ...]:
    """The loss as trained, with all key/value heads averaged to one, and with latents of `ranks` numbers.

    Raises:
        GlassboxError: a rank is not between 1 and the numbers that a layer keeps, or see `read_with`.
    """
    mask = causal_mask(len(ids))
    full = 2 * model.key_value_heads * model.head_width

    def averaged(_: int, vectors: HeadVectors) -> Tensor:
        return softmax_attend(_merged(vectors, 1), mask)

    ways = [("as_trained", full, lambda _, vectors: softmax_attend(vectors, mask))]
    ways.append(("merged", 2 * model.head_width, averaged))
    ways += [("latent", rank, _through_latent(model, rank, mask)) for rank in ranks]
    found = []
    for place, (way, numbers, attend) in enumerate(ways):
        state = read_with(model, ids, attend)[-1]
        found.append(SqueezedLoss(way, numbers, float(losses_after(model, ids, state).mean())))
        if progress:
            progress((place + 1) / len(ways))
    return tuple(found)


def _through_latent(model: LanguageModel, rank: int, mask: Tensor) -> Callable[[int, HeadVectors], Tensor]:
    return lambda index, vectors: softmax_attend(latent_vectors(model, index, vectors, rank), mask)


@torch.inference_mode()
def latent_vectors(model: LanguageModel, layer: int, vectors: HeadVectors, rank: int) -> HeadVectors:
    """The layer's keys and values restored from a latent of `rank` numbers a token.

    The keys are rotated after they are restored: this model was not trained with a position key of its
    own, so a server would have to restore them at every step, which DeepSeek's decoupled key avoids.

    Raises:
        GlassboxError: the rank is not between 1 and the numbers that a layer keeps.
    """
    attention = model.module.model.layers[layer].self_attn
    joint = torch.cat((attention.k_proj.weight, attention.v_proj.weight)).T
    down, up = low_rank(joint, rank)
    keys, values = (vectors.inputs @ down @ up).chunk(2, -1)
    heads = model.key_value_heads
    return replace(
        vectors, keys=rotate(split_heads(keys, heads), vectors.rotation), values=split_heads(values, heads)
    )
