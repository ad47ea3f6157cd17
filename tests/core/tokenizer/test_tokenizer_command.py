"""The tokenizer's commands as a stranger runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.tokenizer.vocabularies.catalogue import VOCABULARIES

PROJECT = Path(__file__).parents[3]


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "core", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, check=False, input=stdin)


def answer(*arguments: str, stdin: bytes = b"") -> dict:
    result = run(*arguments, "--json", stdin=stdin)
    assert result.returncode == 0, result.stderr.decode()
    assert len(result.stdout.decode().strip().splitlines()) == 1
    return json.loads(result.stdout)


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (2, b"")
    (line,) = result.stderr.decode().strip().splitlines()
    return line


def test_tokenize_as_json() -> None:
    value = answer("tokenize", "--tokenizer", "cl100k", "Hello world!")
    assert (value["ids"], value["count"]) == ([9906, 1917, 0], 3)
    assert value["tokens"][0] == "Hello"
    assert value["offsets"] == [[0, 5], [5, 11], [11, 12]]


def test_tokenize_reads_a_file_and_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("a<|im_end|>b", encoding="utf-8")
    plain = answer("tokenize", "--tokenizer", "qwen3", "--file", str(file))
    special = answer("tokenize", "--tokenizer", "qwen3", "--special", "-", stdin=b"a<|im_end|>b")
    assert 151645 not in plain["ids"]
    assert special["ids"][1] == 151645


def test_tokenizers_as_json() -> None:
    rows = answer("tokenizers")["tokenizers"]
    assert [row["name"] for row in rows] == list(VOCABULARIES)
    wanted = {"name", "algorithm", "vocabulary_size", "licence", "hash_ok"}
    assert all(wanted <= set(row) and row["hash_ok"] for row in rows)


def test_train_tokenizer_writes_what_tokenize_and_hugging_face_read(tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    corpus, out = tmp_path / "corpus.txt", tmp_path / "new" / "tokenizer.json"
    corpus.write_text("low lower lowest newer newest wider widest " * 50, encoding="utf-8")
    options = ("--vocab-size", "270", "--file", str(corpus), "--out", str(out))
    value = answer("train-tokenizer", "--algorithm", "byte-bpe", *options)
    assert (value["algorithm"], value["vocabulary_size"], value["out"]) == ("byte-bpe", 270, str(out))
    expected = Tokenizer.from_file(str(out)).encode("the lowest", add_special_tokens=False).ids
    assert answer("tokenize", "--tokenizer", str(out), "the lowest")["ids"] == expected


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("tokenize", "--tokenizer", "gpt9", "x"), "There are: smollm2"),
        (("tokenize",), "either a text"),
        (("tokenize", "x", "--file", "y"), "either a text"),
        (("tokenize", "--file", "/no/such/file"), "does not exist"),
        (("tokenize", "--file", "."), "cannot be read"),
        (("tokenize", "--tokenizer", "/no/such.json", "x"), "does not exist"),
    ],
)
def test_wrong_input_is_one_line(arguments: tuple[str, ...], says: str) -> None:
    assert says in refused(*arguments)


def test_a_text_beyond_ten_megabytes_is_cut_and_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text(" " + "\u200b" * 7_500_000, encoding="utf-8")
    result = run("tokenize", "--tokenizer", "bert", "--file", str(file), "--json")
    assert "first 10 MB" in result.stderr.decode()
    value = json.loads(result.stdout)
    assert value["characters"] == 1 + (10 * 1024 * 1024 - 1) // 3
    assert value["cut_characters"] > 0


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "picture.bin"
    file.write_bytes(b"ab\xff\xfe")
    assert "byte 2" in refused("tokenize", "--file", str(file))
    options = ("--algorithm", "bpe", "--vocab-size", "100", "--out", str(tmp_path / "t.json"))
    assert "UTF-8" in refused("train-tokenizer", *options, "--file", str(file))
    (tmp_path / "empty.txt").write_text("")
    assert refused("train-tokenizer", *options, "--file", str(tmp_path / "empty.txt"))


def test_a_broken_tokenizer_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text("{}")
    assert "no tokenizer.json" in refused("tokenize", "--tokenizer", str(file), "x")
