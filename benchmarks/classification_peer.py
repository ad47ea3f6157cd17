"""Run by a Python that has sentence-transformers, which need not be ours: seconds of its `encode`, on demand.

    python benchmarks/classification_peer.py MODEL_FOLDER THREADS

Each line of standard input is a JSON list of texts; each line of standard output is JSON with the seconds
that `encode` took at its default settings (batches of 32, sorted by length) and the first vector. The first
line, before any input, names the version.
"""

import json
import sys
from importlib import import_module
from time import perf_counter

import torch


def main() -> None:
    """Answer until standard input ends."""
    sentence_transformers = import_module("sentence_transformers")

    torch.set_num_threads(int(sys.argv[2]))
    model = sentence_transformers.SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True)
    model.max_seq_length = 256
    print(json.dumps({"version": sentence_transformers.__version__}), flush=True)
    for line in sys.stdin:
        texts = json.loads(line)
        started = perf_counter()
        vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        seconds = perf_counter() - started
        print(json.dumps({"seconds": seconds, "first": vectors[0].tolist()}), flush=True)


if __name__ == "__main__":
    main()
