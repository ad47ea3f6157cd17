"""Measured on the real decoder and in the simulation: what attention's variants cost, save and break."""

from core.attention.cache_cost import PUBLISHED, cache_bytes, token_work
from core.attention.exchange import layer_vectors, prose_ids
from core.attention.flash import difference_from_torch, flash_attention
from core.attention.flash_traffic import A100_FAST_MEMORY, compare_traffic
from core.attention.head_merging import merge_curve, squeeze_every_layer
from core.attention.paged import WAYS, ServerMemory, draw_requests, serve
from core.attention.recurrence import recurrence_losses
from core.attention.shared_heads import repeat_heads
from core.curriculum.question import Measurement
from core.shelf.load import load_language_model

MODEL = "smollm2-135m"


def merged_heads(small: bool = False) -> Measurement:
    """By how many nats the loss rises when all layers of SmolLM2 get one averaged key/value head."""
    model = load_language_model(MODEL)
    ids = prose_ids(model, 33 if small else 65)
    half = model.layer_count // 2
    curve = merge_curve(model, ids, (half,))
    trained, merged, latent = squeeze_every_layer(model, ids, (2 * model.head_width,))
    shapes = {shape.name: shape for shape in PUBLISHED}
    return Measurement(
        value=merged.loss / trained.loss,
        values={
            "tokens": len(ids) - 1,
            "trained": trained.loss,
            "merged": merged.loss,
            "latent": latent.loss,
            "first_half": curve.points[0].first,
            "last_half": curve.points[0].last,
            "llama2": shapes["LLaMA-2 7B"].bytes_per_token() / 1024,
            "llama3": shapes["LLaMA-3 8B"].bytes_per_token() / 1024,
            "deepseek": shapes["DeepSeek-V3"].bytes_per_token() / 1024,
        },
        note_key="attention.variants.measured.merged_heads",
    )


def cache_saving(small: bool = False) -> Measurement:
    """The share of multiplications that the cache saves for the token after 256 others."""
    del small  # counted from the model's shapes: as quick either way
    model = load_language_model(MODEL)
    at, long = token_work(model, 256), token_work(model, 8192)
    return Measurement(
        value=1 - at.with_cache / at.without_cache,
        values={
            "with_cache": at.with_cache,
            "without_cache": at.without_cache,
            "times": at.without_cache / at.with_cache,
            "kilobytes": cache_bytes(model, 1) / 1024,
            "megabytes": cache_bytes(model, 8192) / 2**20,
            "long_growth": long.with_cache / token_work(model, 1).with_cache,
        },
        note_key="attention.variants.measured.cache_saving",
    )


def tiled_difference(small: bool = False) -> Measurement:
    """How many times the bytes are moved when the scores are written out, at 4,096 tokens."""
    model = load_language_model(MODEL)
    ids = prose_ids(model, 24 if small else 64)
    vectors = layer_vectors(model, ids)[:: 15 if small else 6]
    differences, tiles = [], 0
    for each in vectors:
        heads = each.queries.shape[0]
        keys, values = repeat_heads(each.keys, heads), repeat_heads(each.values, heads)
        for head in range(heads):
            qkv = (each.queries[head], keys[head], values[head])
            run = flash_attention(*qkv, tile_rows=8, tile_columns=8)
            differences.append(difference_from_torch(run, *qkv))
            tiles += len(run.steps)
    compared = compare_traffic(4096, 64, A100_FAST_MEMORY)
    return Measurement(
        value=compared.saving,
        values={
            "difference": max(differences) * 1e6,
            "heads": len(differences),
            "tiles": tiles,
            "written": 2 * compared.written_out.total / 1e6,
            "tiled": 2 * compared.in_tiles.total / 1e6,
            "moving": 1e6 * compared.moving_seconds[0],
            "moving_tiled": 1e6 * compared.moving_seconds[1],
            "multiplying": 1e6 * compared.multiplying_seconds,
        },
        note_key="attention.variants.measured.tiled_difference",
    )


def paged_requests(small: bool = False) -> Measurement:
    """How many times as many requests are in memory at once with pages as with reservations."""
    seeds = range(2 if small else 10)
    memory = ServerMemory()
    runs = [[serve(draw_requests(40, memory.longest, seed), memory, way) for way in WAYS] for seed in seeds]
    ratios = [paged.together / contiguous.together for contiguous, paged in runs]
    count = len(runs)
    return Measurement(
        value=sum(ratios) / count,
        values={
            "batches": count,
            "least": min(ratios),
            "most": max(ratios),
            "used_contiguous": sum(contiguous.used_share for contiguous, _ in runs) / count,
            "used_paged": sum(paged.used_share for _, paged in runs) / count,
            "preemptions": sum(paged.preemptions for _, paged in runs) / count,
        },
        note_key="attention.variants.measured.paged_requests",
    )


def remembered_segment(small: bool = False) -> Measurement:
    """The share of the loss gap that one remembered segment wins back in a model not trained for it."""
    model = load_language_model(MODEL)
    losses = recurrence_losses(model, prose_ids(model, 49 if small else 129), segment=16)
    alone, memory, anchored, full = (
        float(each.mean()) for each in (losses.alone, losses.memory, losses.anchored, losses.full)
    )
    return Measurement(
        value=losses.recovered(losses.memory),
        values={
            "alone": alone,
            "memory": memory,
            "anchored": anchored,
            "full": full,
            "anchored_share": losses.recovered(losses.anchored),
        },
        note_key="attention.variants.measured.remembered_segment",
    )
