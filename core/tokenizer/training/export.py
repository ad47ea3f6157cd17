"""Saving a trained tokenizer as a `tokenizer.json` that Hugging Face `tokenizers` loads.

The file names no added tokens: the unknown token stands for what the vocabulary cannot spell, and is not
recognised in a text that happens to contain its name.
"""

import json
from typing import Any

from core.tokenizer.training.history import Training
from core.tokenizer.training.start import CONTINUATION
from core.tokenizer.training.wordpiece import MAX_CHARACTERS
from core.tokenizer.training.words import SPACE_MARK

_BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
_METASPACE = {"type": "Metaspace", "replacement": SPACE_MARK, "prepend_scheme": "always", "split": True}
_WORDS = {"type": "Whitespace"}


def tokenizer_json(training: Training) -> str:
    """The text of the file; the tokenizer in it cuts any text as `segment_text` does.

    >>> from core.tokenizer.training.train import train
    >>> json.loads(tokenizer_json(train("bpe", "low low low lot lot", 7)))["model"]["merges"]
    [['l', 'o'], ['lo', 'w']]
    """
    pre_tokenizer, decoder = _around(training.algorithm)
    whole: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": None,
        "decoder": decoder,
        "model": _model(training),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _around(algorithm: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    if algorithm == "byte-bpe":
        return _BYTE_LEVEL, _BYTE_LEVEL
    if algorithm == "wordpiece":
        return _WORDS, {"type": "WordPiece", "prefix": CONTINUATION, "cleanup": False}
    if algorithm == "unigram":
        return {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, _METASPACE]}, _METASPACE
    return _WORDS, None


def _model(training: Training) -> dict[str, Any]:
    ids = {token: number for number, token in enumerate(training.tokens)}
    if training.algorithm == "unigram":
        vocabulary = [list(item) for item in zip(training.tokens, training.scores, strict=True)]
        return {"type": "Unigram", "unk_id": 0, "vocab": vocabulary, "byte_fallback": False}
    if training.algorithm == "wordpiece":
        return {
            "type": "WordPiece",
            "unk_token": training.unknown,
            "continuing_subword_prefix": CONTINUATION,
            "max_input_chars_per_word": MAX_CHARACTERS,
            "vocab": ids,
        }
    return {
        "type": "BPE",
        "dropout": None,
        "unk_token": training.unknown,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": False,
        "vocab": ids,
        "merges": [[step.winner.left, step.winner.right] for step in training.steps if step.winner],
    }
