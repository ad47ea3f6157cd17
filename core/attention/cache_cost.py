"""What the key/value cache costs and saves: bytes a token for published models, and measured time.

Without a cache, the keys and values of all earlier tokens are computed again for every new token;
with it only the new token goes through the weights. What stays is the reading of the cache:

    bytes a token = layers x (numbers a layer keeps) x bytes a number
    numbers       = 2 x key/value heads x head width          multi-head, grouped-query, multi-query
                  = rank + rope width                          latent attention

Sources: Shazeer 2019, section 2.4.1; Ainslie et al. 2023, section 2; DeepSeek-AI 2024, "DeepSeek-V2",
table 1. The models' numbers come from the papers or configuration files named with each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import torch

from core.engines.language_model import KeyValueCache, LanguageModel


@dataclass(frozen=True)
class CacheShape:
    """A published model, as far as its cache is concerned.

    Attributes:
        name: as published.
        kind: multi_head, grouped, multi_query or latent.
        layers: number of layers.
        heads: query heads.
        groups: key/value heads; for latent attention the heads that are restored from the latent.
        head_width: numbers in a key and in a value.
        latent: (rank, rope width) of latent attention.
        source: paper or file that names the numbers.
    """

    name: str
    kind: str
    layers: int
    heads: int
    groups: int
    head_width: int
    source: str
    latent: tuple[int, int] | None = None

    @property
    def numbers_per_layer(self) -> int:
        """Numbers that one layer keeps for one token."""
        return sum(self.latent) if self.latent else 2 * self.groups * self.head_width

    def bytes_per_token(self, bytes_per_number: float = 2) -> float:
        """Bytes that all layers keep for one token, in bfloat16 unless told otherwise."""
        return self.layers * self.numbers_per_layer * bytes_per_number

    def unshared_bytes(self, bytes_per_number: float = 2) -> float:
        """What the same heads would keep if each query head had its own key and value."""
        return self.layers * 2 * self.heads * self.head_width * bytes_per_number


PUBLISHED = (
    CacheShape("SmolLM2-135M", "grouped", 30, 9, 3, 64, "config.json (HuggingFaceTB/SmolLM2-135M)"),
    CacheShape("LLaMA-2 7B", "multi_head", 32, 32, 32, 128, "config.json (meta-llama/Llama-2-7b)"),
    CacheShape("LLaMA-2 70B", "grouped", 80, 64, 8, 128, "config.json (meta-llama/Llama-2-70b)"),
    CacheShape("LLaMA-3 8B", "grouped", 32, 32, 8, 128, "Llama Team 2024, table 3"),
    CacheShape("Mistral 7B", "grouped", 32, 32, 8, 128, "Jiang et al. 2023, table 1"),
    CacheShape("Falcon 7B", "multi_query", 32, 71, 1, 64, "config.json (tiiuae/falcon-7b)"),
    CacheShape("DeepSeek-V3", "latent", 61, 128, 128, 128, "DeepSeek-AI 2024, section 4.2", (512, 64)),
)


@dataclass(frozen=True)
class TokenWork:
    """The multiplications for one more token after `length` tokens, in millions.

    Attributes:
        length: tokens already read.
        with_cache: the new token through the weights, its query over all keys.
        without_cache: all tokens through the weights again.
        cache_bytes: what the cache holds, in the model's own number format.
    """

    length: int
    with_cache: float
    without_cache: float
    cache_bytes: int


def token_work(model: LanguageModel, length: int) -> TokenWork:
    """Multiplications with and without a cache for the token after `length` others.

    Counted: every weight matrix once for each token that goes through it, and q k^T and weights times
    values over all pairs that the causal mask allows. The unembedding is needed for the last token only.
    """
    weights = sum(
        parameter.numel() for parameter in model.module.model.layers.parameters() if parameter.dim() == 2
    )
    pair = 2 * model.layer_count * model.query_heads * model.head_width
    output = model.vocabulary_size * model.width
    total = length + 1
    return TokenWork(
        length,
        (weights + output + pair * total) / 1e6,
        (weights * total + output + pair * total * (total + 1) / 2) / 1e6,
        cache_bytes(model, total),
    )


def cache_bytes(model: LanguageModel, length: int) -> int:
    """Bytes for `length` tokens, measured on the cache that the model really makes for one."""
    cache = model.new_cache(1, 1)
    return length * sum(part.nelement() * part.element_size() for part in (cache.keys, cache.values))


@dataclass(frozen=True)
class TokenTime:
    """Measured seconds for one more token after `length` others, medians."""

    length: int
    with_cache: float
    without_cache: float


def time_per_token(
    model: LanguageModel,
    ids: Sequence[int],
    lengths: Sequence[int],
    repeats: int = 3,
    progress: Callable[[float], None] | None = None,
) -> tuple[TokenTime, ...]:
    """Time the token after each of `lengths` tokens of `ids`, with the cache filled and without one.

    The two ways alternate, so that a busy moment of the machine meets both.
    """
    found = []
    for place, length in enumerate(lengths):
        filled = model.new_cache(1, length + 1)
        model.read(torch.tensor([ids[:length]]), filled)
        with_cache, without_cache = [], []
        for _ in range(repeats):
            filled.length = length
            with_cache.append(_seconds(model, ids[length : length + 1], filled))
            without_cache.append(_seconds(model, ids[: length + 1], model.new_cache(1, length + 1)))
        found.append(TokenTime(length, median(with_cache), median(without_cache)))
        if progress:
            progress((place + 1) / len(lengths))
    return tuple(found)


def _seconds(model: LanguageModel, unread: Sequence[int], cache: KeyValueCache) -> float:
    """How long the model takes to read `unread` after what the cache holds, and to score the next token."""
    begun = perf_counter()
    model.next_logits(torch.tensor([unread]), cache)
    return perf_counter() - begun
