"""How fast the translator learns and translates here, next to the plain ways of doing the same.

- Training: our loop against a plain loop around `torch.nn.Transformer` of the same size, both fed the same
  batches, turn by turn; and against that loop with matrix products in the same precision as ours.
- Translating: a thousand sentences, greedily and with beam 5; one sentence with beam 5.
- Beam search against beam search without a cache, on the same sentences.

The sentences are Multi30k's where it is there, else those of the project's grammar.
"""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import torch

from benchmarks.measure import machine
from benchmarks.translation_plain import PlainLoop
from core.settings import settings
from core.training.half_precision import has_half_precision
from core.translation.batches import teacher_forced_batch
from core.translation.build import build_model
from core.translation.model import parameter_count
from core.translation.model_folder import Translator
from core.translation.multi30k import multi30k_folder
from core.translation.naive_beam import naive_beam_search
from core.translation.pairs import SentencePairs, read_multi30k
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.shipped import shipped_translator
from core.translation.training import Training
from core.translation.translate import source_ids, translate_all
from core.translation.vocabulary import learn_vocabulary

SIZE = ModelSettings(architecture="transformer", width=256, layers=3, heads=4, feed_forward=1024)
PAIRS = 6000
"""From which the batches are made."""
MODEL = "transformer"
BEAM = 5

Works = Mapping[str, Callable[[], Any]]


def main() -> dict[str, Any]:
    """Measure and return the figures with their ratios; options come from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work; figures are rougher")
    parser.add_argument("--seconds", type=float, default=90.0, help="at most about so long on each part")
    options = parser.parse_args()
    torch.set_num_threads(settings().thread_count)
    about = machine("torch", "tokenizers")
    seconds = options.seconds / 6 if options.quick else options.seconds
    name, training, held_out = _sentences()
    count = 100 if options.quick else 1000
    return {
        **train_figures(training, batches=8 if options.quick else 40, seconds=seconds),
        **translate_figures(held_out, count, seconds),
        **search_figures(held_out, count=6 if options.quick else 30, seconds=seconds),
        "sentences": name,
        "quick": options.quick,
        "threads": settings().thread_count,
        **about,
    }


def train_figures(pairs: SentencePairs, batches: int, seconds: float) -> dict[str, Any]:
    """Pairs a second of our training step and of the plain loops, medians over the same batches."""
    vocabulary = learn_vocabulary([*pairs.source, *pairs.target], SIZE.vocabulary_size)
    size = ModelSettings(**{**vars(SIZE), "vocabulary_size": vocabulary.size})
    ours = Training(build_model(size), vocabulary, pairs, TrainingSettings())
    ours.model.train()
    plain, same_precision = PlainLoop(size), PlainLoop(size, half=True)
    numbers, source, target = ours.batches(0)
    rates: dict[str, list[float]] = {"ours": [], "plain": [], "same precision": []}
    started = perf_counter()
    for turn, batch in enumerate(numbers[: batches + 1]):
        read = teacher_forced_batch([source[pair] for pair in batch], [target[pair] for pair in batch])
        for name, step in (
            ("ours", ours.step),
            ("plain", plain.step),
            ("same precision", same_precision.step),
        ):
            took = _seconds(partial(step, *read))
            if turn:  # the first batch warms up
                rates[name].append(len(batch) / took)
        if turn >= 5 and perf_counter() - started > seconds:
            break
    return {
        "train_pairs_per_s": round(median(rates["ours"]), 1),
        "nn_transformer_pairs_per_s": round(median(rates["plain"]), 1),
        "nn_transformer_same_precision_pairs_per_s": round(median(rates["same precision"]), 1),
        "train_vs_plain": round(_median_ratio(rates["ours"], rates["plain"]), 3),
        "train_vs_plain_same_precision": round(_median_ratio(rates["ours"], rates["same precision"]), 3),
        "train_batches": len(rates["ours"]),
        "train_parameters": parameter_count(ours.model),
        "nn_transformer_parameters": parameter_count(plain.model),
        "bfloat16": has_half_precision("cpu"),
    }


def translate_figures(sentences: SentencePairs, count: int, seconds: float) -> dict[str, Any]:
    """Seconds for a thousand sentences, greedily and with beam 5; milliseconds for one with beam 5."""
    translator = shipped_translator(MODEL)
    texts = list(sentences.source[:count])
    took = interleaved(
        {
            "greedy": lambda: translate_all(translator, texts, beam=1),
            "beam": lambda: translate_all(translator, texts, beam=BEAM),
        },
        repetitions=5,
        seconds=seconds,
    )
    alone = [_seconds(partial(translate_all, translator, [text], beam=BEAM)) for text in texts[:41]]
    scale = 1000 / len(texts)
    return {
        "greedy_1000_s": round(median(took["greedy"]) * scale, 2),
        "beam5_1000_s": round(median(took["beam"]) * scale, 2),
        "sentence_beam5_ms": round(1000 * median(alone[1:]), 1),
        "translated_sentences": len(texts),
        "translate_repetitions": len(took["beam"]),
        "parameters": parameter_count(translator.model),
    }


def search_figures(sentences: SentencePairs, count: int, seconds: float) -> dict[str, Any]:
    """How many times faster the batched search with its cache is, and how often both find the same."""
    translator = shipped_translator(MODEL)
    texts = list(sentences.source[:count])
    took = interleaved(
        {
            "ours": lambda: translate_all(translator, texts, beam=BEAM),
            "naive": lambda: _naive(translator, texts),
        },
        repetitions=5,
        seconds=seconds,
    )
    same = sum(
        one == other
        for one, other in zip(
            translate_all(translator, texts, beam=BEAM), _naive(translator, texts), strict=True
        )
    )
    return {
        "beam5_vs_naive": round(_median_ratio(took["naive"], took["ours"]), 2),
        "naive_sentences": len(texts),
        "naive_same_translation": same,
        "naive_repetitions": len(took["naive"]),
    }


def interleaved(works: Works, repetitions: int, seconds: float) -> dict[str, list[float]]:
    """Seconds of each work, all in turn, after a warm-up round; fewer repetitions where time runs out."""
    took: dict[str, list[float]] = {name: [] for name in works}
    started = perf_counter()
    for turn in range(repetitions + 1):
        for name, work in works.items():
            one = _seconds(work)
            if turn:
                took[name].append(one)
        if turn and perf_counter() - started > seconds:
            break
    return took


def _naive(translator: Translator, texts: list[str]) -> list[str]:
    found = []
    for ids in source_ids(translator.vocabulary, texts):
        best = naive_beam_search(translator.model, ids, BEAM).best
        found.append(translator.vocabulary.decode(best.token_ids))
    return found


def _median_ratio(numerators: list[float], denominators: list[float]) -> float:
    """The median of the ratios turn by turn: what slows the machine for a moment slows both."""
    return median(one / other for one, other in zip(numerators, denominators, strict=True))


def _seconds(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _sentences() -> tuple[str, SentencePairs, SentencePairs]:
    """The name of the data, pairs to train on, and held-out pairs to translate."""
    folder = multi30k_folder()
    if folder is not None:
        training = read_multi30k(folder, "train")
        first = SentencePairs(training.source[:PAIRS], training.target[:PAIRS])
        return "Multi30k", first, read_multi30k(folder, "validation")
    from core.translation.grammar.pairs import grammar_pairs, held_out_pairs

    return "grammar", grammar_pairs(PAIRS, seed=0), held_out_pairs(1000)
