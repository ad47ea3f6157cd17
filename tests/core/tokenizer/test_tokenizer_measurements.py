"""What the tokenizer lesson's predictions rest on, on few texts and on all: by hand, against tiktoken."""

import math
import re
import subprocess
import sys
from functools import cache
from urllib.parse import parse_qsl

import pytest

from core.curriculum import Measurement, Question, grade, questions
from core.tokenizer.chat import templates
from core.tokenizer.measurements import MEASUREMENTS
from core.tokenizer.measurements.characters import FAMILY, common_chinese
from core.tokenizer.samples import corpora, domains, examples
from core.tokenizer.vocabularies.load import load_vocabulary
from tests.core.measured import measured_small

BANK = questions("tokenizer")

pytestmark = pytest.mark.real_model


@cache
def measured_full(name: str) -> Measurement:
    return MEASUREMENTS[name](small=False)


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_all_texts_decide_as_the_few_do_and_give_the_same_numbers_to_quote(question: Question) -> None:
    found = measured_full(question.predict.measure)
    assert grade(question.predict, found.value) is question.predict.choices[question.predict.expected]
    assert set(found.quoted()) == set(measured_small("tokenizer", question.predict.measure).quoted())


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_a_link_names_what_its_view_can_open_and_compares_with_other_vocabularies(question: Question) -> None:
    given = dict(parse_qsl(question.link, strict_parsing=True))
    assert given.get("corpus", "english") in corpora()
    assert given.get("domain", "medicine") in domains()
    assert given.get("template", "qwen3") in [template.name for template in templates()]
    assert given.get("vocabulary") not in given.get("compare", "").split(",")


def test_unseen_words_are_what_a_count_by_hand_finds() -> None:
    paragraphs = corpora()["english"].strip().lower().split("\n\n")
    words = [re.findall(r"[a-z]+(?:'[a-z]+)*", paragraph) for paragraph in paragraphs]
    cut = len(words) * 3 // 4
    known = {word for paragraph in words[:cut] for word in paragraph}
    new = [word for paragraph in words[cut:] for word in paragraph]
    unseen = [word for word in new if word not in known]
    assert measured_small("tokenizer", "unseen_words").value == len(unseen) / len(new)


def test_the_first_merge_is_the_commonest_pair_of_letters() -> None:
    words = re.findall(r"\w+|[^\w\s]+", corpora()["english"])
    pairs = [word[at : at + 2] for word in words for at in range(len(word) - 1)]
    commonest = max(map(pairs.count, set(pairs)))
    assert measured_small("tokenizer", "early_merges").values["first_count"] == commonest


def test_bpe_shortens_the_text_more_than_wordpiece_in_as_many_merges() -> None:
    values = measured_small("tokenizer", "rare_winners").values
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
    expected = math.fsum(shares) / len(shares)
    assert measured_small("tokenizer", "best_cut").value == pytest.approx(expected, rel=1e-9)


def test_flattened_probabilities_draw_more_varied_cuts() -> None:
    values = measured_full("best_cut").values
    assert values["drawn_differs"] < values["flat_differs"]


def test_the_emoji_s_tokens_are_its_bytes() -> None:
    tokens = load_vocabulary("cl100k").encode(FAMILY).tokens
    assert b"".join(token.data for token in tokens) == FAMILY.encode()
    assert measured_small("tokenizer", "emoji_tokens").value == len(tokens)
    assert measured_small("tokenizer", "emoji_tokens").values["bytes"] == 4 * 4 + 3 * 3


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


def test_shares_lie_between_0_and_1_and_vocabularies_made_for_chinese_know_more_of_it() -> None:
    shares = measured_full("common_characters")
    assert shares.values["cl100k"] < shares.values["llama"] < shares.value < shares.values["qwen"] <= 1
    words = measured_full("whole_words")
    assert 0 < words.values["cl100k"] < words.values["o200k"] < words.value < 1
    assert 0 < words.values["crossed"] < 0.5


def test_hindi_against_english_is_the_ratio_of_tiktoken_s_counts() -> None:
    from core.tokenizer.samples import parallel

    encode = load_vocabulary("cl100k").encode
    counts = [sum(len(encode(line).ids) for line in parallel()[language]) for language in ("hi", "en")]
    found = measured_full("hindi_price")
    assert found.value == counts[0] / counts[1]
    assert 1 < found.low < found.value < found.high


def test_added_words_save_in_their_own_field_and_nearly_nothing_elsewhere() -> None:
    saving = measured_full("domain_saving")
    assert saving.value == pytest.approx(1 - saving.values["after"] / saving.values["before"])
    assert saving.values["ordinary_saved"] < 0.01
    assert saving.values["parameters"] == saving.values["rows"] * 4096 * 2
    assert saving.values["megabytes"] == saving.values["parameters"] * 2 / 1e6


def test_a_typed_mark_is_a_mark_only_where_special_tokens_are_allowed() -> None:
    values = measured_small("tokenizer", "typed_mark").values
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
