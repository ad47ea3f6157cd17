"""Why BERT does not generate: append a word, and every vector before it changes.

A decoder's vectors depend on the left only, so those of the text so far stay valid: they are cached,
and a new token costs one step. An encoder's vectors depend on both sides: after each new token
everything must be computed again, and the model was never trained to say what comes at an end that it
cannot see.

Measured: the change of each earlier token's last hidden vector, as a share of its length.
"""

from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

MOST_TOKENS = 64


@dataclass(frozen=True)
class Appended:
    """How far each token of the text moved when more text followed."""

    tokens: tuple[str, ...]
    changes: tuple[float, ...]
    """Length of the difference, divided by the length of the vector before."""

    @property
    def mean(self) -> float:
        """Over all tokens."""
        return sum(self.changes) / len(self.changes)

    @property
    def largest(self) -> float:
        """The token that moved most."""
        return max(self.changes)


@torch.inference_mode()
def encoder_changes(module: Any, tokenizer: Tokenizer, text: str, more: str) -> Appended:
    """`text` alone and followed by `more`, read by BERT: the tokens before [SEP] compared.

    Raises:
        GlassboxError: one of the texts is empty, they are too long, or the join changes the earlier tokens.
    """
    before, after = (tokenizer.encode(each) for each in _joined(text, more))
    kept = before.ids[:-1]  # [SEP] moves to the new end
    _check(kept, after.ids[:-1])

    def hidden(ids: list[int]) -> Tensor:
        states: Tensor = module(torch.tensor([ids])).last_hidden_state
        return states[0, : len(kept)]

    return _compared(tuple(before.tokens[:-1]), hidden(before.ids), hidden(after.ids))


@torch.inference_mode()
def decoder_changes(model: LanguageModel, text: str, more: str) -> Appended:
    """The same for a causal language model.

    Raises:
        GlassboxError: as for `encoder_changes`.
    """
    before, after = (model.encode(each) for each in _joined(text, more))
    _check(before, after)

    def hidden(ids: list[int]) -> Tensor:
        return model.read(torch.tensor([ids]), model.new_cache(1, len(ids)))[0, : len(before)]

    return _compared(tuple(model.decode([token]) for token in before), hidden(before), hidden(after))


def _joined(text: str, more: str) -> tuple[str, str]:
    """The text, and the text with more behind it."""
    if not text.strip() or not more.strip():
        raise GlassboxError("attention.families.error.empty")
    return text.strip(), f"{text.strip()} {more.strip()}"


def _check(before: list[int], after: list[int]) -> None:
    if len(after) > MOST_TOKENS:
        raise GlassboxError("attention.families.error.long", count=len(after), most=MOST_TOKENS)
    if after[: len(before)] != before:
        raise GlassboxError("attention.families.error.joined")


def _compared(tokens: tuple[str, ...], before: Tensor, after: Tensor) -> Appended:
    changes = (after - before).norm(dim=-1) / before.norm(dim=-1)
    return Appended(tokens, tuple(changes.tolist()))
