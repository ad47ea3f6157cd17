"""Rows of the family table whose model is here: read from its own config and counted in its own weights.

What a row of record states for SmolLM2 and MiniLM is replaced by what the loaded model says, so that
these rows are measurements and a mistake in the table would show.
"""

from dataclasses import replace
from typing import Any

from core.attention.families.table import Family
from core.shelf.load import load_encoder, load_language_model


def measured_family(row: Family) -> tuple[Family, int]:
    """The row with its model's own numbers, and the count of its weights, each table once.

    Raises:
        GlassboxError: the model's files are missing or altered.
    """
    module = _module(row)
    config = module.config
    heads = config.num_attention_heads
    own = replace(
        row,
        layers=config.num_hidden_layers,
        width=config.hidden_size,
        heads=heads,
        key_value_heads=getattr(config, "num_key_value_heads", heads),
        head_width=getattr(config, "head_dim", None) or config.hidden_size // heads,
        feed_forward=config.intermediate_size,
        vocabulary=module.get_input_embeddings().weight.shape[0],
        context=config.max_position_embeddings,
        activation=config.hidden_act,
        norm="rmsnorm" if hasattr(config, "rms_norm_eps") else "layernorm",
        tied=config.tie_word_embeddings,
    )
    distinct = {parameter.data_ptr(): parameter.numel() for parameter in module.parameters()}
    return own, sum(distinct.values())


def _module(row: Family) -> Any:
    """The transformers module behind a name of the shelf."""
    if row.kind == "encoder":
        return load_encoder(row.shelf or "")[0]
    return load_language_model(row.shelf or "").module
