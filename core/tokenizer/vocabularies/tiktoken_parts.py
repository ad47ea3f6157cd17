"""The expressions and special tokens that go with each list of ranks, as their owners publish them."""

from pathlib import Path

from core.tokenizer.vocabularies.rank_files import (
    Ranks,
    read_base64_ranks,
    read_packed_ranks,
    read_tekken_ranks,
)
from core.tokenizer.vocabularies.tiktoken_engine import TiktokenParts
from core.tokenizer.vocabularies.white_space_runs import meta_cut

_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_ENDINGS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"

CL100K_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
"""openai/tiktoken, tiktoken_ext/openai_public.py, cl100k_base."""

O200K_PATTERN = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_ENDINGS}?|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_ENDINGS}?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""The same file, o200k_base: capitals part words, digits go by threes."""

LLAMA3_PATTERN = (
    rf"{_ENDINGS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""meta-llama/llama-models, models/llama3/tokenizer.py."""

QWEN_PATTERN = LLAMA3_PATTERN.replace(r"\p{N}{1,3}", r"\p{N}")
"""QwenLM/Qwen, tokenization_qwen.py: Llama 3's, with digits one by one."""

LLAMA3_SPECIAL = (
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|reserved_special_token_0|>",
    "<|reserved_special_token_1|>",
    "<|finetune_right_pad_id|>",
    "<|step_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eom_id|>",
    "<|eot_id|>",
    "<|python_tag|>",
    "<|image|>",
)
LLAMA3_SPECIAL_COUNT = 256

QWEN_SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
    "<tool_call>",
    "</tool_call>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
    "<tool_response>",
    "</tool_response>",
    "<think>",
    "</think>",
)
"""Qwen/Qwen3, tokenizer_config.json, in the order of their ids."""

TEKKEN_SPECIAL = (
    "<unk>",
    "<s>",
    "</s>",
    "[INST]",
    "[/INST]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[TOOL_CALLS]",
    "[IMG]",
    "<pad>",
    "[IMG_BREAK]",
    "[IMG_END]",
    "[PREFIX]",
    "[MIDDLE]",
    "[SUFFIX]",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]",
)
"""mistral_common, Tekkenizer.DEPRECATED_SPECIAL_TOKENS."""


def tiktoken_parts(name: str, path: Path) -> TiktokenParts:
    """What the vocabulary `name` consists of, its ranks read from `path`."""
    return {"cl100k": _cl100k, "o200k": _o200k, "llama3": _llama3, "qwen3": _qwen3, "tekken": _tekken}[name](
        path
    )


def _cl100k(path: Path) -> TiktokenParts:
    special = {
        "<|endoftext|>": 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    }
    return TiktokenParts(read_packed_ranks(path), CL100K_PATTERN, special)


def _o200k(path: Path) -> TiktokenParts:
    special = {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}
    return TiktokenParts(read_packed_ranks(path), O200K_PATTERN, special)


def _llama3(path: Path) -> TiktokenParts:
    ranks = read_base64_ranks(path)
    reserved = range(2, 2 + LLAMA3_SPECIAL_COUNT - len(LLAMA3_SPECIAL))
    names = (*LLAMA3_SPECIAL, *(f"<|reserved_special_token_{number}|>" for number in reserved))
    return TiktokenParts(ranks, LLAMA3_PATTERN, _numbered(names, len(ranks)), cut=meta_cut)


def _qwen3(path: Path) -> TiktokenParts:
    ranks = read_base64_ranks(path)
    return TiktokenParts(ranks, QWEN_PATTERN, _numbered(QWEN_SPECIAL, len(ranks)), compose=True)


def _tekken(path: Path) -> TiktokenParts:
    ranks, pattern, count = read_tekken_ranks(path)
    fillers = (f"<SPECIAL_{number}>" for number in range(len(TEKKEN_SPECIAL), count))
    ids: Ranks = {piece: rank + count for piece, rank in ranks.items()}
    return TiktokenParts(ids, pattern, _numbered((*TEKKEN_SPECIAL, *fillers), 0))


def _numbered(names: tuple[str, ...], first: int) -> dict[str, int]:
    return {name: first + number for number, name in enumerate(names)}
