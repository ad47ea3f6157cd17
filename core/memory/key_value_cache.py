"""The cache of keys and values: what inference keeps of every token read.

    bytes a token = 2 x layers x key/value heads x head width x bytes a number

Grouped-query attention (Ainslie et al. 2023) has fewer heads to keep, latent attention one short vector
and the turned part of a key (DeepSeek-AI 2024, "DeepSeek-V2", section 2.1.2), a window (Jiang et al.
2023, "Mistral 7B", section 2, rolling buffer) only the last tokens.
"""

from core.memory.architecture import Architecture
from core.memory.number_formats import bytes_each


def cache_bytes_per_token(architecture: Architecture, number_format: str = "fp16") -> int:
    """Bytes that one more token of one sequence takes, in all layers; 0 for an encoder.

    >>> from core.memory.presets import preset
    >>> cache_bytes_per_token(preset("llama-2-7b")), cache_bytes_per_token(preset("llama-2-70b"))
    (524288, 327680)
    """
    if architecture.is_encoder:
        return 0
    latent = architecture.latent
    if latent is not None:
        numbers = latent.key_value_rank + latent.rotary_width
    else:
        numbers = 2 * architecture.key_value_heads * architecture.head_width
    layers = architecture.decoder_layers or architecture.layers
    return layers * numbers * bytes_each(number_format)


def cache_bytes(architecture: Architecture, batch: int, length: int, number_format: str = "fp16") -> int:
    """Bytes for `batch` sequences of `length` tokens.

    An encoder-decoder keeps the encoder's keys and values too, here of as many tokens.

    >>> from core.memory.presets import preset
    >>> mistral = preset("mistral-7b")
    >>> cache_bytes(mistral, 1, 32_768) == cache_bytes(mistral, 1, 4_096)
    True
    """
    tokens = min(length, architecture.window) if architecture.window else length
    both = 2 if architecture.decoder_layers else 1
    return both * batch * tokens * cache_bytes_per_token(architecture, number_format)
