"""The commands of the README one after the other, as a stranger types them: train, translate, score."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.translation.grammar.pairs import held_out_pairs
from core.translation.scoring import corpus_bleu

PROJECT = Path(__file__).parents[3]
SMALL = (
    *("--grammar", "--pairs", "400", "--epochs", "2", "--vocabulary-size", "400"),
    *("--width", "32", "--layers", "1", "--heads", "2", "--feed-forward", "64"),
    *("--tokens-per-batch", "512", "--warmup-steps", "5"),
)


def translate(*arguments: str) -> dict[str, Any]:
    """The JSON object that `python -m core translate ...` prints; nothing else is on standard output."""
    found = subprocess.run(
        [sys.executable, "-m", "core", "translate", *arguments, "--json"],
        cwd=PROJECT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert found.returncode == 0, found.stderr[-2000:]
    (line,) = found.stdout.strip().splitlines()
    reported: dict[str, Any] = json.loads(line)
    return reported


def test_a_model_is_trained_translates_a_file_and_is_scored(tmp_path: Path):
    trained = translate("train", *SMALL, "--out", str(tmp_path / "run"))
    assert (trained["pairs"], trained["epochs"]) == (400, 2)
    model = trained["model"]

    pairs = held_out_pairs(6)
    source, reference, written = (tmp_path / name for name in ("held.de", "held.en", "held.out"))
    source.write_text("\n".join(pairs.source) + "\n", encoding="utf-8")
    reference.write_text("\n".join(pairs.target) + "\n", encoding="utf-8")
    translate("run", "--model", model, "--beam", "2", "--file", str(source), "--out", str(written))
    lines = written.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert len(lines) == len(pairs)

    scored = translate(
        "score", "--model", model, "--beam", "2", "--src", str(source), "--ref", str(reference)
    )
    expected = corpus_bleu(lines, pairs.target)
    assert scored["sacrebleu"] == pytest.approx(expected.score, abs=0.01)
    assert scored["signature"] == expected.signature
    assert scored["parameters"] == trained["parameters"]
