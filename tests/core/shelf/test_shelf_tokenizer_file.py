"""The shelf's tokenizer, taken from the GGUF header, against the one that transformers converts."""

import json
import struct
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from core.shelf import tokenizer_file as module
from core.shelf.gguf_header import read_gguf_header
from core.shelf.tokenizer_file import chat_template, tokenizer_file
from core.shelf.weights import verified_file

TEXTS = (
    "The quick brown fox can't jump 1234567 times.",
    "Zwölf Boxkämpfer jagen\n\n  Eva\tquer <|im_start|>user",
    "今天天气很好。 😀👨‍👩‍👧 e\u0301 \x00\u200b",
    "def f(x):\n    return x ** 2\n",
)


@pytest.mark.real_model
def test_it_is_the_converted_one_but_for_the_digits(smollm2, empty_home: Path) -> None:
    path = tokenizer_file("smollm2-135m")
    ours, converted = json.loads(path.read_text(encoding="utf-8")), json.loads(smollm2.tokenizer.to_str())
    for part in ("model", "added_tokens", "decoder", "normalizer"):
        assert ours[part] == converted[part], part
    byte_level = ours["pre_tokenizer"]["pretokenizers"][1]
    assert byte_level == converted["pre_tokenizer"]
    tokenizer = Tokenizer.from_file(str(path))
    for text in TEXTS:
        assert tokenizer.encode(text).ids == smollm2.tokenizer.encode(text).ids


def test_digits_are_parted_off_as_the_header_says(empty_home: Path) -> None:
    header = read_gguf_header(verified_file("smollm2-135m"))
    assert header["tokenizer.ggml.pre"] == "smollm"
    tokens = Tokenizer.from_file(str(tokenizer_file("smollm2-135m"))).encode("a  12").tokens
    assert tokens == ["a", "ĠĠ", "1", "2"]


def test_it_is_made_once_and_again_when_damaged(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tokenizer_file("smollm2-135m")
    assert path.is_relative_to(empty_home)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    assert tokenizer_file("smollm2-135m").read_bytes() == whole
    monkeypatch.setattr(module, "tokenizer_json", lambda header: pytest.fail("made a second time"))
    assert tokenizer_file("smollm2-135m").read_bytes() == whole


def test_a_model_with_a_tokenizer_json_gives_that(empty_home: Path) -> None:
    path = tokenizer_file("minilm-l6")
    assert path == verified_file("minilm-l6").parent / "tokenizer.json"
    assert not (empty_home / "models" / "minilm-l6").exists()


def test_the_chat_template_is_the_headers() -> None:
    assert "<|im_start|>assistant" in chat_template("smollm2-135m")


def test_header_values_of_every_kind(tmp_path: Path) -> None:
    from gguf import GGUFWriter

    path = tmp_path / "small.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_uint32("a.count", 7)
    writer.add_float32("a.share", 0.5)
    writer.add_bool("a.flag", True)
    writer.add_string("a.name", "中文")
    writer.add_array("a.words", ["x", "ÿ"])
    writer.add_array("a.numbers", [1, -2, 3])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    header = read_gguf_header(path)
    assert {key: header[key] for key in header if key.startswith("a.")} == {
        "a.count": 7,
        "a.share": 0.5,
        "a.flag": True,
        "a.name": "中文",
        "a.words": ["x", "ÿ"],
        "a.numbers": [1, -2, 3],
    }


def test_another_file_is_no_gguf(tmp_path: Path) -> None:
    path = tmp_path / "other.gguf"
    path.write_bytes(struct.pack("<4sIQQ", b"GGML", 3, 0, 0))
    with pytest.raises(ValueError, match=r"other\.gguf is no GGUF"):
        read_gguf_header(path)
