"""Measured for the questions on families: masks, shared recipes, routers, encoders that change their mind."""

import math
from statistics import mean

from core.attention.families.albert import bert_size
from core.attention.families.appended import decoder_changes, encoder_changes
from core.attention.families.image_patches import MODELS
from core.attention.families.masking_schemes import coverage
from core.attention.families.mixture_of_experts import (
    balanced_router,
    balancing_loss,
    random_router,
    route,
    router_inputs,
)
from core.attention.families.opened_mask import open_the_prefix
from core.attention.families.parameters import parameters
from core.attention.families.table import families, family
from core.attention.families.texts import family_texts
from core.attention.open_model import open_model
from core.curriculum.question import Measurement
from core.shelf.load import load_encoder, load_language_model

EXPERTS, CHOSEN, LAYER, STEPS = 8, 2, 10, 100
TOKENS = 20_000
CONTEXT = 4096


def opened_mask(small: bool = False) -> Measurement:
    """How much more surprising the rest of a text is to SmolLM2 when the first half is read both ways."""
    model = load_language_model("smollm2-135m")
    results = [open_the_prefix(model, text) for text in family_texts()["whole"][: 1 if small else None]]
    causal = [loss for result in results for loss in result.causal]
    opened = [loss for result in results for loss in result.opened]
    return Measurement(
        value=math.exp(mean(opened) - mean(causal)),
        values={
            "texts": len(results),
            "tokens": len(causal),
            "causal": mean(causal),
            "opened": mean(opened),
            "worse": mean(after > before for before, after in zip(causal, opened, strict=True)),
        },
        note_key="attention.families.measured.opened_mask",
    )


def shared_recipe(small: bool = False) -> Measurement:
    """The share of decoders since LLaMA with pre-norm, RMSNorm, RoPE and a gate; small changes nothing."""
    since = [
        row for row in families() if row.kind == "decoder" and row.released >= family("llama-7b").released
    ]
    same = [
        row
        for row in since
        if (row.norm_place, row.norm, row.positions, row.feed_forward_kind)
        == ("pre", "rmsnorm", "rope", "swiglu")
    ]
    old, new = parameters(family("llama-7b")), parameters(family("llama-3-8b"))
    tables = new.embedding + new.output - old.embedding - old.output
    return Measurement(
        value=len(same) / len(since),
        values={
            "decoders": len(since),
            "same": len(same),
            "extra": (new.total - old.total) / 1e9,
            "tables": tables / 1e9,
            "saved": (old.attention - new.attention) / 1e9,
            "cache_old": 2 * (family("llama-7b").cache_numbers or 0) / 1024,
            "cache_new": 2 * (family("llama-3-8b").cache_numbers or 0) / 1024,
        },
        note_key="attention.families.measured.recipe",
    )


def router_load(small: bool = False) -> Measurement:
    """The busiest expert's load under random routers, as a multiple of its fair share."""
    tokens, hidden = router_inputs(open_model("smollm2-135m"), family_texts()["whole"][0], LAYER)
    routers = [random_router(EXPERTS, hidden.shape[1], seed) for seed in range(5 if small else 20)]
    sent = [route(hidden, router, CHOSEN) for router in routers]
    trained = route(hidden, balanced_router(hidden, routers[0], CHOSEN, STEPS)[0], CHOSEN)
    mixtral, deepseek = parameters(family("mixtral-8x7b")), parameters(family("deepseek-v3"))
    return Measurement(
        value=mean(each.largest_load for each in sent),
        values={
            "layer": LAYER,
            "tokens": len(tokens),
            "routers": len(routers),
            "loss": mean(float(balancing_loss(each)) for each in sent),
            "balanced_load": trained.largest_load,
            "mixtral_total": mixtral.total / 1e9,
            "mixtral_active": mixtral.active / 1e9,
            "deepseek_total": deepseek.total / 1e9,
            "deepseek_active": deepseek.active / 1e9,
            "deepseek_share": deepseek.active / deepseek.total,
        },
        note_key="attention.families.measured.router_load",
    )


def appended_words(small: bool = False) -> Measurement:
    """How far words already read move when more follow, in MiniLM; and the most in SmolLM2."""
    pairs = family_texts()["followed"][: 2 if small else None]
    encoder, tokenizer = load_encoder()
    decoder = load_language_model("smollm2-135m")
    both = [encoder_changes(encoder, tokenizer, *pair) for pair in pairs]
    left = [decoder_changes(decoder, *pair) for pair in pairs]
    return Measurement(
        value=mean(change for each in both for change in each.changes),
        values={
            "sentences": len(pairs),
            "most": max(each.largest for each in both),
            "decoder": max(each.largest for each in left),
        },
        note_key="attention.families.measured.appended",
    )


def albert_share(small: bool = False) -> Measurement:
    """ALBERT-base's parameters as a share of the same BERT's, and what masks reach in 40 epochs."""
    bert = bert_size(30_000, 768, 12, None, shared=False)
    albert = bert_size(30_000, 768, 12, 128, shared=True)
    only_narrow = bert_size(30_000, 768, 12, 128, shared=False)
    tokens = TOKENS // 10 if small else TOKENS
    masks = coverage(tokens, seed=0)
    return Measurement(
        value=albert.total / bert.total,
        values={
            "albert": albert.total / 1e6,
            "bert": bert.total / 1e6,
            "narrow": only_narrow.total / 1e6,
            "work": albert.multiplications / bert.multiplications,
            "tokens": tokens,
            "dynamic_epochs": len(masks.dynamic),
            "static": masks.static[-1],
            "dynamic": masks.dynamic[-1],
        },
        note_key="attention.families.measured.albert",
    )


def projector_share(small: bool = False) -> Measurement:
    """Of LLaVA-1.5's parameters, the share that joins the two models; small changes nothing."""
    model = MODELS[-1]
    return Measurement(
        value=model.projector_share,
        values={
            "projector": model.projector / 1e6,
            "vision": model.vision / 1e6,
            "text": model.text_parameters / 1e9,
            "image_tokens": model.tokens,
            "context": CONTEXT,
            "context_share": model.tokens / CONTEXT,
            "double": 4 * model.tokens,
        },
        note_key="attention.families.measured.projector",
    )
