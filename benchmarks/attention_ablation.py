"""Every head of SmolLM2 switched off in turn, by reusing the layers below and by one full run a head."""

from statistics import median
from time import perf_counter

import torch

from core.attention.ablation import Removal, hidden_without, log_probabilities, read_intact
from core.attention.matter_texts import ranking_text
from core.attention.open_model import OpenModel, open_model
from core.attention.rank_heads import HeadRanker, compare_variants

MODEL = "smollm2-135m"
TOKENS = 64
ROUNDS = 5
"""Parts that the heads are cut into; the two ways take turns, so that a busy machine slows both."""


def figures() -> dict[str, float]:
    """Seconds for all heads on 64 tokens by either way, and their ratio.

    The layers are dealt into `ROUNDS` hands with every depth in each; a way's time is the median hand
    times the number of hands, so that one disturbed hand does not decide.
    """
    model = open_model(MODEL)
    text = _text_of(model, TOKENS)
    HeadRanker(model, text).layer(model.layer_count - 1)
    ours, naive = [], []
    for start in range(ROUNDS):
        hand = range(start, model.layer_count, ROUNDS)
        ours.append(_timed_reusing(model, text, hand))
        naive.append(_timed_naive(model, text, hand))
    reusing, whole = ROUNDS * median(ours), ROUNDS * median(naive)
    return {
        "ablate_all_heads_s": round(reusing, 2),
        "ablate_naive_s": round(whole, 2),
        "ablate_vs_naive": round(reusing / whole, 3),
    }


def _text_of(model: OpenModel, tokens: int) -> str:
    """The beginning of the project's own text, exactly `tokens` long."""
    text = "".join(model.read(ranking_text()).tokens[:tokens])
    if len(model.read(text).ids) != tokens:
        raise RuntimeError(f"the text is not {tokens} tokens long")
    return text


def _timed_reusing(model: OpenModel, text: str, layers: range) -> float:
    begun = perf_counter()
    ranker = HeadRanker(model, text)
    for layer in layers:
        ranker.layer(layer)
    return perf_counter() - begun


@torch.inference_mode()
def _timed_naive(model: OpenModel, text: str, layers: range) -> float:
    begun = perf_counter()
    pieces = model.read(text)
    intact = read_intact(model, pieces.ids, pieces.tokens)
    before = log_probabilities(model, intact.hidden[-1])
    for layer in layers:
        for head in range(model.head_count):
            hidden = hidden_without(model, intact, Removal(heads=((layer, head),)), start=0)
            compare_variants(model, pieces.ids, hidden[None], before)
    return perf_counter() - begun
