"""The view "Translate" as a reader meets it: three models, every part, refusals, links, both languages.

What is asserted holds for any weights: the models that come with the project may be trained anew.
"""

from functools import partial
from pathlib import Path

import pytest

from core.translation.foreign import language_sign
from core.translation.sentences import sentences
from core.translation.shipped import SHIPPED
from core.wording import LANGUAGES, Language, wording
from tests.pages.reading import drawn, metrics, open_lesson, shown
from ui.translation.translate_link import PARTS

opened = partial(open_lesson, "04_translation", view="translate")
SHORT = "Ein Hund rennt."


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_models_translate_and_every_part_shows_its_lead(language: Language):
    page = opened(language, text=SHORT, beam="3")
    assert wording("translation.translate.lead", language) in shown(page)
    for name in SHIPPED:
        assert f"**{wording(f'translation.translate.model.{name}', language)}**" in shown(page)
        row = drawn(page, f"side.{name}.beam")
        assert all("%" in token["note"] for token in row["tokens"])
        assert all(0 <= token["shade"] <= 1 for token in row["tokens"])
    for part in PARTS:
        page.segmented_control(key="translation.translate_part").set_value(part).run()
        assert not page.exception, part
        assert not page.error, part
        assert wording(f"translation.translate.{part}.lead", language) in shown(page)


def test_the_tokens_begin_at_the_least_sure_one_and_add_up():
    page = opened(text=SHORT)
    row = drawn(page, "translate.tokens.row")
    shades = [token["shade"] for token in row["tokens"]]
    assert row["selected"] == shades.index(max(shades))
    assert row["tokens"][-1]["text"] == "</s>"
    page.selectbox(key="translation.translate_which").set_value("greedy").run()
    greedy = drawn(page, "translate.tokens.row")
    rank = wording("translation.translate.tokens.note", "en", chance=0.5, rank=1).split(",")[1]
    assert all(token["note"].endswith(rank) for token in greedy["tokens"])


def test_the_lstm_has_no_alignment_and_says_so_and_a_head_is_chosen_by_link():
    page = opened(text=SHORT, translate_part="alignment", model="lstm")
    assert page.info[0].value == wording("translation.translate.alignment.none", "en")
    page = opened(
        text=SHORT,
        translate_part="alignment",
        translate_look="head",
        translate_layer="2",
        translate_head="99",
    )
    assert "translate_head" in page.warning[0].value
    page = opened(
        text=SHORT, translate_part="alignment", translate_look="head", translate_layer="2", translate_head="3"
    )
    assert (
        page.slider(key="translation.translate_layer").value,
        page.slider(key="translation.translate_head").value,
    ) == (2, 3)
    share = metrics(page)[wording("translation.translate.alignment.metric.share", "en")]
    page.slider(key="translation.translate_head").set_value(1).run()
    assert metrics(page)[wording("translation.translate.alignment.metric.share", "en")] != share


def test_the_penalty_ranks_what_was_found():
    page = opened(text=sentences()[0].text, translate_part="penalty", translate_penalty="0.0", beam="6")
    place, bare, score, total = (
        wording(f"translation.translate.column.{name}", "en")
        for name in ("place", "bare_place", "score", "total")
    )
    table = page.dataframe[0].value
    assert list(table[place]) == list(table[bare])
    assert list(table[score]) == list(table[total])
    assert list(table[total]) == sorted(table[total], reverse=True)
    page.slider(key="translation.translate_penalty").set_value(2.0).run()
    moved = page.dataframe[0].value
    assert sorted(moved[bare]) == list(table[bare])
    assert list(moved[score]) == sorted(moved[score], reverse=True)
    assert (moved[score] > moved[total]).all()


def test_a_wider_beam_is_searched_anew():
    page = opened(text=SHORT, translate_part="beams", beam="2")
    assert len(page.dataframe[0].value) == 2
    page.slider(key="translation.beam").set_value(4).run()
    assert len(page.dataframe[0].value) == 4


def test_a_reference_gives_scores_and_without_one_it_is_asked_for():
    page = opened(text=SHORT, translate_part="reference")
    assert page.info[0].value == wording("translation.translate.reference.none", "en")
    page.text_input(key="translation.translate_reference").set_value("A dog is running.").run()
    table = page.dataframe[0].value
    assert len(table) == 2 * len(SHIPPED)
    assert ((table["BLEU"] >= 0) & (table["BLEU"] <= 100)).all()
    page.text_input(key="translation.translate_reference").set_value(
        table[wording("translation.translate.column.text", "en")][0]
    ).run()
    assert page.dataframe[0].value["chrF2"][0] == 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_english_is_remarked_on_with_what_was_counted_and_translated_all_the_same(language: Language):
    text = "Two dogs are running in the park."
    page = opened(language, text=text)
    assert page.warning[0].value == wording(
        "translation.translate.sign.english", language, **vars(language_sign(text))
    )
    assert drawn(page, "side.gru.beam")["tokens"]
    page.text_area(key="translation.text").set_value(SHORT).run()
    assert not page.warning


def test_rare_and_unknown_words_are_marked():
    page = opened(text="Ein Hund mit 🙂 im Elbphilharmonieneubau.")
    words = {token["text"]: token for token in drawn(page, "translate.source")["tokens"]}
    assert words["🙂"]["shade"] == words["Elbphilharmonieneubau"]["shade"] == 1
    assert words["Hund"]["shade"] == 0
    assert "`🙂`" in shown(page)


@pytest.mark.parametrize("text", ["", "   \n"])
def test_an_empty_text_is_an_invitation(text: str):
    page = opened(text=SHORT)
    page.text_area(key="translation.text").set_value(text).run()
    assert not page.exception
    assert page.info[0].value == wording("translation.translate.error.empty", "en")


@pytest.mark.parametrize("text", ["Hund " * 5000, "🙂" * 300])
def test_a_text_that_is_too_long_is_refused_by_each_model_and_nothing_is_lost(text: str):
    page = opened(text=SHORT)
    page.text_area(key="translation.text").set_value(text).run()
    assert not page.exception
    assert len(page.error) == len(SHIPPED) + 1
    assert {error.value.split(" has ")[0] for error in page.error} == {"This sentence"}
    assert page.text_area(key="translation.text").value == text
    page.text_area(key="translation.text").set_value(SHORT).run()
    assert not page.error


def test_a_sentence_to_begin_with_brings_its_reference():
    page = opened()
    page.selectbox(key="translation.translate.sentence").set_value("separable").run()
    assert page.text_area(key="translation.text").value == sentences()[2].text
    assert page.session_state["translation.translate_reference"] == sentences()[2].reference
    page.text_area(key="translation.text").set_value("Hallo!").run()
    assert page.selectbox(key="translation.translate.sentence").value is None


def test_models_that_are_not_whole_are_named_and_the_others_answer(monkeypatch, tmp_path: Path):
    from core.translation import shipped

    (tmp_path / "gru").mkdir()
    monkeypatch.setattr(
        shipped, "_loaded", {name: shipped.shipped_translator(name) for name in ("lstm", "transformer")}
    )
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    page = opened(text=SHORT)
    assert [error.value for error in page.error] == [
        wording("translation.data.error.model", "en", folder="gru")
    ]
    assert drawn(page, "side.transformer.beam")["tokens"]


def test_a_readers_own_model_stands_beside_the_shipped_ones(monkeypatch):
    from core.translation.shipped import FOLDER

    for module in ("translate_models",):
        monkeypatch.setattr(
            f"ui.translation.{module}.own_models", lambda _: {"grammar-gru-1": FOLDER / "gru"}
        )
    page = opened(text=SHORT)
    assert "**grammar-gru-1**" in shown(page)
    own, shipped = (drawn(page, f"side.{name}.beam")["tokens"] for name in ("grammar-gru-1", "gru"))
    assert own == shipped
    page.segmented_control(key="translation.model").set_value("grammar-gru-1").run()
    assert not page.error
