"""ELECTRA: a small model replaces some tokens, and the main model says of every token whether it was.

Every position carries a loss instead of 15%. A token that the small model happens to guess right counts as
original. In the paper the small model is a masked language model trained alongside; here it is SmolLM2, which
knows only what stands to the left, so its replacements are easier to spot.

Source: Clark et al. 2020, "ELECTRA", section 2 and figure 2.
"""

from dataclasses import dataclass

import torch

from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

CHOSEN_SHARE = 0.15
FEWEST_TOKENS, MOST_TOKENS = 2, 64


@dataclass(frozen=True)
class Replaced:
    """A text with some tokens drawn anew."""

    tokens: tuple[str, ...]
    inputs: tuple[str, ...]
    chosen: tuple[bool, ...]
    """Positions at which the small model was asked."""

    @property
    def replaced(self) -> tuple[bool, ...]:
        """The label of every token: whether it differs from the original."""
        return tuple(token != given for token, given in zip(self.tokens, self.inputs, strict=True))


@torch.inference_mode()
def replaced_tokens(model: LanguageModel, text: str, seed: int) -> Replaced:
    """Draw 15% of the tokens (at least one, never the first) anew from the model's prediction.

    Raises:
        GlassboxError: fewer than 2 or more than 64 tokens.
    """
    ids = model.encode(text.strip())
    if not FEWEST_TOKENS <= len(ids) <= MOST_TOKENS:
        raise GlassboxError(
            "attention.families.error.tokens", count=len(ids), fewest=FEWEST_TOKENS, most=MOST_TOKENS
        )
    random = torch.Generator().manual_seed(seed)
    count = max(1, round(CHOSEN_SHARE * len(ids)))
    places = (torch.randperm(len(ids) - 1, generator=random)[:count] + 1).tolist()
    hidden = model.read(torch.tensor([ids]), model.new_cache(1, len(ids)))[0]
    probabilities = model.logits(hidden).softmax(-1)
    given = list(ids)
    for place in places:
        given[place] = int(torch.multinomial(probabilities[place - 1], 1, generator=random))
    return Replaced(
        tokens=tuple(model.decode([token]) for token in ids),
        inputs=tuple(model.decode([token]) for token in given),
        chosen=tuple(place in places for place in range(len(ids))),
    )
