"""One cell of an attention map, taken apart: from a query and a key to a weight, and on to the output.

    s_j = q_i . k_j / sqrt(d_k)
    w_j = exp(s_j) / sum of exp(s) over the columns that the mask allows
    o_i = sum of w_j v_j

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.1, equation 1.
"""

from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor

from core.attention.reading import Reading
from core.errors import GlassboxError


@dataclass(frozen=True)
class CellArithmetic:
    """Row i looks, column j is looked at; d is the head's width, n the number of tokens."""

    row: int
    column: int
    key_value_head: int
    """Which key/value head this query head reads (grouped-query attention)."""
    query: Tensor
    """(d,) q_i; where the model rotates, after the rotation."""
    key: Tensor
    """(d,) k_j."""
    terms: Tensor
    """(d,) the products q_i k_j of each dimension; their sum is the dot product."""
    products: Tensor
    """(n,) q_i . k of every column."""
    divisor: float
    """sqrt(d)."""
    scaled: Tensor
    """(n,) products / divisor."""
    allowed: Tensor
    """(n,) booleans: what the mask lets row i see."""
    exponentials: Tensor
    """(n,) exp(scaled - the largest allowed one), 0 where masked; the shift changes no weight."""
    total: float
    """Their sum."""
    weights: Tensor
    """(n,) exponentials / total."""
    values: Tensor
    """(n, d) v of every column."""
    output: Tensor
    """(d,) the values averaged with the weights: what the head hands on for row i."""

    @property
    def contributions(self) -> Tensor:
        """(n, d) each weighted value; the output is their sum."""
        return self.weights[:, None] * self.values


@torch.inference_mode()
def explain_cell(reading: Reading, layer: int, head: int, row: int, column: int) -> CellArithmetic:
    """Every number between a token's query and its head's output.

    Raises:
        GlassboxError: no such layer, head or token.
    """
    model = reading.model
    model.check_head(head)
    for place in (row, column):
        if not 0 <= place < reading.length:
            raise GlassboxError("attention.see.error.token", token=place + 1, last=reading.length)
    layer_pass = reading.layer(layer)
    key_value_head = head * model.key_value_heads // model.head_count
    query, keys = layer_pass.queries[head, row], layer_pass.keys[key_value_head]
    products, divisor = keys @ query, sqrt(model.head_width)
    scaled = products / divisor
    allowed = torch.arange(reading.length) <= (row if model.causal else reading.length)
    exponentials = torch.where(allowed, torch.exp(scaled - scaled[allowed].max()), 0.0)
    weights = exponentials / exponentials.sum()
    values = layer_pass.values[key_value_head]
    return CellArithmetic(
        row=row,
        column=column,
        key_value_head=key_value_head,
        query=query,
        key=keys[column],
        terms=query * keys[column],
        products=products,
        divisor=divisor,
        scaled=scaled,
        allowed=allowed,
        exponentials=exponentials,
        total=exponentials.sum().item(),
        weights=weights,
        values=values,
        output=weights @ values,
    )
