"""The sample texts: complete in every language, in the script they claim, and what the page needs of them."""

import re
import unicodedata

import pytest

from core.tokenizer.samples import conversation, corpora, domains, examples, parallel, typed_special
from core.wording import LANGUAGES

SCRIPTS = {"ru": "CYRILLIC", "ar": "ARABIC", "hi": "DEVANAGARI", "zh": "CJK", "ja": "(CJK|HIRAGANA|KATAKANA)",
           "ko": "HANGUL"}  # fmt: skip


def test_every_corpus_is_long_enough_to_train_on() -> None:
    assert list(corpora()) == ["english", "german", "chinese", "code"]
    for name, text in corpora().items():
        assert len(text) >= (5_500 if name == "chinese" else 6_000)
        assert len(text.encode()) >= 6_000
        assert unicodedata.normalize("NFC", text) == text


def test_the_code_corpus_is_python_that_compiles() -> None:
    compile(corpora()["code"], "corpus", "exec")


def test_every_language_has_the_same_number_of_sentences_and_none_is_missing_or_doubled() -> None:
    assert len(parallel()) >= 10
    assert {len(lines) for lines in parallel().values()} == {20}
    for lines in parallel().values():
        assert len(set(lines)) == len(lines)
        assert all(line == line.strip() and line[-1] in ".?؟。？।" for line in lines)


def test_questions_are_questions_in_every_language() -> None:
    questions = {
        language: [number for number, line in enumerate(lines) if re.search(r"[?？؟]$|か。$", line)]
        for language, lines in parallel().items()
    }
    assert set(map(tuple, questions.values())) == {(8,)}


@pytest.mark.parametrize("language", parallel())
def test_sentences_are_written_in_the_script_of_their_language(language: str) -> None:
    script = re.compile(SCRIPTS.get(language, "LATIN"))
    letters = [letter for letter in "".join(parallel()[language]) if letter.isalpha()]
    assert all(script.match(unicodedata.name(letter)) for letter in letters)


def test_every_domain_word_occurs_in_its_text() -> None:
    assert {domain.language for domain in domains().values()} == {"en", "zh"}
    for domain in domains().values():
        assert all(word in domain.text.lower() for word in domain.words)
        assert len(set(domain.words)) == len(domain.words)
        assert set(domain.title) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_conversation_takes_turns(language: str) -> None:
    assert [message["role"] for message in conversation(language)] == ["system", "user", "assistant", "user"]
    assert "[INST]" in typed_special("[INST]", language)


def test_changing_a_conversation_leaves_the_next_reader_s_alone() -> None:
    conversation()[0]["content"] = "changed"
    assert conversation()[0]["content"] != "changed"


def test_the_examples_hold_what_they_promise() -> None:
    texts = {example.id: example.text for example in examples()}
    assert len(texts) == len(examples())
    assert "\u200d" in texts["emoji"]
    assert "\u00e9 and e\u0301" in texts["emoji"]
    assert all(
        mark in texts["spaces"] for mark in ("  ", "\t", "\u00a0", "\u3000", "\u200b", "\u00ad", "\n\n")
    )
    assert all(set(example.label) == set(LANGUAGES) for example in examples())
