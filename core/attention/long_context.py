"""A model's loss against position, past the length it was trained on, with its rotation stretched.

The text is read in pieces behind one another with a key/value cache, and each piece's logits are turned
into losses before the next is read, so that 12,000 tokens fit into little memory (all logits at once
would take 2.4 GB, all attention weights of one layer 5 GB). Stretching changes nothing but the tables
of cosines and sines. Dynamic NTK gets one stretch for the whole text, from its whole length, as
transformers does with a text that is given at once.

Sources: Chen et al. 2023, "Extending Context Window of Large Language Models via Positional
Interpolation", section 3; Peng et al. 2023, "YaRN", sections 3 and 4.
"""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from core.attention.positions.reading import head_base, own_angles
from core.attention.positions.scaling import scaled
from core.engines.language_model import LanguageModel

PIECE = 256
"""Tokens read at once."""


def rotation_tables(
    model: LanguageModel, scheme: str, factor: float, length: int, start: int = 0
) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the positions `start` to `start + length - 1`, each (length, head width).

    Args:
        model: its own speeds are the starting point.
        scheme: "unscaled" or one of `core.attention.positions.scaling.SCHEMES`.
        factor: by how much the context is to grow.
        length: tokens of the text.
        start: the position of its first token.

    Raises:
        GlassboxError: no such scheme, or a number out of range.
    """
    if scheme == "unscaled":
        angles, scale = own_angles(model, start + length), 1.0
    else:
        base, context = head_base(model), model.context_length
        rotation = scaled(scheme, model.head_width, base, factor, context, start + length)
        angles = torch.arange(start + length)[:, None] * rotation.speeds
        scale = rotation.attention_scale
    both = torch.cat((angles, angles), dim=-1)[start:]
    return both.cos() * scale, both.sin() * scale


def with_rotation(model: LanguageModel, tables: tuple[Tensor, Tensor]) -> LanguageModel:
    """`model` with these rotation tables, and a context as long as they are; it shares all weights."""
    turned = copy.copy(model)
    turned.__dict__.update(_rotation=tables, context_length=len(tables[0]))
    return turned


@torch.inference_mode()
def token_losses(
    model: LanguageModel, ids: Sequence[int], on_read: Callable[[int], None] = lambda read: None
) -> Tensor:
    """(n - 1,) the loss of every token but the first, in nats.

    Args:
        model: may have been given another rotation.
        ids: the text, at most as long as its rotation tables.
        on_read: told after each piece how many tokens have been read, and may raise to stop.

    Raises:
        GlassboxError: the text is longer than the model's context.
    """
    text = torch.tensor(ids)
    cache = model.new_cache(1, len(text))
    found = []
    for start in range(0, len(text), PIECE):
        piece = text[start : start + PIECE]
        logits = model.logits(model.read(piece[None], cache)[0])
        following = text[start + 1 : start + 1 + PIECE]
        found.append(F.cross_entropy(logits[: len(following)], following, reduction="none"))
        on_read(start + len(piece))
    return torch.cat(found)


def mean_by_position(losses: Tensor, bucket: int) -> tuple[float, ...]:
    """The mean of each `bucket` positions; the loss at place p is that of the token at position p + 1.

    >>> mean_by_position(torch.tensor([1.0, 2.0, 4.0]), 2)
    (1.0, 3.0)
    """
    first = losses[: bucket - 1].mean()
    later = losses[bucket - 1 :].view(-1, bucket).mean(-1)
    return (float(first), *later.tolist())
