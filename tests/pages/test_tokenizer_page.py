"""The tokenizer lesson as a reader meets it: every view, links, refusals, both languages."""

from functools import partial
from urllib.parse import parse_qsl

import pytest

from core.curriculum import questions
from core.tokenizer.training.export import tokenizer_json
from core.tokenizer.training.train import train
from core.wording import wording
from tests.pages.reading import drawn, metrics, open_lesson, shown

opened = partial(open_lesson, "01_tokenizer")

VIEWS = ("see", "families", "train", "cost", "chat", "words")


@pytest.mark.parametrize(
    ("language", "title", "tokens"),
    [("en", "Tokenizer", "Tokens"), ("zh", "分词器（Tokenizer）", "token 数")],
)
def test_the_first_view_shows_everything_without_a_click(language: str, title: str, tokens: str):
    page = opened(language)
    assert page.title[0].value == title
    row = drawn(page, "tokenizer.run")
    assert metrics(page)[tokens] == str(len(row["ids"]))
    assert "".join(row["texts"]) == page.text_area(key="tokenizer.text").value
    assert page.success[0].value == wording("tokenizer.round.same", language, bytes=80)
    assert page.dataframe[0].value.iloc[1, 1] == "U+5206"  # the first token beyond ASCII is " 分"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_opens_and_speaks_the_readers_language(view: str, language: str):
    page = opened(language, view=view)
    assert page.session_state["tokenizer.view"] == view
    assert not page.error
    lead = {"see": "tokenizer.run.reading"}.get(view, f"tokenizer.{view}.lead")
    assert wording(lead, language) in shown(page)


def test_a_link_sets_text_and_vocabularies():
    page = opened(view="see", text="naïve", vocabulary="bert", compare="o200k,qwen3")
    assert drawn(page, "tokenizer.run")["texts"] == ["naïve"]
    assert page.multiselect(key="tokenizer.compare").value == ["o200k", "qwen3"]
    columns = drawn(page, "tokenizer.compare.columns")
    assert columns["titles"] == ["BERT (uncased)", "OpenAI o200k", "Qwen 3"]


@pytest.mark.parametrize(
    "link", [{"vocabulary": "gpt9"}, {"compare": "bert,magic"}, {"vocabulary_size": "1"}]
)
def test_a_link_with_a_wrong_value_says_so_and_the_rest_applies(link: dict[str, str]):
    page = opened(text="still here", **link)
    assert next(iter(link)) in page.warning[0].value
    assert page.text_area(key="tokenizer.text").value == "still here"


def test_what_bert_loses_is_named():
    page = opened(text="Crème brûlée  \U0001f600", vocabulary="bert")
    assert not page.success
    changes = page.dataframe[-1].value
    named = set(changes["what happened"])
    assert {"lower-cased", "accents removed", "unknown to the vocabulary", "white space changed"} <= named


def test_a_chosen_token_is_taken_apart():
    page = opened(text="a 中 b")
    page.session_state["tokenizer.token"] = 1
    page.run()
    assert any(heading.value == "Token 2 taken apart" for heading in page.subheader)
    assert "U+4E2D" in page.dataframe[0].value["code point"].tolist()


def test_part_of_a_character_is_said_to_be_one():
    page = opened(text="\U0001f9d1", vocabulary="cl100k")
    row = drawn(page, "tokenizer.run")
    assert "p" in row["kinds"]
    assert "only part of a character" in shown(page)


@pytest.mark.parametrize(("language", "word"), [("en", "no text yet"), ("zh", "还没有文本")])
def test_an_empty_text_is_an_invitation(language: str, word: str):
    page = opened(language)
    page.text_area(key="tokenizer.text").set_value("").run()
    assert not page.exception
    assert word in page.info[0].value
    assert not page.get("bidi_component")


@pytest.mark.parametrize(
    "text", ["\x00\x07", "\u202eabc\u200b", "\U000e0fff\U0010ffff", "<img src=x>", "=1+1"]
)
def test_odd_text_is_text(text: str):
    page = opened()
    page.text_area(key="tokenizer.text").set_value(text).run()
    assert not page.exception
    row = drawn(page, "tokenizer.run")
    data = [
        bytes.fromhex(face) if kind == "p" else face.encode()
        for face, kind in zip(row["texts"], row["kinds"], strict=True)
    ]
    assert b"".join(data).decode() == text
    assert page.success


def test_half_a_character_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ui.tokenizer.controls.show_text", lambda height=150: "a\ud800")
    page = opened()
    assert "U+D800" in page.error[0].value
    assert not page.get("bidi_component")


def test_a_long_text_is_paged_not_refused():
    page = opened()
    page.text_area(key="tokenizer.text").set_value("x" * 1_000_000).run()
    assert not page.exception
    assert metrics(page)["Characters"] == "1,000,000"
    assert len(drawn(page, "tokenizer.run")["ids"]) == 30_000
    assert "pages" in shown(page)


def test_an_own_tokenizer_is_used_and_a_broken_one_refused():
    page = opened(text="low lot")
    upload = page.file_uploader(key="tokenizer.upload")
    upload.set_value(("tokenizer.json", b"{broken", "application/json")).run()
    assert "tokenizer.json" in page.error[0].value
    assert page.selectbox(key="tokenizer.vocabulary").value == "o200k"
    good = tokenizer_json(train("bpe", "low low low lot lot", 7)).encode()
    page.file_uploader(key="tokenizer.upload").set_value(("mine.json", good, "application/json")).run()
    assert not page.exception
    assert page.selectbox(key="tokenizer.vocabulary").value == "uploaded"
    assert drawn(page, "tokenizer.run")["texts"] == ["low", "lo", "t"]


@pytest.mark.parametrize("algorithm", ["bpe", "byte-bpe", "wordpiece", "unigram"])
def test_every_algorithm_trains_and_is_scrubbed(algorithm: str):
    page = opened(view="train", algorithm=algorithm, vocabulary_size="400", step="1")
    before = metrics(page)["Tokens in the text"]
    last = int(page.slider(key="tokenizer.step").max)
    page.slider(key="tokenizer.step").set_value(last).run()
    assert not page.exception
    assert metrics(page)["Vocabulary"] == "400"
    fewer = int(metrics(page)["Tokens in the text"].replace(",", "")) < int(before.replace(",", ""))
    assert fewer == (algorithm != "unigram")  # pruning makes the text longer, merging shorter


def test_a_step_names_its_winner_and_marks_it_in_the_text():
    page = opened(
        "01_tokenizer",
        view="train",
        corpus="own",
        training_text="low low low lot lot",
        vocabulary_size="7",
        step="1",
    )
    assert "Step 1 joins `l` and `o` into `lo`: side by side 5 times." in shown(page)
    row = drawn(page, "tokenizer.step.run")
    assert row["texts"] == ["lo", "w"] * 3 + ["lo", "t"] * 2
    assert row["kinds"] == "nt" * 5


def test_a_size_below_the_alphabet_is_one_sentence_with_a_way_out():
    page = opened(view="train", algorithm="byte-bpe", vocabulary_size="100")
    assert "256" in page.error[0].value
    page.button(key="tokenizer.size.take").click().run()
    assert not page.exception
    assert not page.error
    assert page.number_input(key="tokenizer.vocabulary_size").value == 256


def test_a_size_beyond_the_text_names_the_largest():
    page = opened(
        "01_tokenizer", view="train", corpus="own", training_text="low low low lot lot", vocabulary_size="500"
    )
    assert "500" in page.error[0].value
    page.button(key="tokenizer.size.take").click().run()
    assert not page.error


def test_unigram_shows_best_and_drawn_cuts():
    page = opened(view="train", algorithm="unigram", vocabulary_size="400", word="▁trembled")
    draws = page.dataframe[-1].value
    assert draws["times drawn"].sum() == 100
    best = page.dataframe[-2].value
    assert best["log-probability"].is_monotonic_decreasing


def test_the_index_is_raced_against_recounting():
    page = opened(
        "01_tokenizer",
        view="train",
        corpus="own",
        training_text="low low low lot lot " * 20,
        vocabulary_size="7",
    )
    page.button(key="tokenizer.race.run").click().run()
    assert not page.exception
    naive, indexed, merges = page.session_state["tokenizer.race"]
    assert naive > 0
    assert indexed > 0
    assert merges == 2


def test_costs_are_counted_for_every_chosen_vocabulary():
    page = opened(
        "01_tokenizer",
        view="cost",
        vocabulary="cl100k",
        compare="o200k",
        domain="medicine",
        text="hello world",
    )
    prices = page.dataframe[1].value
    assert prices["tokens"].tolist() == [2, 2]
    assert metrics(page)["New rows"] == "24"
    page.text_area(key="tokenizer.expansion.words.medicine").set_value("").run()
    assert metrics(page)["New rows"] == "0"


def test_a_typed_mark_becomes_real_only_where_the_text_is_encoded_as_a_whole():
    page = opened(view="chat", template="qwen3")
    assert wording("tokenizer.chat.nothing_typed") in shown(page)
    page.button(key="tokenizer.chat.type").click().run()
    assert not page.exception
    special = [metric.value for metric in page.metric if metric.label == "Special tokens"]
    assert special == ["9", "10", "9"]


def test_a_conversation_is_edited():
    page = opened(view="chat")
    page.button(key="tokenizer.chat.add").click().run()
    assert page.session_state["tokenizer.messages"][-1]["role"] == "assistant"
    page.button(key="tokenizer.chat.remove").click().run()
    page.text_area(key="tokenizer.message.0.1").set_value("Bonjour").run()
    assert not page.exception
    assert "Bon" in "".join(drawn(page, "tokenizer.chat.run")["texts"])


def test_chinese_is_cut_into_words():
    page = opened(view="words", text="我们学习数学", vocabulary="qwen3")
    table = page.dataframe[0].value
    assert table["word"].tolist() == ["我们", "学习", "数学"]
    assert table["stop word"].tolist() == [True, False, False]
    assert page.text[0].value == "▢学习数学"


def test_text_and_settings_survive_a_change_of_page():
    page = opened(text="kept", vocabulary="llama3")
    page.switch_page("Home.py").run()
    page.switch_page("pages/01_tokenizer.py").run()
    assert not page.exception
    assert page.text_area(key="tokenizer.text").value == "kept"
    assert page.selectbox(key="tokenizer.vocabulary").value == "llama3"


def test_every_question_opens_its_experiment():
    for question in questions("tokenizer"):
        page = opened(**dict(parse_qsl(question.link)))
        assert not page.warning, question.id
        assert not page.error, question.id


def test_a_question_is_predicted_measured_and_answered():
    page = opened()
    page.radio[0].set_value(0).run()
    page.button(key="tokenizer.questions.run").click().run()
    assert not page.exception
    assert any(metric.label == wording("curriculum.panel.measured") for metric in page.metric)
