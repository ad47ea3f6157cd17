"""`classify train` and `classify predict`: messy files, bounded memory, refusals in one sentence."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from core.__main__ import app
from core.classification.predict_file import ROWS_AT_ONCE, Predictor, predict_file
from core.classification.row_stream import open_rows
from core.errors import GlassboxError

TEXTS = {
    "tea": ("green tea", "black tea", "mint tea", "tea, hot"),
    "rain": ("wet rain", "cold rain", "more rain"),
}


def written(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def run(*arguments: object) -> dict[str, Any]:
    found = CliRunner().invoke(app, ["classify", *map(str, arguments), "--json"], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    value: dict[str, Any] = json.loads(found.stdout)
    return value


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    rows = [(f"{text} {n}", label) for n in range(8) for label, texts in TEXTS.items() for text in texts]
    table = written(folder / "rows.tsv", [("what", "kind"), *rows], "gb18030", "\t")
    found = run(
        "train",
        "--csv",
        table,
        "--text",
        "what",
        "--label",
        "kind",
        "--method",
        "tfidf",
        "--out",
        folder / "m",
    )
    assert found["accuracy"] == 1.0
    assert {"macro_f1", "log_loss", "roc_auc_macro", "ece", "seconds", "parameters_trained"} <= found.keys()
    assert found["training_rows"] + found["validation_rows"] + found["test_rows"] == len(rows)
    return folder / "m"


def test_a_file_of_its_own_is_the_test_part(tmp_path: Path) -> None:
    rows = [(f"{text} {n}", label) for n in range(4) for label, texts in TEXTS.items() for text in texts]
    learned = written(tmp_path / "a.csv", [("t", "l"), *rows])
    other = written(tmp_path / "b.csv", [("t", "l"), ("a new tea", "tea"), ("tea", "rain"), ("", "tea")])
    found = run("train", "--csv", learned, "--test-csv", other, "--text", "t", "--label", "l",
                "--method", "majority", "--seed", 3, "--out", tmp_path / "m")  # fmt: skip
    assert found["test_rows"] == 2
    assert found["accuracy"] == 0.5


def test_the_output_has_the_inputs_columns_and_three_more(model: Path, tmp_path: Path) -> None:
    rows = [
        ("id", "what", "prediction"),
        ("1", "green tea 3", "=1+1"),
        ("2", "cold rain", "x"),
        ("3", "", ""),
        ("4", "green tea 3"),
        ("5", "wet rain", "y", "surplus", "cells"),
        ("6", "quarterly earnings", ""),
    ]
    asked = written(tmp_path / "new.csv", rows, "utf-16")
    found = run("predict", "--model", model, "--csv", asked, "--text", "what", "--out", tmp_path / "out.csv")
    assert (found["rows"], found["different"], found["empty"]) == (6, 4, 1)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        out = list(csv.reader(file))
    assert out[0] == ["id", "what", "prediction", "prediction_2", "probability", "out_of_scope"]
    assert [row[3] for row in out[1:3]] == ["tea", "rain"]
    assert out[1][2] == "'=1+1"
    assert out[3][3:] == ["", "", "true"]
    assert out[4][1:] == ["green tea 3", "", *out[1][3:]]
    assert out[5][2] == "y,surplus,cells"
    assert out[6][5] == "true"
    assert all(0 < float(row[4]) <= 1 for row in (out[1], out[2]))


class Counting:
    """A classifier that remembers how much it was asked at once."""

    method, classes, parameters_trained = "counting", ("a", "b"), 0

    def __init__(self) -> None:
        self.asked: list[int] = []

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        self.asked.append(len(texts))
        return np.tile([0.75, 0.25], (len(texts), 1))

    def save(self, folder: Path) -> None:
        raise NotImplementedError


def test_a_long_file_passes_through_a_few_rows_at_a_time(tmp_path: Path) -> None:
    asked = written(tmp_path / "long.csv", [("t",), *((f"text {n % 9_000}",) for n in range(30_000))])
    classifier, shares = Counting(), []
    done = predict_file(Predictor(classifier, 0.8), asked, "t", tmp_path / "out.csv", shares.append)
    assert (done.rows, done.different, done.out_of_scope) == (30_000, 9_000, 30_000)
    assert max(classifier.asked) <= ROWS_AT_ONCE
    assert sum(classifier.asked) == 9_000
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len((tmp_path / "out.csv").read_text("utf-8").splitlines()) == 30_001


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "no column what"),
        (b"what,what\n1,2\n", "Several columns"),
        (b'what,b\n"open,2\n' + b"x" * 2_100_000, "no end"),
        (b"%PDF-1.7 \x00\x01", "table"),
    ],
)
def test_files_that_cannot_be_read_are_refused_and_nothing_is_left(
    content: bytes, words: str, model: Path, tmp_path: Path
) -> None:
    asked = tmp_path / "new.csv"
    asked.write_bytes(content)
    found = CliRunner().invoke(
        app,
        [
            "classify",
            "predict",
            "--model",
            str(model),
            "--csv",
            str(asked),
            "--text",
            "what",
            "--out",
            str(tmp_path / "o.csv"),
        ],
    )
    assert isinstance(found.exception, GlassboxError)
    assert words in str(found.exception)
    assert not (tmp_path / "o.csv").exists()


def test_nul_characters_and_a_byte_order_mark_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\xef\xbb\xbft;l\r\na\0b;1\r\n\r\nc;2")
    with open_rows(tmp_path / "x.csv") as stream:
        assert stream.columns == ("t", "l")
        assert list(stream) == [["ab", "1"], ["c", "2"]]


def test_no_file_and_no_model_say_so(tmp_path: Path, model: Path) -> None:
    with pytest.raises(GlassboxError):
        open_rows(tmp_path / "none.csv").__enter__()
    asked = written(tmp_path / "n.csv", [("what", "b"), ("a", "b")])
    found = CliRunner().invoke(
        app,
        [
            "classify",
            "predict",
            "--model",
            str(tmp_path),
            "--csv",
            str(asked),
            "--text",
            "what",
            "--out",
            str(tmp_path / "o"),
        ],
    )
    assert "no model" in str(found.exception)


def test_an_interrupted_command_finds_its_checkpoint_again_and_tidies_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.classification.methods import majority

    rows = [(f"{text} {n}", label) for n in range(4) for label, texts in TEXTS.items() for text in texts]
    table = written(tmp_path / "a.csv", [("t", "l"), *rows])
    given = (
        "train",
        "--csv",
        table,
        "--text",
        "t",
        "--label",
        "l",
        "--method",
        "majority",
        "--out",
        tmp_path / "m",
    )
    usual, seen = majority.fit, []

    def interrupted(split: Any, settings: Any, report: Any, checkpoint: Path) -> Any:
        seen.append(checkpoint)
        if len(seen) == 1:
            (checkpoint / "half").write_text("done")
            raise KeyboardInterrupt
        assert (checkpoint / "half").read_text() == "done"
        return usual(split, settings, report, checkpoint)

    monkeypatch.setattr(majority, "fit", interrupted)
    CliRunner().invoke(app, ["classify", *map(str, given)])
    run(*given)
    assert seen[0] == seen[1]
    assert not (tmp_path / "m.checkpoint").exists()
