"""Sliding windows: each token looks only at the last w, and what that does to a trained model.

The cache then stops growing at w tokens. Through L layers a token still learns of (w - 1) L tokens
before it, as what it looks at has itself looked further back. A model trained without a window
breaks when its first tokens leave the window: many heads put their surplus weight there (the
attention sink), and softmax must put it somewhere. Keeping the first few tokens visible repairs it.

Simplified: positions stay those of the text, while StreamingLLM counts positions within the cache;
over the few hundred tokens here both lie far inside what the model was trained on.

Sources: Beltagy et al. 2020, "Longformer", section 3.1; Jiang et al. 2023, "Mistral 7B", section 2;
Xiao et al. 2023, "Efficient Streaming Language Models with Attention Sinks", sections 3.1 and 3.2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.exchange import read_with, token_losses, under_mask
from core.attention.masks import causal_mask, window_mask
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

SMALLEST_LENGTH = 1e-12
"""Keeps the relative change of an embedding that is all zeros, such as a padding token's, a number."""


def sink_mask(length: int, window: int, sinks: int) -> Tensor:
    """(length, length): the last `window` tokens, and always the first `sinks`; causal.

    Raises:
        GlassboxError: the window is empty, or the number of sinks negative.

    >>> sink_mask(5, window=2, sinks=1).int().tolist()[4]
    [1, 0, 0, 1, 1]
    """
    if sinks < 0:
        raise GlassboxError("attention.variants.error.sinks", sinks=sinks)
    mask = window_mask(length, window)
    mask[:, :sinks] = True
    return mask & causal_mask(length)


@dataclass(frozen=True)
class WindowLoss:
    """Mean loss in nats a token with windows in every layer.

    Attributes:
        window: tokens that each token sees, itself among them.
        plain: without the first tokens.
        kept: with the first `sinks` tokens always visible besides.
    """

    window: int
    plain: float
    kept: float


@dataclass(frozen=True)
class WindowCurve:
    """The loss against the window; `full` without one. Averaged over the last `tokens` of the text."""

    points: tuple[WindowLoss, ...]
    full: float
    sinks: int
    tokens: int


def window_curve(
    model: LanguageModel,
    ids: Sequence[int],
    windows: Sequence[int],
    sinks: int = 4,
    progress: Callable[[float], None] | None = None,
) -> WindowCurve:
    """The loss with each window, with and without the first `sinks` tokens.

    Only tokens behind the largest window count, for which every window has lost the first tokens.

    Raises:
        GlassboxError: the text is not longer than the largest window.
    """
    scored = len(ids) - 1 - max(windows)
    if scored < 1:
        raise GlassboxError("attention.variants.error.window_text", tokens=len(ids), window=max(windows))
    done, total = 0, 1 + 2 * len(windows)

    def loss(mask: Tensor) -> float:
        nonlocal done
        mean = float(token_losses(model, ids, under_mask(mask))[-scored:].mean())
        done += 1
        if progress:
            progress(done / total)
        return mean

    full = loss(causal_mask(len(ids)))
    points = tuple(
        WindowLoss(window, loss(window_mask(len(ids), window)), loss(sink_mask(len(ids), window, sinks)))
        for window in windows
    )
    return WindowCurve(points, full, sinks, scored)


@dataclass(frozen=True)
class Reach:
    """How far a change of the first token is felt.

    Attributes:
        changes: (layers + 1, n) length of the change of each hidden state, relative to its length; row 0
            is the embedding.
        window: tokens that each token sees.
    """

    changes: Tensor
    window: int

    def farthest(self, layer: int) -> int:
        """The last position that the change has reached after `layer` layers."""
        return int(torch.nonzero(self.changes[layer])[-1])

    def bound(self, layer: int) -> int:
        """The last position that it can reach: one window further with each layer."""
        return min(layer * (self.window - 1), self.changes.shape[1] - 1)


def reach(model: LanguageModel, ids: Sequence[int], window: int, other: int) -> Reach:
    """Exchange the first token for `other`, read both texts with a window, and compare all hidden states.

    Raises:
        GlassboxError: the window is empty, or see `read_with`.
    """
    attend = under_mask(window_mask(len(ids), window))
    before = read_with(model, ids, attend)
    after = read_with(model, [other, *ids[1:]], attend)
    length = before.norm(dim=-1).clamp_min(SMALLEST_LENGTH)
    return Reach((after - before).norm(dim=-1) / length, window)
