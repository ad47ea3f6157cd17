"""Measured properties against facts that the vocabularies' owners state."""

import pytest

from core.tokenizer.families import (
    common_chinese_characters,
    families,
    is_one_token,
    measured_family,
    published_families,
)
from core.tokenizer.vocabularies.catalogue import VOCABULARIES
from core.tokenizer.vocabularies.load import load_vocabulary

STATED_DIGITS = {
    "cl100k": 3,
    "o200k": 3,
    "llama3": 3,
    "deepseek": 3,
    "qwen3": 1,
    "tekken": 1,
    "mistral-v1": 1,
}


@pytest.mark.parametrize("name", list(VOCABULARIES))
def test_measured_properties(name: str) -> None:
    row = measured_family(name)
    assert row.measured
    assert row.size == VOCABULARIES[name].vocabulary_size
    assert row.digits == STATED_DIGITS.get(name, row.digits)
    assert row.keeps_white_space == row.keeps_case == (name != "bert")
    expected = {"bert": "unknown", "mistral-v1": "fallback"}.get(name, "bytes")
    assert row.rare_characters == expected
    assert (row.missing_bytes is None) == (name in ("bert", "mistral-v1"))
    assert row.chinese_share is not None
    assert 0 < row.chinese_share < 1


def test_vocabularies_made_for_chinese_know_nearly_every_common_character() -> None:
    shares = {name: measured_family(name).chinese_share or 0 for name in ("qwen3", "deepseek", "smollm2")}
    assert shares["qwen3"] > 0.99
    assert shares["deepseek"] > 0.9
    assert shares["smollm2"] < 0.1


def test_bert_knows_the_character_one_but_not_the_character_for_word() -> None:
    bert, mistral = load_vocabulary("bert"), load_vocabulary("mistral-v1")
    assert is_one_token(bert, "一")
    assert not is_one_token(bert, "词")
    assert is_one_token(mistral, "的")


def test_the_character_list_is_gb2312_level_one() -> None:
    characters = common_chinese_characters()
    assert len(set(characters)) == 3755
    assert characters[:3] == ("啊", "阿", "埃")
    assert {"的", "一", "是", "不", "了"} <= set(characters)
    assert "亍" not in characters


def test_published_rows_are_marked_and_sourced() -> None:
    rows = published_families()
    assert {row.name for row in rows} == {"bloom", "chatglm-6b", "chatglm2", "baichuan", "t5", "xlnet"}
    for row in rows:
        assert not row.measured
        assert row.source.startswith("https://")
        assert row.size >= 32_000
        assert row.table_rows is None or row.table_rows > row.size


def test_the_table_asks_for_each_vocabulary_once() -> None:
    asked: list[str] = []

    def remembered(name: str):
        asked.append(name)
        return published_families()[0]

    assert len(families(remembered)) == len(VOCABULARIES) + 6
    assert asked == list(VOCABULARIES)
