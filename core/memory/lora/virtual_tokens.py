"""Virtual tokens that start as real words: from random numbers they need far more steps.

Sources: Lester et al. 2021, section 3.2 (a prompt starts as vectors of the vocabulary); Li and Liang 2021,
section 7.4 (a prefix starts as the keys and values of real words).
"""

from typing import Any

import torch
from torch import Tensor


@torch.no_grad()
def prompt_start(model: Any, ids: list[int]) -> Tensor:
    """The words' own vectors: (tokens, width)."""
    start: Tensor = model.get_input_embeddings().weight[ids].clone()
    return start


@torch.no_grad()
def prefix_start(model: Any, ids: list[int]) -> Tensor:
    """Keys and values that the words have in every block, as peft lays them out.

    Returns:
        (tokens, 2 * blocks * key width): of each block first the keys, then the values.
    """
    training = model.training
    cache = model.eval()(input_ids=torch.tensor([ids]), use_cache=True).past_key_values
    model.train(training)
    parts = [part[0] for layer in cache.layers for part in (layer.keys, layer.values)]
    return torch.stack(parts).permute(2, 0, 1, 3).reshape(len(ids), -1)
