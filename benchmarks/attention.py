"""What it costs to see all attention maps, next to transformers; then the lesson's other measured work.

- All layers and heads of SmolLM2 on 128 tokens, as the page reads them, against a transformers model
  loaded with eager attention and asked for its attentions, one after the other in the same run.
- Every head switched off once, against one full forward pass a head (`benchmarks.attention_ablation`).
- The experiment on position schemes (`benchmarks.attention_schemes`).
"""

import argparse
from statistics import median
from time import perf_counter
from typing import Any

import torch
from transformers import LlamaForCausalLM

from benchmarks import attention_ablation, attention_schemes
from benchmarks.measure import machine
from core.attention.open_model import open_model
from core.attention.reading import read_pieces
from core.settings import settings
from core.shelf.load import load_language_model

MODEL = "smollm2-135m"
TOKENS = 128


def main() -> dict[str, Any]:
    """Measure and return the figures with their ratios; options come from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=9)
    options = parser.parse_args()
    torch.set_num_threads(settings().thread_count)
    about = machine("torch", "transformers")
    maps = map_figures(options.repetitions)
    return {**maps, **attention_ablation.figures(), **attention_schemes.figures(), **about}


def map_figures(repetitions: int) -> dict[str, Any]:
    """Seconds for all maps here and in transformers, interleaved medians, and how far the maps differ."""
    model = open_model(MODEL)
    ids = torch.randint(1000, model.vocabulary_size, (TOKENS,), generator=torch.Generator().manual_seed(0))
    pieces, peer = model.spell(ids), _peer()
    seconds: dict[str, list[float]] = {"ours": [], "theirs": []}
    for round_number in range(repetitions + 1):
        started = perf_counter()
        reading = read_pieces(model, pieces)
        between = perf_counter()
        with torch.inference_mode():
            expected = peer(ids[None], output_attentions=True)
        ended = perf_counter()
        if round_number:
            seconds["ours"].append(between - started)
            seconds["theirs"].append(ended - between)
    ours, theirs = median(seconds["ours"]), median(seconds["theirs"])
    difference = max(
        (layer[0] - weights).abs().max().item()
        for layer, weights in zip(expected.attentions, reading.weights, strict=True)
    )
    return {
        "maps_128_s": round(ours, 4),
        "transformers_eager_s": round(theirs, 4),
        "maps_vs_transformers": round(ours / theirs, 3),
        "maps_largest_difference": difference,
        "maps_repetitions": repetitions,
    }


def _peer() -> LlamaForCausalLM:
    """The same weights in a transformers model of its own, with eager attention."""
    module = load_language_model(MODEL).module
    peer = LlamaForCausalLM(module.config)
    peer.load_state_dict(module.state_dict())
    peer.eval().set_attn_implementation("eager")
    return peer
