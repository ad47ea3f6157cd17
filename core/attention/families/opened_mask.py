"""Is a mask a switch? A causal model read with a prefix LM's mask, its weights unchanged.

A prefix LM lets the tokens of the prompt see one another in both directions. Nothing in the weights of a
decoder forbids that: the mask is an argument. Here SmolLM2 reads a text twice, once causal and once with the
first part opened, and the loss on the rest is compared. It was never trained to read like that.

Source of the prefix mask: Raffel et al. 2019, section 3.2.1; that such models can be adapted by further
training: Tay et al. 2022, "Transcending Scaling Laws with 0.1% Extra Compute" (U-PaLM).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.attention.masks import causal_mask, prefix_mask
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

FEWEST_TOKENS, MOST_TOKENS = 8, 256


@dataclass(frozen=True)
class OpenedMask:
    """Losses in nats for each token of the rest, under both masks."""

    tokens: tuple[str, ...]
    """The tokens after the prefix."""
    prefix_length: int
    causal: tuple[float, ...]
    opened: tuple[float, ...]

    @property
    def causal_loss(self) -> float:
        """Mean over the rest, read as trained."""
        return sum(self.causal) / len(self.causal)

    @property
    def opened_loss(self) -> float:
        """Mean over the rest, the prefix opened."""
        return sum(self.opened) / len(self.opened)


@torch.inference_mode()
def open_the_prefix(model: LanguageModel, text: str) -> OpenedMask:
    """Read `text` with the causal mask and with its first half opened.

    Raises:
        GlassboxError: fewer than 8 or more than 256 tokens.
    """
    ids = model.encode(text)
    if not FEWEST_TOKENS <= len(ids) <= MOST_TOKENS:
        raise GlassboxError(
            "attention.families.error.tokens", count=len(ids), fewest=FEWEST_TOKENS, most=MOST_TOKENS
        )
    prefix = len(ids) // 2
    return OpenedMask(
        tokens=tuple(model.decode([token]) for token in ids[prefix:]),
        prefix_length=prefix,
        causal=_losses(model, ids, causal_mask(len(ids)), prefix),
        opened=_losses(model, ids, prefix_mask(len(ids), prefix), prefix),
    )


def _losses(model: LanguageModel, ids: list[int], mask: Tensor, prefix: int) -> tuple[float, ...]:
    """Minus the log probability of each token from `prefix` on, under a (tokens, tokens) mask."""
    additive = torch.zeros(mask.shape).masked_fill(~mask, torch.finfo(torch.float32).min)[None, None]
    row = torch.tensor([ids])
    logits = model.module(input_ids=row, attention_mask=additive, use_cache=False).logits[0]
    losses = F.cross_entropy(logits[prefix - 1 : -1], row[0, prefix:], reduction="none")
    return tuple(losses.tolist())
