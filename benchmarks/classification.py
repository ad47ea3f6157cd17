"""How fast classifiers are tuned and used here, next to transformers' Trainer and sentence-transformers.

- Fine-tuning MiniLM: our epochs and the Trainer's in turn, from the same start, on the same rows with the
  same limits; `finetune_vs_trainer` is the median of the ratios, against the Trainer as it comes (float32)
  and against the Trainer in bfloat16. Accuracy of both on the same held-out rows is beside it.
- Predicting with a probe: rows a second, texts to probabilities, against sentence-transformers' `encode` with
  the same head; on the test rows, and on a file in which half of the rows repeat. sentence-transformers is
  no requirement of this project: where it cannot be imported, name a Python that has it:

      python3 -m venv /tmp/peer && /tmp/peer/bin/pip install sentence-transformers
      python -m benchmarks classification --peer-python /tmp/peer/bin/python

BANKING77 where it is there (--data or GLASSBOX_DATA), else the shipped sample.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch

from benchmarks.classification_trainer import Turns, in_turn
from benchmarks.measure import machine
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.logistic_regression import LinearHead, fit_head
from core.classification.methods.table import METHODS
from core.classification.shipped import sample_split
from core.classification.tuning.rows import tuning_rows
from core.embedding.embed import embed
from core.settings import settings
from core.shelf.weights import verified_file

PEER = Path(__file__).with_name("classification_peer.py")
EMBEDDER = "minilm-l6"


def main() -> dict[str, Any]:
    """Measure and return the figures with their ratios; options come from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the work; figures are rougher")
    parser.add_argument("--rows", type=int, default=2000, help="training rows of the comparison")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--peer-python", help="a Python that can import sentence_transformers")
    parser.add_argument("--data", type=Path, default=settings().data)
    options = parser.parse_args()
    torch.set_num_threads(settings().thread_count)
    about = machine("torch", "transformers", "accelerate")
    name, split = _data(options.data, options.rows // 10 if options.quick else options.rows)
    epochs = 2 if options.quick else options.epochs
    return {
        **tuning_figures(split, epochs),
        **predicting_figures(split, options.peer_python, 3 if options.quick else 5, options.quick),
        "data": name,
        "quick": options.quick,
        "threads": settings().thread_count,
        **about,
    }


def tuning_figures(split: Split, epochs: int) -> dict[str, Any]:
    """Examples a second of our fine-tuning and of the Trainer's, from the same start."""
    given = METHODS["finetune"].settings({"epochs": epochs, "learning_rate": 1e-4, "layer_decay": 1.0})
    rows = tuning_rows(split, given)
    mean_length = float(np.mean([len(row) for row in rows.training]))
    batch_rows = max(1, round(given.batch_tokens / mean_length))
    plain = in_turn(rows, given, batch_rows, half=False)
    half = in_turn(rows, given, batch_rows, half=True)
    count = len(rows.training)
    return {
        "finetune_examples_per_s": round(count / median(plain.ours), 1),
        "trainer_examples_per_s": round(count / median(plain.peer), 1),
        "finetune_vs_trainer": round(_ratio(plain), 3),
        "trainer_bfloat16_examples_per_s": round(count / median(half.peer), 1),
        "finetune_vs_trainer_bfloat16": round(_ratio(half), 3),
        "finetune_accuracy": round(plain.our_accuracy, 4),
        "trainer_accuracy": round(plain.peer_accuracy, 4),
        "trainer_bfloat16_accuracy": round(half.peer_accuracy, 4),
        "finetune_rows": count,
        "finetune_held_out_rows": len(rows.validation),
        "finetune_epochs": epochs,
        "finetune_batch_rows": batch_rows,
        "finetune_parameters": plain.parameters,
    }


def predicting_figures(split: Split, python: str | None, repetitions: int, quick: bool) -> dict[str, Any]:
    """Rows a second from texts to probabilities, with nothing known beforehand."""
    texts = list(split.test.texts[:300] if quick else split.test.texts)
    repeated = texts[: len(texts) // 2] * 2
    head = _head(split)
    command = python or (sys.executable if find_spec("sentence_transformers") else None)
    peer = _Peer(command) if command else None
    figures: dict[str, Any] = {
        "sentence_transformers": peer.version if peer else "not importable: --peer-python"
    }
    for name, rows in (("", texts), ("repeated_", repeated)):
        ours: list[float] = []
        theirs: list[float] = []
        for turn in range(repetitions + 1):
            own, other = _predicted(rows, head), peer.seconds(rows, head) if peer else None
            if turn:
                ours.append(own)
                theirs += [other] if other is not None else []
        figures[f"predict_{name}rows_per_s"] = round(len(rows) / median(ours), 1)
        if theirs:
            figures[f"sentence_transformers_{name}rows_per_s"] = round(len(rows) / median(theirs), 1)
            ratio = median(two / one for one, two in zip(ours, theirs, strict=True))
            figures[f"predict_{name}vs_st"] = round(ratio, 3)
    if peer:
        figures["vectors_differ_by"] = peer.difference(texts)
        peer.close()
    return {**figures, "predict_rows": len(texts), "predict_repetitions": repetitions}


class _Peer:
    """sentence-transformers in a process of its own, over the same weights."""

    def __init__(self, python: str) -> None:
        folder = verified_file(EMBEDDER).parent
        self.process = subprocess.Popen(
            [python, str(PEER), str(folder), str(settings().thread_count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.version = self._answer()["version"]

    def seconds(self, texts: Sequence[str], head: LinearHead) -> float:
        """Of `encode` as it measured itself, and of the head here."""
        took = float(self._ask(texts)["seconds"])
        vectors = np.zeros((len(texts), head.weights.shape[1]))
        started = perf_counter()
        head.log_probabilities(vectors)
        return took + perf_counter() - started

    def difference(self, texts: Sequence[str]) -> float:
        """The largest difference between the first text's vectors, theirs and ours."""
        ours = embed(list(texts[:1]), EMBEDDER).vectors[0]
        return float(np.abs(ours - np.array(self._ask(texts[:1])["first"])).max())

    def close(self) -> None:
        """End it."""
        self.process.communicate()

    def _ask(self, texts: Sequence[str]) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(list(texts)) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the Python of --peer-python cannot import sentence_transformers")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _predicted(texts: Sequence[str], head: LinearHead) -> float:
    """Seconds from texts to probabilities, with an empty cache of vectors."""
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        found = embed(list(texts), EMBEDDER, cache_folder=Path(folder))
        head.log_probabilities(found.vectors)
        return perf_counter() - started


def _head(split: Split) -> LinearHead:
    """A logistic regression on at most 1,000 training rows: how good it is does not change its speed."""
    part = split.training.at(list(range(min(1000, len(split.training)))))
    places = {label: place for place, label in enumerate(part.classes)}
    targets = np.array([places[label] for label in part.labels])
    vectors = embed(list(part.texts), EMBEDDER).vectors.astype(np.float64)
    return fit_head(vectors, targets, len(places), np.ones(len(targets)), 10.0)


def _ratio(turns: Turns) -> float:
    """The median of the ratios epoch by epoch: what slows the machine for a moment slows both."""
    return median(peer / own for own, peer in zip(turns.ours, turns.peer, strict=True))


def _data(folder: Path, rows: int) -> tuple[str, Split]:
    """The name of the data, and a split with `rows` training rows and the test rows for both other parts."""
    if not (folder / "banking77" / "train.csv").is_file():
        split = sample_split("en")
        return "sample", Split(split.name, split.training, split.test, split.test, split.seed)
    training, test = (_banking(folder, name) for name in ("train", "test"))
    chosen = np.random.default_rng(0).permutation(len(training))[:rows].tolist()
    held_out = np.random.default_rng(1).permutation(len(test))[: max(200, rows // 2)].tolist()
    return "BANKING77", Split("banking77", training.at(chosen), test.at(held_out), test, 0)


def _banking(folder: Path, name: str) -> LabelledTexts:
    with (folder / "banking77" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts, labels = (tuple(row[column] for row in rows) for column in ("text", "category"))
    return LabelledTexts(texts, labels, tuple(range(len(rows))))
