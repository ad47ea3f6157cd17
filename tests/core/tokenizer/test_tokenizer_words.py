"""Words, their parts of speech and stop words; characters, words and subwords of one text."""

import gzip
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from core.errors import GlassboxError
from core.tokenizer import english_tagger
from core.tokenizer.encoding import Encoding, Token
from core.tokenizer.samples import corpora, parallel
from core.tokenizer.words import (
    PARTS_OF_SPEECH,
    UNTAGGED,
    _part,
    assigned_characters,
    dictionary_size,
    segmented,
    stop_words,
    three_ways,
)
from core.wording import LANGUAGES, wording


def texts(text: str) -> list[str]:
    return [word.text for word in segmented(text)]


@pytest.mark.parametrize("name", corpora())
def test_words_cover_everything_but_white_space_in_order(name: str) -> None:
    text = corpora()[name]
    words = segmented(text)
    assert all(text[word.start : word.end] == word.text for word in words)
    assert "".join(word.text for word in words) == "".join(text.split())
    assert {word.part_of_speech for word in words} <= set(PARTS_OF_SPEECH)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ru", "tr", "sw", "hi", "ar", "ko"])
def test_languages_with_spaces_are_cut_at_them_and_at_punctuation_only(language: str) -> None:
    for line in parallel()[language]:
        bare = [chunk.strip(".,?¿؟،।;:") for chunk in line.split()]
        assert [word for word in texts(line) if word[0].isalnum()] == [chunk for chunk in bare if chunk]


def test_chinese_is_cut_as_jieba_does_and_tagged_as_its_dictionary_says() -> None:
    import jieba

    listed = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    flags = {word: flag for word, _, flag in map(str.split, listed)}
    names = {"v": "verb", "n": "noun", "r": "pronoun", "p": "preposition", "uj": "particle", "m": "number"}
    for line in parallel()["zh"]:
        assert texts(line) == jieba.lcut(line)
        for word in segmented(line):
            expected = names.get(flags.get(word.text, ""))
            assert expected in (None, word.part_of_speech)


def test_a_word_that_the_dictionary_lacks_is_tagged_by_jieba_s_model() -> None:
    import jieba.posseg

    words = {word.text: word for word in segmented("他来到了网易杭研大厦")}
    unlisted = [text for text in words if not jieba.dt.FREQ.get(text)]
    assert "杭研" in unlisted
    for text in unlisted:
        assert words[text].part_of_speech == _part(jieba.posseg.lcut(text)[0].flag)


def test_an_ambiguous_chinese_text_is_decided_by_its_words() -> None:
    found = texts("研究生命的起源，需要许多研究生。")
    assert found[:2] == ["研究", "生命"]
    assert "研究生" in found[2:]


def test_parts_of_speech_and_stop_words_of_a_chinese_sentence() -> None:
    words = {word.text: word for word in segmented("老师把答案写在了黑板上。")}
    assert (
        words["老师"].part_of_speech == words["答案"].part_of_speech == words["黑板"].part_of_speech == "noun"
    )
    assert words["写"].part_of_speech == "verb"
    assert words["把"].part_of_speech == "preposition"
    assert words["。"].part_of_speech == "punctuation"
    assert {text for text, word in words.items() if word.stop_word} == {"把", "在", "了", "上"}


def parts(text: str) -> list[str]:
    return [word.part_of_speech for word in segmented(text)]


@pytest.mark.real_model
def test_english_is_tagged_sentence_by_sentence_also_beside_chinese() -> None:
    tagged = ["determiner", "noun", "verb", "number", "noun", "punctuation"]
    assert parts("The teacher wrote 12 answers.") == tagged
    assert parts("The teacher wrote 12 answers. 老师写了。The teacher wrote 12 answers.")[:6] == tagged
    assert parts("老师写了。The teacher wrote 12 answers.")[-6:] == tagged
    assert parts("She walks home. The evening walks were")[:3] == ["pronoun", "verb", "adverb"]
    assert parts("She walks home. The evening walks were")[-3:] == ["noun", "noun", "verb"]


@pytest.mark.real_model
def test_the_tagger_gives_what_the_makers_own_code_gives() -> None:
    package = Path(next(iter(find_spec(english_tagger.PACKAGE).submodule_search_locations)))
    code = spec_from_file_location("makers_tagger", package / "perceptron.py")
    makers = module_from_spec(code)
    code.loader.exec_module(makers)
    raw = json.loads(gzip.decompress((package / "data" / "tagger.json.gz").read_bytes()))
    oracle = makers.Tagger(raw["weights"], raw["tagdict"], raw["classes"], frozenset(raw["vocabulary"]))
    sentences = [re.findall(r"[\w']+", line) for line in re.split(r"[.:]", corpora()["english"])]
    sentences += [re.findall(r"[\w']+", line) for line in parallel()["en"]] + [["Zyx", "qwrt9", "ß"], []]
    tag = english_tagger.english_tagger().tag
    for sentence in sentences:
        assert tag(sentence) == tuple(label.split("|")[0] for label in oracle.tag(sentence))


@pytest.mark.parametrize("language", ["de", "fr", "tr", "sw", "ru", "ar"])
def test_other_languages_are_not_tagged_and_say_so(language: str) -> None:
    assert set(parts(" ".join(parallel()[language]))) == {UNTAGGED, "punctuation"}


def test_without_the_weights_english_is_not_tagged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(english_tagger, "PACKAGE", "no_such_package")
    without = [UNTAGGED] * 3 + ["number", UNTAGGED, "punctuation"]
    assert parts("The teacher wrote 12 answers.") == without


@pytest.mark.real_model
def test_altered_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(english_tagger, "SHA256", "0" * 64)
    english_tagger.english_tagger.cache_clear()
    with pytest.raises(GlassboxError, match=r"not the published one.*denckring-en-pos==0\.6\.0"):
        segmented("The teacher wrote 12 answers.")


def test_english_stop_words_are_found_whatever_their_case() -> None:
    assert [word.stop_word for word in segmented("The teacher wrote THE answers.")] == [
        True,
        False,
        False,
        True,
        False,
        False,
    ]


def test_mixed_scripts_emoji_and_strange_characters_lose_nothing() -> None:
    text = "hello世界!𰻝𰻝面\x00\u200b👨‍👩‍👧‍👦 e\u0301te\u0301 \ud800 ２０２４年"
    found = texts(text)
    assert "".join(found) == "".join(text.split())
    assert {"hello", "世界", "👨‍👩‍👧‍👦", "e\u0301te\u0301", "２０２４"} <= set(found)


def test_nothing_but_white_space_has_no_words() -> None:
    assert segmented("") == segmented(" \n\t\u3000") == ()


def test_the_stop_word_lists_are_lower_case_and_of_the_size_that_their_language_allows() -> None:
    assert 100 <= len(stop_words("en")) <= 200
    assert 100 <= len(stop_words("zh")) <= 200
    assert all(word == word.lower() and word.isascii() for word in stop_words("en"))
    assert all(texts(word) for word in stop_words("zh"))


@dataclass
class WordsOrUnknown:
    """A vocabulary of two words, all else unknown."""

    size: int = 3

    def encode(self, text: str) -> Encoding:
        tokens, at = [], 0
        for chunk in text.split(" "):
            known = chunk in ("the", "mill")
            tokens.append(Token(0, chunk, chunk.encode(), at, at + len(chunk), unknown=not known))
            at += len(chunk) + 1
        return Encoding("two", text, tuple(tokens))


def test_three_ways_of_one_text() -> None:
    ways = three_ways("the old mill", WordsOrUnknown())
    assert (ways.characters.count, ways.words.count, ways.subwords.count) == (10, 3, 3)
    assert [piece.text for piece in ways.subwords.pieces if piece.unknown] == ["old"]
    assert ways.subwords.unknown == 1
    assert ways.words.vocabulary_size is None
    assert ways.subwords.vocabulary_size == 3
    assert ways.characters.vocabulary_size == assigned_characters() > 140_000


def test_words_that_the_dictionary_lacks_count_as_unknown() -> None:
    ways = three_ways("他是𰻝面大师", WordsOrUnknown())
    assert ways.words.vocabulary_size == dictionary_size() == 349_045
    assert "𰻝" in [piece.text for piece in ways.words.pieces if piece.unknown]
    assert "大师" in [piece.text for piece in ways.words.pieces if not piece.unknown]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_speech_has_a_name(language: str) -> None:
    names = [wording(f"tokenizer.lesson.part.{part}", language) for part in PARTS_OF_SPEECH]
    assert len(set(names)) == len(names)


def test_jieba_writes_no_cache_anywhere(tmp_path) -> None:
    program = "from core.tokenizer.words import segmented; print(len(segmented('今天天气很好')))"
    environment = {**os.environ, "TMPDIR": str(tmp_path), "GLASSBOX_HOME": str(tmp_path / "home")}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) >= 2
    assert ran.stderr == ""
    assert list(tmp_path.iterdir()) == []
