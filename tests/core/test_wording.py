"""Every text exists in both languages, and every key that the code names exists."""

import re
from pathlib import Path

import pytest

from core.errors import GlassboxError
from core.wording import LANGUAGES, all_wording, fill, wording

PROJECT = Path(__file__).parents[2]
SOURCES = [
    *PROJECT.glob("*.py"),
    *PROJECT.glob("pages/*.py"),
    *PROJECT.glob("ui/**/*.py"),
    *PROJECT.glob("core/**/*.py"),
]
NAMED_KEY = re.compile(r"""(?<![\w.])(?:t|words|wording|GlassboxError)\(\s*(f?)"([a-z_0-9.{}()'\[\] ]+)\"""")


def named_keys() -> list[tuple[str, str]]:
    found = []
    for path in SOURCES:
        for is_pattern, key in NAMED_KEY.findall(path.read_text(encoding="utf-8")):
            if "." in key and not (not is_pattern and "{" in key):
                found.append((path.name, key if not is_pattern else re.sub(r"\{[^}]*\}", "*", key)))
    return found


def test_there_are_keys_to_check():
    assert len(named_keys()) > 100


def test_each_text_exists_in_both_languages():
    incomplete = {
        key: texts
        for key, texts in all_wording().items()
        if set(texts) != set(LANGUAGES) or not all(text.strip() for text in texts.values())
    }
    assert len(all_wording()) > 4000
    assert incomplete == {}


def test_both_languages_fill_in_the_same_values():
    value = re.compile(r"(?<!\$)\{(\w+)(?::[^{}]*)?\}")
    differing = {
        key: texts
        for key, texts in all_wording().items()
        if len({frozenset(value.findall(x)) for x in texts.values()}) > 1
    }
    assert not differing


def test_every_key_that_the_code_names_exists():
    known = set(all_wording())
    missing = []
    for file, key in named_keys():
        pattern = re.compile(re.escape(key).replace(r"\*", r"[a-z_0-9.]+"))
        if not any(pattern.fullmatch(name) for name in known):
            missing.append(f"{file}: {key}")
    assert not missing


def test_chinese_is_chinese_wherever_the_english_has_words():
    chinese = re.compile(r"[\u4e00-\u9fff]")
    no_words = re.compile(r"\\[a-z]+|\{[^{}]*\}")  # commands of formulas, and placeholders
    same = [
        key
        for key, texts in all_wording().items()
        if len(re.findall(r"[A-Za-z]{3,}", no_words.sub("", texts["en"]))) >= 4
        and not chinese.search(texts["zh"])
    ]
    assert not same


def test_values_that_are_not_given_stay():
    assert fill(r"$\frac{a}{b}$ is {x:.2f}", {"x": 0.5}) == r"$\frac{a}{b}$ is 0.50"


def test_an_unknown_key_raises():
    with pytest.raises(KeyError):
        wording("ui.no_such_text")


def test_an_error_reads_in_the_readers_language():
    error = GlassboxError("ui.error.port", port=8501, other=8502)
    assert "8501" in str(error)
    assert "端口 8501" in error.text("zh")
