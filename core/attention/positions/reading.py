"""SmolLM2 and MiniLM read with other positions than their own, block by block.

The blocks are those of the lesson; only what enters as position changes: the speeds of the rotation
(none at all, or stretched), or the rows of MiniLM's table (the same for every token).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from core.attention.bert_block import BertBlock, layer_norm
from core.attention.llama_block import LlamaBlock
from core.attention.positions.rope import rotation_angles

if TYPE_CHECKING:
    from core.engines.language_model import LanguageModel


def head_base(model: "LanguageModel") -> float:
    """The base of the model's own rotation, from its configuration."""
    return float(model.module.config.rope_parameters["rope_theta"])


def own_angles(model: "LanguageModel", length: int) -> Tensor:
    """(length, head_width / 2) the rotation that the model was trained with."""
    return rotation_angles(length, model.head_width, head_base(model))


@torch.inference_mode()
def llama_layers(
    model: "LanguageModel", ids: Tensor, angles: Tensor, scale: float = 1.0
) -> Iterator[tuple[Tensor, Any]]:
    """Each layer's input and what the layer did with it, first to last.

    Args:
        model: of the LLaMA architecture.
        ids: (n,) or (batch, n) tokens.
        angles: (n, head_width / 2) of every position; zeros: no positions at all.
        scale: of cosines and sines, YaRN's temperature.

    Yields:
        (..., n, width) hidden states before the layer, and its `LayerPass`.
    """
    both = torch.cat((angles, angles), dim=-1)
    rotation = (both.cos() * scale, both.sin() * scale)
    hidden = model.module.model.embed_tokens.weight[ids]
    epsilon = model.module.config.rms_norm_eps
    for layer in model.module.model.layers:
        passed = LlamaBlock(layer, model.query_heads, model.key_value_heads, epsilon)(
            hidden, rotation, None, None
        )
        yield hidden, passed
        hidden = passed.hidden


@torch.inference_mode()
def bert_layers(module: Any, ids: Tensor, positions: Tensor) -> Iterator[Tensor]:
    """The hidden states (..., n, width) of a BERT: its input, then after each layer.

    Args:
        module: transformers' `BertModel`.
        ids: (n,) or (batch, n) tokens.
        positions: (n, width) what is added as position.
    """
    embeddings = module.embeddings
    words = embeddings.word_embeddings.weight[ids]
    hidden = layer_norm(words + positions + embeddings.token_type_embeddings.weight[0], embeddings.LayerNorm)
    yield hidden
    for layer in module.encoder.layer:
        hidden = BertBlock(layer, module.config.num_attention_heads)(hidden, None, None).hidden
        yield hidden
