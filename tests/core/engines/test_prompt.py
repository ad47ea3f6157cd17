import time

import pytest

from core.engines.prompt import LARGEST_PROMPT, prepare_prompt
from core.errors import GlassboxError


def encode(text: str) -> list[int]:
    return list(text.encode())


@pytest.mark.parametrize("text", ["", "   ", "\n\t ", "\u3000"])
def test_a_blank_prompt_is_refused(text: str) -> None:
    with pytest.raises(GlassboxError, match="prompt is empty"):
        prepare_prompt(encode, 100, text, 10)


def test_a_prompt_without_any_token_is_refused() -> None:
    with pytest.raises(GlassboxError, match="prompt is empty"):
        prepare_prompt(lambda text: [], 100, "unknown", 10)


def test_a_lone_surrogate_is_refused_with_its_position() -> None:
    with pytest.raises(GlassboxError, match="Character 3 of the prompt"):
        prepare_prompt(encode, 100, "ab\ud83dcd", 10)


def test_control_characters_and_right_to_left_text_stay(tiny_language_model) -> None:
    text = "a\x00\x07\x1b[31m\u202eשלום\u202c\x7f"
    assert prepare_prompt(encode, 1000, text, 10).ids == list(text.encode())
    kept = prepare_prompt(tiny_language_model.encode, 256, "\x01\x02x", 10)
    assert kept.ids == [1, 2, ord("x")]


def test_a_long_prompt_keeps_its_end_and_says_what_was_cut() -> None:
    prepared = prepare_prompt(encode, 12, "abcdefghijklmno", 4)
    assert prepared.ids == list(b"hijklmno")
    assert prepared.cut_tokens == 7


def test_a_prompt_that_just_fits_is_not_cut() -> None:
    assert prepare_prompt(encode, 12, "abcdefgh", 4).cut_tokens == 0


@pytest.mark.parametrize("new_tokens", [12, 13, 1000])
def test_more_new_tokens_than_the_context_holds_are_refused(new_tokens: int) -> None:
    with pytest.raises(GlassboxError, match="ask for at most 11"):
        prepare_prompt(encode, 12, "a", new_tokens)


def test_a_prompt_beyond_the_limit_is_refused_without_tokenising() -> None:
    def never_called(text: str) -> list[int]:
        raise AssertionError("tokenised")

    with pytest.raises(GlassboxError, match=r"has 3\.0 MB"):
        prepare_prompt(never_called, 100, "é" * (LARGEST_PROMPT * 3 // 4), 10)


@pytest.mark.real_model
def test_pieces_change_neither_ids_nor_count(smollm2) -> None:
    text = "The quick brown fox jumps over it, 1234 times.  Twice\n\n in Łódź — 再见 again; " * 2_500
    whole = smollm2.encode(text)
    prepared = prepare_prompt(smollm2.encode, 8192, text, 200)
    assert len(text) > 3 * 50_000
    assert prepared.ids == whole[-(8192 - 200) :]
    assert prepared.cut_tokens + len(prepared.ids) == len(whole)


@pytest.mark.real_model
@pytest.mark.parametrize("text", ["a" * 1_000_000, "word and word. " * 66_000, "模" * 333_000])
def test_a_megabyte_is_prepared(smollm2, text: str) -> None:
    started = time.process_time()
    prepared = prepare_prompt(smollm2.encode, 8192, text, 200)
    spent = time.process_time() - started
    assert len(prepared.ids) == 7992
    assert prepared.cut_tokens > 1000
    assert spent < 20, "far beyond the two seconds it takes: the work is no longer linear"
