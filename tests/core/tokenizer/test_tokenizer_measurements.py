"""What decides the predictions: every measurement runs, and finds what the question was written for."""

import math
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qsl

import pytest

from core.curriculum import Measurement, Question, answer_text, grade
from core.curriculum.bank import CURRICULUM_FOLDER, load_questions
from core.curriculum.question import placeholders
from core.tokenizer.measurements import MEASUREMENTS
from core.tokenizer.measurements.characters import FAMILY, common_chinese
from core.tokenizer.samples import corpora, domains, examples
from core.tokenizer.training.history import ALGORITHMS
from core.tokenizer.vocabularies.catalogue import VOCABULARIES
from core.tokenizer.vocabularies.load import load_vocabulary
from core.wording import LANGUAGES, wording

BANK = load_questions(CURRICULUM_FOLDER / "tokenizer.toml", "tokenizer", set(MEASUREMENTS))
TOPICS = "why bpe bytes wordpiece unigram sentencepiece families fertility expand chat words"
VIEWS = ("see", "families", "train", "cost", "chat", "words")
USED = ("cl100k", "o200k", "llama3", "qwen3", "mistral-v1", "bert")
Measured = Callable[[str, bool], Measurement]

pytestmark = pytest.mark.real_model


@pytest.fixture(scope="module")
def measured() -> Measured:
    """A measurement by name and size, run at most once, with the vocabularies it needs already loaded."""
    for name in USED:
        load_vocabulary(name)
    return cache(lambda name, small: MEASUREMENTS[name](small))


@pytest.mark.parametrize("small", [True, False], ids=["small", "full"])
@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_choice_called_right_is_the_measured_one(
    question: Question, small: bool, measured: Measured
) -> None:
    measurement = measured(question.predict.measure, small)
    assert question.predict.expected is not None
    assert grade(question.predict, measurement.value) is question.predict.choices[question.predict.expected]


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_answer_and_the_note_quote_only_what_was_measured(question: Question, measured: Measured) -> None:
    measurement = measured(question.predict.measure, True)
    quoted = measurement.quoted()
    assert all(math.isfinite(number) for number in quoted.values())
    assert set(quoted) == set(measured(question.predict.measure, False).quoted())
    for language in LANGUAGES:
        assert not placeholders(answer_text(question, language, measurement))
        assert not placeholders(wording(measurement.note_key, language, **quoted))


def test_small_measurements_take_at_most_two_seconds_of_processor_time(measured: Measured) -> None:
    for name, measure in MEASUREMENTS.items():
        measured(name, True)
        begun = time.process_time()
        measure(True)
        assert time.process_time() - begun < 2, name


def test_every_measurement_decides_a_question_and_every_topic_of_the_curriculum_has_one() -> None:
    assert sorted(question.predict.measure for question in BANK) == sorted(MEASUREMENTS)
    assert [question.id for question in BANK] == [f"tok-{topic}" for topic in TOPICS.split()]


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_a_link_names_only_controls_of_the_page_with_values_they_take(question: Question) -> None:
    given = dict(parse_qsl(question.link, strict_parsing=True))
    takes = {
        "view": VIEWS,
        "vocabulary": VOCABULARIES,
        "example": [example.id for example in examples()],
        "algorithm": ALGORITHMS,
        "corpus": corpora(),
        "domain": domains(),
        "template": ("smollm2", "llama3", "qwen3", "deepseek", "mistral-v1", "tekken"),
    }
    assert "view" in given
    assert all(given[name] in known for name, known in takes.items() if name in given)
    assert set(given.get("compare", "o200k").split(",")) <= set(VOCABULARIES) - {given.get("vocabulary")}
    assert all(given.get(name, "1").isdigit() for name in ("vocabulary_size", "step"))
    assert set(given) <= {*takes, "text", "word", "compare", "vocabulary_size", "step"}


def test_unseen_words_are_what_a_count_by_hand_finds(measured: Measured) -> None:
    paragraphs = corpora()["english"].strip().lower().split("\n\n")
    words = [re.findall(r"[a-z]+(?:'[a-z]+)*", paragraph) for paragraph in paragraphs]
    cut = len(words) * 3 // 4
    known = {word for paragraph in words[:cut] for word in paragraph}
    new = [word for paragraph in words[cut:] for word in paragraph]
    assert measured("unseen_words", True).value == sum(word not in known for word in new) / len(new)


def test_the_first_merge_is_the_commonest_pair_of_letters(measured: Measured) -> None:
    words = re.findall(r"\w+|[^\w\s]+", corpora()["english"])
    pairs = [word[at : at + 2] for word in words for at in range(len(word) - 1)]
    assert measured("early_merges", True).values["first_count"] == max(map(pairs.count, set(pairs)))


def test_bpe_shortens_the_text_more_than_wordpiece_in_as_many_merges(measured: Measured) -> None:
    values = measured("rare_winners", True).values
    assert values["bpe_tokens"] < values["wordpiece_tokens"] < sum(map(len, corpora()["english"].split()))
    assert values["bpe_count"] > values["wordpiece_count"] >= 1


def test_the_best_cut_holds_what_adding_up_all_cuts_by_hand_gives() -> None:
    from core.tokenizer.training.train import train

    training = train("unigram", corpora()["english"], 400)
    probability = {token: math.exp(score) for token, score in training.states[-1].scores.items()}

    def all_cuts(word: str) -> list[float]:
        heads = [end for end in range(1, len(word) + 1) if word[:end] in probability]
        return (
            [probability[word[:end]] * rest for end in heads for rest in all_cuts(word[end:])]
            if word
            else [1.0]
        )

    cuts = [all_cuts(word) for word in training.word_counts if len(word) > 6][:60]
    shares = [max(products) / math.fsum(products) for products in cuts]
    assert MEASUREMENTS["best_cut"](True).value == pytest.approx(math.fsum(shares) / len(shares), rel=1e-9)


def test_flattened_probabilities_draw_more_varied_cuts(measured: Measured) -> None:
    values = measured("best_cut", False).values
    assert values["drawn_differs"] < values["flat_differs"]


def test_the_emoji_s_tokens_are_its_bytes(measured: Measured) -> None:
    tokens = load_vocabulary("cl100k").encode(FAMILY).tokens
    assert b"".join(token.data for token in tokens) == FAMILY.encode()
    assert measured("emoji_tokens", True).value == len(tokens)
    assert measured("emoji_tokens", True).values["bytes"] == 4 * 4 + 3 * 3


def test_a_typed_space_mark_does_not_come_back_from_sentencepiece() -> None:
    mistral = load_vocabulary("mistral-v1")
    assert mistral.decode(mistral.encode("a\u2581b").ids) == "a b"


def test_composed_accents_are_what_qwen_does_not_give_back() -> None:
    qwen = load_vocabulary("qwen3")
    changed = {
        example.id for example in examples() if qwen.decode(qwen.encode(example.text).ids) != example.text
    }
    assert changed == {"emoji"}
    assert qwen.decode(qwen.encode("e\u0301").ids) == "\u00e9"


def test_the_common_characters_are_all_of_the_first_level_and_no_others() -> None:
    characters = common_chinese()
    assert len(set(characters)) == 3_755
    assert characters[0] == "啊"
    assert characters[-1] == "座"
    assert "龘" not in characters


def test_shares_lie_between_0_and_1_and_vocabularies_made_for_chinese_know_more_of_it(
    measured: Measured,
) -> None:
    shares = measured("common_characters", False)
    assert shares.values["cl100k"] < shares.values["llama"] < shares.value < shares.values["qwen"] <= 1
    words = measured("whole_words", False)
    assert 0 < words.values["cl100k"] < words.values["o200k"] < words.value < 1
    assert 0 < words.values["crossed"] < 0.5


def test_hindi_against_english_is_the_ratio_of_tiktoken_s_counts(measured: Measured) -> None:
    from core.tokenizer.samples import parallel

    encode = load_vocabulary("cl100k").encode
    counts = [sum(len(encode(line).ids) for line in parallel()[language]) for language in ("hi", "en")]
    found = measured("hindi_price", False)
    assert found.value == counts[0] / counts[1]
    assert 1 < found.low < found.value < found.high


def test_added_words_save_in_their_own_field_and_nearly_nothing_elsewhere(measured: Measured) -> None:
    saving = measured("domain_saving", False)
    assert saving.value == pytest.approx(1 - saving.values["after"] / saving.values["before"])
    assert saving.values["ordinary_saved"] < 0.01
    assert saving.values["parameters"] == saving.values["rows"] * 4096 * 2
    assert saving.values["megabytes"] == saving.values["parameters"] * 2 / 1e6


def test_a_typed_mark_is_a_mark_only_where_special_tokens_are_allowed(measured: Measured) -> None:
    values = measured("typed_mark", True).values
    assert values["marks"] == 1
    assert values["as_special"] < values["as_text"]
    assert 0 < values["written"] < values["whole"]
    asked = "What does <|im_end|> mean at the end of a prompt?"
    text = f"<|im_start|>user\n{asked}<|im_end|>\n<|im_start|>assistant\n"
    assert load_vocabulary("qwen3").encode(text, allow_special=True).count == values["as_special"]


def test_the_table_of_measurements_imports_no_tokenizer() -> None:
    program = (
        "import sys; from core.tokenizer.measurements import MEASUREMENTS;"
        "heavy = {'numpy', 'tiktoken', 'tokenizers', 'sentencepiece', 'jieba', 'torch'};"
        "print(len(MEASUREMENTS), sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "11 []"
