"""How fast tokenizers are trained and texts encoded here, next to Hugging Face `tokenizers`, in the same run.

- Our indexed BPE in Python, every step recorded, against `tokenizers` in Rust: 8,000 merges on the
  training text of Multi30k, English and German, the same words and the same result.
- The plain BPE that counts everything again at each step against the indexed one, on a smaller text.
- The page's own encoding, with offsets and bytes of each token, against `tokenizers` with the same
  vocabulary, for each vocabulary that has a `tokenizer.json`; the figure is for all of them together.
"""

import argparse
import gzip
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from benchmarks.measure import machine
from core.tokenizer.samples import corpora
from core.tokenizer.training.bpe import train_bpe
from core.tokenizer.training.bpe_naive import train_bpe_naively
from core.tokenizer.training.start import begin
from core.tokenizer.training.train import train
from core.tokenizer.training.words import count_words
from core.tokenizer.vocabularies.file import vocabulary_file
from core.tokenizer.vocabularies.load import load_vocabulary

NAIVE_LINES = 2_000
NAIVE_MERGES = 200
"""The plain algorithm needs a pass over the text for each merge; this much takes it some seconds."""
VOCABULARIES = ("smollm2", "bert", "deepseek")
"""Those of the page that are a `tokenizer.json`, so that `tokenizers` can run the very same file."""


def main() -> dict[str, Any]:
    """Measure and return the figures with their ratios; options come from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--merges", type=int, default=8_000)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("GLASSBOX_DATA", "../shared/data")))
    options = parser.parse_args()
    about = machine("tokenizers", "tiktoken", "sentencepiece")
    lines = _multi30k(options.data)
    figures = _training_figures(lines, options.merges, options.repetitions)
    figures |= _index_figures(lines[:: len(lines) // NAIVE_LINES])
    figures |= _encoding_figures(options.repetitions)
    return {**figures, "repetitions": options.repetitions, **about}


def _multi30k(data: Path) -> list[str]:
    """58,000 captions: the training text in English, then in German."""
    files = [data / "multi30k" / f"train.{language}.gz" for language in ("en", "de")]
    for file in files:
        if not file.is_file():
            raise SystemExit(
                f"{file} is missing: --data or GLASSBOX_DATA names the folder that holds multi30k/"
            )
    return [line for file in files for line in gzip.decompress(file.read_bytes()).decode().splitlines()]


def _training_figures(lines: list[str], merges: int, repetitions: int) -> dict[str, Any]:
    text = "\n".join(lines)
    size = len(begin("bpe", count_words("bpe", text)).tokens) + merges
    seconds = _interleaved_seconds(
        {"ours": lambda: train("bpe", text, size), "theirs": lambda: _train_peer(lines, size)}, repetitions
    )
    same = list(train("bpe", text, size).tokens) == _in_id_order(_train_peer(lines, size))
    return {
        "bpe_train_s": round(seconds["ours"], 3),
        "tokenizers_train_s": round(seconds["theirs"], 3),
        "bpe_train_vs_tokenizers": round(seconds["ours"] / seconds["theirs"], 2),
        "bpe_train_same_vocabulary": same,
        "merges": merges,
    }


def _train_peer(lines: list[str], size: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=["<unk>"], show_progress=False)
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def _in_id_order(tokenizer: Tokenizer) -> list[str]:
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=lambda token: vocabulary[token])


def _index_figures(lines: list[str]) -> dict[str, Any]:
    start = begin("bpe", count_words("bpe", "\n".join(lines)))
    seconds = _interleaved_seconds(
        {
            "naive": lambda: train_bpe_naively(start, NAIVE_MERGES),
            "indexed": lambda: train_bpe(start, len(start.tokens) + NAIVE_MERGES),
        },
        repetitions=3,
    )
    return {
        "naive_train_s": round(seconds["naive"], 3),
        "indexed_train_s": round(seconds["indexed"], 4),
        "naive_vs_indexed": round(seconds["naive"] / seconds["indexed"], 1),
        "naive_merges": NAIVE_MERGES,
        "naive_lines": len(lines),
    }


def _encoding_figures(repetitions: int) -> dict[str, Any]:
    """Text of four kinds, about 100,000 characters: what the page colours at once."""
    page = "\n".join(corpora().values())
    text = "\n".join([page] * (100_000 // len(page) + 1))
    ours, theirs, ratios = 0.0, 0.0, {}
    for name in VOCABULARIES:
        vocabulary, peer = load_vocabulary(name), _peer_of(name)
        if list(vocabulary.encode(text).ids) != peer.encode(text, add_special_tokens=False).ids:
            raise SystemExit(f"{name}: the two encodings differ, so there is nothing to compare")
        seconds = _interleaved_seconds(
            {
                "ours": partial(vocabulary.encode, text),
                "theirs": partial(peer.encode, text, add_special_tokens=False),
            },
            repetitions,
        )
        ours, theirs = ours + seconds["ours"], theirs + seconds["theirs"]
        ratios[name] = round(seconds["theirs"] / seconds["ours"], 3)
    megabytes = len(VOCABULARIES) * len(text.encode()) / 1e6
    return {
        "encode_mb_s": round(megabytes / ours, 3),
        "tokenizers_encode_mb_s": round(megabytes / theirs, 3),
        "encode_vs_tokenizers": round(theirs / ours, 3),
        "encode_vs_tokenizers_each": ratios,
        "encode_characters": len(text),
    }


def _peer_of(name: str) -> Tokenizer:
    """The library itself on the vocabulary's file, which may ask for cutting or filling up: neither."""
    tokenizer = Tokenizer.from_file(str(vocabulary_file(name)))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _interleaved_seconds(works: dict[str, Callable[[], object]], repetitions: int) -> dict[str, float]:
    """Median seconds of each work: one warm-up round, then all in turn, `repetitions` times."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for round_number in range(repetitions + 1):
        for name, work in works.items():
            started = perf_counter()
            work()
            if round_number:
                seconds[name].append(perf_counter() - started)
    return {name: median(values) for name, values in seconds.items()}
