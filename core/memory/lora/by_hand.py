"""Two ways of tuning that peft has not, put into SmolLM2 by hand: bottleneck adapters, and biases.

Adapters stand behind attention and behind the feed-forward part of each block, before the sum:
h + W_up relu(W_down h) (Houlsby et al. 2019, section 2.1). SmolLM2 has no biases, so there is nothing for
BitFit (Ben Zaken et al. 2021) to tune: here each matrix of a block first gets one of zeros, as LLaMA's
configuration allows (`attention_bias`, `mlp_bias`).
"""

import torch
from torch import nn

from core.memory.adapter_step import Adapter
from core.memory.tuned_model import blocks_of


def add_adapters(model: nn.Module, hidden: int) -> None:
    """Freeze the model and put two adapters into each block, which change nothing at first."""
    model.requires_grad_(False)
    for block in blocks_of(model):
        for owner, name in ((block.self_attn, "o_proj"), (block.mlp, "down_proj")):
            linear = getattr(owner, name)
            setattr(owner, name, nn.Sequential(linear, Adapter(linear.weight.shape[0], hidden)))


def add_biases(model: nn.Module) -> None:
    """Freeze the model and give each matrix of its blocks a bias of zeros that is trained."""
    model.requires_grad_(False)
    for block in blocks_of(model):
        for module in block.modules():
            if isinstance(module, nn.Linear):
                module.bias = nn.Parameter(torch.zeros(module.weight.shape[0]))
