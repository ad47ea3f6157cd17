"""The reference encoder against tiktoken with OpenAI's real vocabularies, on mixed and fuzzed text."""

import random
import unicodedata
from functools import cache

import pytest
import tiktoken

from core.errors import GlassboxError
from core.tokenizer.byte_bpe_encode import encode_with_ranks, merge_bytes
from core.tokenizer.samples import corpora
from core.tokenizer.training.merge_by_rank import merge_long, merge_short
from core.tokenizer.vocabularies.file import vocabulary_file
from core.tokenizer.vocabularies.tiktoken_parts import TiktokenParts, tiktoken_parts

SCRIPTS = [
    *("0019", "abcdefgABCDEFG'", "  \t\n\r ", "äöüßÄÖÜéèñ", "абвгдАБВГД", "中文字符漢語", "日本カナひら"),
    *("한국어말", "हिन्दीभाषा", "عربيةنص", "עברית", "ไทยภาษา", "👩🏽‍🚀👨‍👩‍👧🇩🇪❤️", "½²³ⅣⅨ①٣९", "ǅǈǋʰʱªº"),
    *('!?.,;:-_/\\(){}[]<>=+*&^%$#@~`|"', "'s't're've'm'll'd'S'T'LL"),
    "\u0301\u0308\u20dd\u200b\u200d\u2060\ufeff\u00ad\u00a0\u3000\u2028\x85\x00\x1b",
]


@cache
def vocabulary(name: str) -> tuple[TiktokenParts, tiktoken.Encoding]:
    parts = tiktoken_parts(name, vocabulary_file(name))
    peer = tiktoken.Encoding(
        name, pat_str=parts.pattern, mergeable_ranks=dict(parts.ranks), special_tokens={}
    )
    return parts, peer


def fuzzed_lines(count: int, seed: int) -> list[str]:
    """Half script by script in short runs, half any assigned code points; lines of up to 40 characters.

    Code points assigned after Unicode 14 (Python 3.11's tables) are left out: what counts as a letter
    there depends on which library is newer.
    """
    generator = random.Random(seed)
    assigned = [
        character
        for character in map(chr, range(0x110000))
        if unicodedata.category(character) not in ("Cs", "Cn")
    ]
    lines = []
    for number in range(count):
        length = generator.randint(1, 40)
        if number % 2:
            lines.append("".join(generator.choices(assigned, k=length)))
        else:
            runs = (
                "".join(generator.choices(generator.choice(SCRIPTS), k=generator.randint(1, 5)))
                for _ in range(length // 3 + 1)
            )
            lines.append("".join(runs))
    return lines


@pytest.mark.parametrize("name", ["cl100k", "o200k"])
def test_ids_equal_tiktoken_on_mixed_and_fuzzed_lines(name: str) -> None:
    parts, peer = vocabulary(name)
    prose = [line for text in corpora().values() for line in text.splitlines(keepends=True)]
    lines = [*prose, *corpora().values(), *fuzzed_lines(10_500, seed=3)]
    assert len(lines) > 10_000
    expected = peer.encode_ordinary_batch(lines, num_threads=2)
    for line, ids in zip(lines, expected, strict=True):
        assert encode_with_ranks(parts.ranks, parts.pattern, line) == ids, ascii(line)


@pytest.mark.parametrize("name", ["cl100k", "o200k"])
def test_ids_equal_tiktoken_on_public_text(name: str, multi30k_val: list[str], xquad: list[str]) -> None:
    parts, peer = vocabulary(name)
    for line in [*multi30k_val[::3], *xquad[::7]]:
        assert encode_with_ranks(parts.ranks, parts.pattern, line) == peer.encode_ordinary(line)


@pytest.mark.parametrize("name", ["cl100k", "o200k"])
def test_long_chunks_take_the_heap_and_come_out_the_same(name: str) -> None:
    parts, peer = vocabulary(name)
    for text in ["a" * 5_000, " " * 5_000, "ab" * 2_000 + "!" * 3_000, "汉" * 2_000, "😀" * 1_000, "=" * 999]:
        assert encode_with_ranks(parts.ranks, parts.pattern, text) == peer.encode_ordinary(text)


def test_the_loop_and_the_heap_agree() -> None:
    for seed in range(300):
        generator = random.Random(seed)
        ranks = {
            (left, right): generator.randrange(50)
            for left in ("a", "b", "ab", "ba", "aa", "aab")
            for right in ("a", "b", "ab", "ba", "aa")
        }

        def rank(left: str, right: str, ranks: dict[tuple[str, str], int] = ranks) -> float:
            return ranks.get((left, right), float("inf"))

        text = generator.choices("ab", k=generator.randint(0, 60))
        assert merge_short(text, rank, str.__add__) == merge_long(text, rank, str.__add__)


def test_lowest_rank_first_even_where_a_longer_token_exists() -> None:
    """`abc` is a token, but b c has the lower rank and a bc is none: the rule is not the longest match."""
    ranks = {b"a": 0, b"b": 1, b"c": 2, b"bc": 3, b"ab": 4, b"abc": 5}
    assert merge_bytes(ranks, b"xabc"[1:]) == [b"abc"]
    assert merge_bytes({b"a": 0, b"b": 1, b"c": 2, b"bc": 3, b"ab": 4}, b"abc") == [b"a", b"bc"]


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(GlassboxError, match="surrogate"):
        encode_with_ranks({b"a": 0}, ".+", "a\ud83d")
