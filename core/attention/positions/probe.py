"""Can a token's position be read from its hidden state, in models whose positions were taken out?

A linear reading (ridge regression) is fitted on some texts and tested on others. In an encoder without
positions there is nothing to read. In a decoder the causal mask lets the first token see one token and
the hundredth a hundred, and the hidden states show it, though this model was trained with RoPE and has
never been read without.
Source: Haviv et al. 2022, "Transformer Language Models without Positional Encodings Still Learn
Positional Information", section 4, who train models without positions and read them with a probe.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from core.attention.positions.learned import ENCODER, position_table
from core.attention.positions.order import DECODER
from core.attention.positions.reading import bert_layers, llama_layers
from core.attention.schemes.prose import paragraphs
from core.shelf.load import load_encoder, load_language_model

LENGTH = 64
"""Tokens a text."""
LAYERS = 5
"""Of each model, from the bottom."""
RIDGE = 1.0
"""Weight of the penalty, relative to the mean variance of a hidden number."""


@dataclass(frozen=True)
class PositionProbe:
    """How much of the variance of the position a linear reading explains, on texts it was not fitted on."""

    layers: tuple[int, ...]
    """0 is the input of the first block."""
    decoder: tuple[float, ...]
    """R^2 for SmolLM2 without rotation; below 0 is worse than always guessing the middle."""
    encoder: tuple[float, ...]
    """R^2 for MiniLM with the same position vector for every token."""
    fitted: int
    """Texts that the reading was fitted on."""
    tested: int


def probe_positions(texts: int = 48) -> PositionProbe:
    """Fit on three quarters of `texts` passages of `LENGTH` tokens, test on the rest.

    The passages are Python's documentation prose, cut wherever a passage is full, so that a sentence
    begins at any position.

    Raises:
        GlassboxError: a model is not installed.
    """
    prose = "\n".join(paragraphs())[: texts * LENGTH * 8]
    fitted = texts * 3 // 4
    model = load_language_model(DECODER)
    ids = _passages(model.encode(prose), texts)
    without = torch.zeros(LENGTH, model.head_width // 2)
    states = [hidden for hidden, _ in islice(llama_layers(model, ids, without), LAYERS + 1)]
    module, tokenizer = load_encoder(ENCODER)
    same = position_table().mean(0).expand(LENGTH, -1)
    ids = _passages(tokenizer.encode(prose, add_special_tokens=False).ids, texts)
    encoder = bert_layers(module, ids, same)
    return PositionProbe(
        tuple(range(LAYERS + 1)),
        tuple(_explained(hidden, fitted) for hidden in states),
        tuple(_explained(hidden, fitted) for hidden in encoder),
        fitted,
        texts - fitted,
    )


def _passages(ids: Sequence[int], count: int) -> Tensor:
    """(count, LENGTH) token ids."""
    return torch.tensor(ids[: count * LENGTH]).view(count, LENGTH)


def _explained(hidden: Tensor, fitted: int) -> float:
    """R^2 of the position on the texts after the first `fitted` of hidden states (texts, n, width)."""
    states = hidden.double()
    centre = states[:fitted].mean((0, 1))
    states = (states - centre) / states[:fitted].std((0, 1)).clamp(min=1e-6)
    target = torch.arange(LENGTH).double() - (LENGTH - 1) / 2
    rows, answers = states[:fitted].flatten(0, 1), target.repeat(fitted)
    gram = rows.T @ rows
    penalty = RIDGE * len(rows) * torch.eye(len(gram), dtype=gram.dtype)
    weights = torch.linalg.solve(gram + penalty, rows.T @ answers)
    read = states[fitted:] @ weights
    return 1 - float((read - target).pow(2).mean() / target.pow(2).mean())
