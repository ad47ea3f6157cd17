"""The tokenizer.json of a shelf model, without waiting for the conversion of its weights.

The language model carries its tokenizer in the GGUF header: tokens, merges, the kind of each token,
and the name of its pre-tokenizer. Writing that down as tokenizer.json takes a second, the weights
half a minute. Its pre-tokenizer, "smollm", parts off every digit before GPT-2's expression runs;
transformers' own conversion leaves that step out, so that two spaces in front of a digit come out
differently there.
"""

import json
from pathlib import Path
from typing import Any

from core.files import write_text_whole
from core.settings import settings
from core.shelf.catalogue import entry
from core.shelf.gguf_header import read_gguf_header
from core.shelf.receipts import sha256_of
from core.shelf.weights import verified_file

CONTROL_TOKEN = 3
"""The `tokenizer.ggml.token_type` of tokens that never come from merging."""
PRE_TOKENIZERS: dict[str, list[dict[str, Any]]] = {
    "smollm": [
        {"type": "Digits", "individual_digits": True},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
    ]
}
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}


def tokenizer_file(name: str) -> Path:
    """The tokenizer.json of a shelf model that has one or whose weights are GGUF.

    Raises:
        GlassboxError: the shelf's file is not in order, or the home folder cannot take the result.
    """
    weights = verified_file(name)
    if weights.suffix != ".gguf":
        return weights.parent / "tokenizer.json"
    path = settings().home / "models" / f"{name}-{entry(name).sha256[:12]}-tokenizer.json"
    if not _is_whole(path):
        write_text_whole(path, json.dumps(tokenizer_json(read_gguf_header(weights)), ensure_ascii=False))
        write_text_whole(_receipt(path), sha256_of(path))
    return path


def chat_template(name: str) -> str:
    """The chat template (Jinja) in the header of a shelf model's GGUF file.

    Raises:
        GlassboxError: the shelf's file is not in order.
    """
    return str(read_gguf_header(verified_file(name))["tokenizer.chat_template"])


def tokenizer_json(header: dict[str, Any]) -> dict[str, Any]:
    """A byte-level BPE tokenizer as Hugging Face `tokenizers` reads it, from a GGUF header.

    Raises:
        KeyError: a pre-tokenizer that is not known here.
    """
    tokens: list[str] = header["tokenizer.ggml.tokens"]
    kinds: list[int] = header["tokenizer.ggml.token_type"]
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": number, "content": token, **flags, "special": True}
            for number, (token, kind) in enumerate(zip(tokens, kinds, strict=True))
            if kind == CONTROL_TOKEN
        ],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": PRE_TOKENIZERS[header["tokenizer.ggml.pre"]],
        },
        "post_processor": None,
        "decoder": BYTE_LEVEL,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: number for number, token in enumerate(tokens)},
            "merges": [merge.split(" ") for merge in header["tokenizer.ggml.merges"]],
        },
    }


def _is_whole(path: Path) -> bool:
    """Whether the file is there with the hash on its receipt."""
    try:
        return _receipt(path).read_text(encoding="utf-8") == sha256_of(path)
    except OSError:
        return False


def _receipt(path: Path) -> Path:
    return path.with_suffix(".sha256")
