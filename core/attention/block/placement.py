"""Where a block's normalisation stands: after the residual sum, before the sublayer, on both sides of it.

For a sublayer F (attention or feed-forward), LayerNorm N and layer input x:

    post-norm       N(x + F(x))             the original Transformer and BERT
    pre-norm        x + F(N(x))             GPT-2 and nearly every model since; one last norm at the end
    sandwich-norm   x + N(F(N(x)))          CogView; Gemma 2 and 3 do the same with RMSNorm
    DeepNorm        N(alpha x + F(x))       post-norm with a weighted residual and smaller initial weights

In pre- and sandwich-norm the sum x runs through the whole network untouched, so gradients reach every
layer by that path. In post-norm each layer normalises the sum, which shrinks that path again and again.

Sources: Vaswani et al. 2017, section 3.1; Xiong et al. 2020, "On Layer Normalization in the Transformer
Architecture", figure 1; Ding et al. 2021, "CogView", section 2.4; Wang et al. 2022, "DeepNet", figure 2.
"""

from collections.abc import Callable

from torch import Tensor

from core.errors import GlassboxError

PLACEMENTS = ("post", "pre", "sandwich", "deep")
"""The four arrangements; their wording lies below `attention.block.placement`."""

Step = Callable[[Tensor], Tensor]
"""A sublayer or a norm: (..., width) to (..., width)."""


def post_norm(hidden: Tensor, sublayer: Step, norm: Step) -> Tensor:
    """N(x + F(x)), (..., width) to (..., width)."""
    return norm(hidden + sublayer(hidden))


def pre_norm(hidden: Tensor, sublayer: Step, norm: Step) -> Tensor:
    """x + F(N(x)), (..., width) to (..., width)."""
    return hidden + sublayer(norm(hidden))


def sandwich_norm(hidden: Tensor, sublayer: Step, norm: Step, norm_after: Step) -> Tensor:
    """x + N'(F(N(x))), (..., width) to (..., width)."""
    return hidden + norm_after(sublayer(norm(hidden)))


def deep_norm(hidden: Tensor, sublayer: Step, norm: Step, alpha: float) -> Tensor:
    """N(alpha x + F(x)), (..., width) to (..., width); alpha from `deep_norm_scales`."""
    return norm(alpha * hidden + sublayer(hidden))


def deep_norm_scales(depth: int) -> tuple[float, float]:
    """DeepNorm's residual weight alpha and initial gain beta of an encoder-only or decoder-only model.

    alpha = (2 M)^(1/4) and beta = (8 M)^(-1/4) for M layers; beta scales the initial values, output and
    feed-forward weights, not queries and keys. An encoder-decoder has other exponents.

    Source: Wang et al. 2022, "DeepNet: Scaling Transformers to 1,000 Layers", figure 2.

    Raises:
        GlassboxError: fewer than one layer.

    >>> deep_norm_scales(8), tuple(round(scale, 3) for scale in deep_norm_scales(1000))
    ((2.0, 0.3535533905932738), (6.687, 0.106))
    """
    if depth < 1:
        raise GlassboxError("attention.block.error.depth", depth=depth)
    return (2 * depth) ** 0.25, (8 * depth) ** -0.25


def check_placement(placement: str) -> str:
    """`placement` if there is such an arrangement.

    Raises:
        GlassboxError: there is none of that name.
    """
    if placement not in PLACEMENTS:
        raise GlassboxError(
            "attention.block.error.placement", placement=str(placement)[:40], known=", ".join(PLACEMENTS)
        )
    return placement
