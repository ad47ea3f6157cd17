"""One passage in two halves, the first half put far back: what distances that were never trained do.

RoPE turns queries and keys by their positions, and a score depends on the difference alone. So moving a
whole text to position 20,000 changes nothing, while leaving a gap between its halves makes every
look back a long one. Only the positions change; the tokens, their order and their number stay.

Source of the question: Press, Smith and Lewis 2022, "Train Short, Test Long", section 2.2.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.attention.long_context import rotation_tables, with_rotation
from core.attention.schemes.prose import paragraphs
from core.engines.language_model import LanguageModel

HALF = 64
"""Tokens in each half of a passage."""
GAPS = (0, 1000, 2000, 4000, 6000, 8000, 10_000, 12_000, 16_000, 20_000, 24_000)


@dataclass(frozen=True)
class FarContext:
    """Losses of the second halves, nats a token, the mean over the passages."""

    scheme: str
    factor: float
    gaps: tuple[int, ...]
    """Positions left free between the two halves."""
    losses: tuple[float, ...]
    """One a gap."""
    alone: float
    """The second halves read without the first, from their last token on."""
    passages: int
    context: int
    """Tokens of the longest text in training."""


def passages_of(model: LanguageModel, count: int) -> Tensor:
    """(count, 2 * HALF) ids of the first paragraphs of Python's documentation that are long enough."""
    found: list[list[int]] = []
    for paragraph in paragraphs():
        ids = model.encode(paragraph)
        if len(ids) >= 2 * HALF:
            found.append(ids[: 2 * HALF])
        if len(found) == count:
            break
    return torch.tensor(found)


def losses_behind_gaps(
    model: LanguageModel,
    gaps: tuple[int, ...] = GAPS,
    scheme: str = "unscaled",
    factor: float = 1.0,
    passages: int = 2,
) -> FarContext:
    """Read each passage once for each gap.

    Args:
        model: SmolLM2, or another with RoPE.
        gaps: positions left free between the halves.
        scheme: how the rotation is stretched, see `rotation_tables`; dynamic NTK for the longest gap.
        factor: by how much.
        passages: how many, of `2 * HALF` tokens each.

    Raises:
        GlassboxError: no such scheme, or a number out of range.
    """
    texts = passages_of(model, passages)
    tables = rotation_tables(model, scheme, factor, 2 * HALF + max(gaps))
    losses = tuple(_second_halves(model, texts, tables, positions_with_gap(gap)) for gap in gaps)
    alone = _mean_loss(model, texts[:, HALF - 1 :])
    return FarContext(scheme, factor, gaps, losses, alone, len(texts), context=model.context_length)


def loss_moved_by(model: LanguageModel, start: int, passages: int = 2) -> float:
    """The loss of the second halves with all positions moved on by `start`, nats a token.

    Raises:
        GlassboxError: `start` is negative.
    """
    tables = rotation_tables(model, "unscaled", 1.0, 2 * HALF, start)
    return _second_halves(model, passages_of(model, passages), tables, torch.arange(2 * HALF))


def positions_with_gap(gap: int) -> Tensor:
    """The positions of a passage's tokens: (2 * HALF,), the second half moved on by `gap`.

    >>> positions_with_gap(1000)[62:66]
    tensor([  62,   63, 1064, 1065])
    """
    positions = torch.arange(2 * HALF)
    return positions + gap * (positions >= HALF)


def _second_halves(
    model: LanguageModel, texts: Tensor, tables: tuple[Tensor, Tensor], positions: Tensor
) -> float:
    cosine, sine = tables
    return _mean_loss(with_rotation(model, (cosine[positions], sine[positions])), texts)


@torch.inference_mode()
def _mean_loss(model: LanguageModel, texts: Tensor) -> float:
    """Of the last `HALF` tokens of each text, nats a token."""
    hidden = model.read(texts, model.new_cache(len(texts), texts.shape[1]))
    logits = model.logits(hidden[:, -HALF - 1 : -1])
    return float(F.cross_entropy(logits.flatten(0, 1), texts[:, -HALF:].flatten()))
