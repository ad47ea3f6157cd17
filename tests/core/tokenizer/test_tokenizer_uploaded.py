"""A stranger's tokenizer.json: used like any other, and harmless whatever is in it."""

import json
import os
import sys
import time
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from core.errors import GlassboxError
from core.tokenizer.vocabularies import uploaded
from core.tokenizer.vocabularies.file import vocabulary_file
from core.tokenizer.vocabularies.load import load_vocabulary
from core.tokenizer.vocabularies.uploaded import LARGEST_FILE, check_uploaded
from core.tokenizer.vocabularies.vocabulary import Vocabulary

TEXT = "Hello  World é 中文 字 😀 [MASK] <|im_end|>\n"


@pytest.mark.parametrize("name", ["bert", "smollm2"])
def test_an_upload_does_what_the_same_file_does_here(name: str) -> None:
    ours = load_vocabulary(name)
    theirs = check_uploaded(vocabulary_file(name).read_bytes())
    assert isinstance(theirs, Vocabulary)
    assert (theirs.algorithm, theirs.size) == (ours.algorithm, ours.size)
    assert theirs.special_tokens == ours.special_tokens
    for allow_special in (False, True):
        encoding = ours.encode(TEXT, allow_special)
        answer = theirs.encode(TEXT, allow_special)
        assert tuple(answer.tokens) == tuple(encoding.tokens)
        assert theirs.decode(answer.ids) == ours.decode(encoding.ids)
    with pytest.raises(GlassboxError, match="no token"):
        theirs.decode([theirs.size])
    with pytest.raises(GlassboxError, match="half of a character"):
        theirs.encode("\ud800")


def test_a_unigram_tokenizer_works_too() -> None:
    tokenizer = Tokenizer(models.Unigram([("<unk>", 0.0), ("a", -1.0), ("ab", -1.5)], unk_id=0))
    ours = check_uploaded(tokenizer.to_str().encode())
    tokens = ours.encode("abaz").tokens
    assert ours.algorithm == "unigram"
    assert [(token.text, token.unknown) for token in tokens] == [
        ("ab", False),
        ("a", False),
        ("<unk>", True),
    ]


def test_dropout_is_switched_off() -> None:
    model = models.BPE({"a": 0, "b": 1, "ab": 2}, [("a", "b")], dropout=0.999)
    ours = check_uploaded(Tokenizer(model).to_str().encode())
    assert ours.encode("abababab").ids == (2, 2, 2, 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"hello",
        b"\xff\xfe{",
        b'{"model": 1}',
        b'{"version": "1.0", "model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}',
        b'{"a":' * 100_000,
        b'{"model": {"type": "Quantum", "vocab": {}}}',
        b"\x00" * 1000,
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(GlassboxError, match=r"no tokenizer\.json"):
        check_uploaded(data)


def test_a_file_over_the_limit_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploaded, "WORKER", "no.such.module")
    with pytest.raises(GlassboxError, match="20 MB"):
        check_uploaded(b"{" + b" " * LARGEST_FILE)


def test_a_hostile_expression_is_stopped() -> None:
    from tokenizers import Regex

    tokenizer = Tokenizer(models.WordLevel({"a": 0}, unk_token="a"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("(a|a|aa)+$"), "isolated")
    ours = check_uploaded(tokenizer.to_str().encode())
    with pytest.raises(GlassboxError, match=r"failed on the text|did not finish"):
        ours.encode("a" * 60 + "b")


def test_too_much_memory_ends_the_worker_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("the limit on memory is Linux's")
    (tmp_path / "greedy_worker.py").write_text(
        "import sys\n"
        "from core.tokenizer.vocabularies.uploaded_worker import limit_this_process\n"
        "limit_this_process()\n"
        "sys.stdin.buffer.read()\n"
        "everything = bytearray(4_000_000_000)\n"
        "print('{}')\n"
    )
    monkeypatch.setattr(uploaded, "WORKER", "greedy_worker")
    monkeypatch.setattr(uploaded, "_KEPT_VARIABLES", (*uploaded._KEPT_VARIABLES, "PYTHONPATH"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    with pytest.raises(GlassboxError, match=r"no tokenizer\.json"):
        check_uploaded(b"{}")


def test_a_worker_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "slow_worker.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(uploaded, "WORKER", "slow_worker")
    monkeypatch.setattr(uploaded, "SECONDS", 0.5)
    monkeypatch.setattr(uploaded, "_KEPT_VARIABLES", (*uploaded._KEPT_VARIABLES, "PYTHONPATH"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    started = time.monotonic()
    with pytest.raises(GlassboxError, match="did not finish"):
        check_uploaded(b"{}")
    assert time.monotonic() - started < 20


def test_the_worker_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_ENDPOINT_KEY", "secret")
    seen: dict[str, object] = {}

    def instead(*arguments: object, **values: object) -> object:
        seen.update(values)
        raise uploaded.subprocess.TimeoutExpired("worker", 1)

    monkeypatch.setattr(uploaded.subprocess, "run", instead)
    with pytest.raises(GlassboxError, match="did not finish"):
        check_uploaded(json.dumps({}).encode())
    assert "secret" not in str(seen["env"])
