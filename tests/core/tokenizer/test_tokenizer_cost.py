"""Fertility, price and added words against counts by other means."""

import pytest
from tokenizers import AddedToken

from core.errors import GlassboxError
from core.tokenizer.cost import expansion, fertility, price
from core.tokenizer.samples import domains, parallel
from core.tokenizer.vocabularies.load import load_vocabulary
from core.tokenizer.vocabularies.tokenizers_engine import TokenizersVocabulary

MEDICAL = "The rivaroxaban dose and troponin were low; rivaroxaban helps. antirivaroxaban is no word."


def test_fertility_counts_tokens_words_and_the_ratio_to_english() -> None:
    vocabulary = load_vocabulary("o200k")
    result = fertility(vocabulary, parallel())
    by_language = {cost.language: cost for cost in result.languages}
    assert set(by_language) == set(parallel())
    assert [cost.tokens for cost in result.languages] == sorted(cost.tokens for cost in result.languages)
    for language, cost in by_language.items():
        lines = parallel()[language]
        assert cost.tokens == sum(len(vocabulary.encode(line).ids) for line in lines)
        assert cost.tokens_per_sentence == cost.tokens / len(lines)
        assert cost.relative == cost.tokens / by_language["en"].tokens
        assert cost.low is not None
        assert cost.high is not None
        assert cost.low <= cost.relative <= cost.high
    assert by_language["zh"].tokens_per_word is None
    english = by_language["en"]
    assert english.words == sum(len(line.split()) for line in parallel()["en"])
    assert (english.low, english.high) == (1.0, 1.0)


def test_the_interval_is_the_same_for_the_same_seed_and_covers_nothing_for_equal_sentences() -> None:
    vocabulary = load_vocabulary("bert")
    assert fertility(vocabulary, parallel(), seed=1) == fertility(vocabulary, parallel(), seed=1)
    (_, german) = fertility(vocabulary, {"en": ["a b"] * 3, "de": ["a b c d"] * 3}).languages
    assert (german.language, german.relative, german.low, german.high) == ("de", 2.0, 2.0, 2.0)


@pytest.mark.parametrize("sentences", [{"en": []}, {"en": ["a"], "de": ["a", "b"]}])
def test_sentences_that_cannot_be_compared_are_refused(sentences: dict[str, list[str]]) -> None:
    with pytest.raises(GlassboxError, match="cannot be compared"):
        fertility(load_vocabulary("bert"), sentences)


def test_price_is_by_the_million() -> None:
    assert price(1_500_000, 4.0) == 6.0
    for wrong in (-1.0, float("inf"), float("nan")):
        with pytest.raises(GlassboxError, match="price"):
            price(1, wrong)


def test_added_words_give_the_count_that_hugging_face_counts() -> None:
    vocabulary = load_vocabulary("smollm2")
    assert isinstance(vocabulary, TokenizersVocabulary)
    result = expansion(vocabulary, MEDICAL, ["rivaroxaban", "troponin", "dose"], 576, True, 4)
    theirs = type(vocabulary._plain).from_str(vocabulary._plain.to_str())
    theirs.add_tokens(
        [AddedToken(word, lstrip=True, single_word=True) for word in ("rivaroxaban", "troponin")]
    )
    assert result.tokens_before == vocabulary.encode(MEDICAL).count
    assert result.tokens_after == len(theirs.encode(MEDICAL, add_special_tokens=False).ids)
    assert result.saved == result.tokens_before - result.tokens_after > 0
    assert (result.added, result.already) == (("rivaroxaban", "troponin"), ("dose",))
    assert (result.rows, result.parameters, result.bytes) == (2, 2 * 576, 2 * 576 * 4)


def test_an_untied_model_pays_twice_and_half_bytes_are_counted() -> None:
    vocabulary = load_vocabulary("smollm2")
    result = expansion(vocabulary, MEDICAL, ["rivaroxaban", "rivaroxaban", " "], 576, False, 0.5)
    assert (result.rows, result.parameters, result.bytes) == (1, 2 * 576, 576)


def test_chinese_words_are_found_inside_running_text() -> None:
    vocabulary = load_vocabulary("smollm2")
    domain = domains()["law"]
    result = expansion(vocabulary, domain.text, domain.words, 576, True, 2)
    assert result.saved > 100
    assert 0 < result.saved_share < 1
    one = expansion(vocabulary, "甲方违约责任重大", ["违约责任"], 8, True, 1)
    rest = vocabulary.encode("甲方").count + vocabulary.encode("重大").count
    assert one.tokens_after == rest + 1


def test_the_longer_word_wins() -> None:
    vocabulary = load_vocabulary("cl100k")
    result = expansion(vocabulary, "违约责任", ["违约", "违约责任"], 8, True, 1)
    assert result.tokens_after == 1


@pytest.mark.parametrize(("dimension", "size"), [(0, 4.0), (8, 0.0), (8, float("nan"))])
def test_impossible_models_are_refused(dimension: int, size: float) -> None:
    with pytest.raises(GlassboxError, match="at least 1"):
        expansion(load_vocabulary("bert"), "a", ["b"], dimension, True, size)
