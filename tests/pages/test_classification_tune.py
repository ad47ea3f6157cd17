"""The methods that tune MiniLM, as the view "train" offers them."""

from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.classification.methods.table import METHODS
from core.classification.settings import CHOICES
from core.classification.shipped import sample_split
from core.wording import LANGUAGES, wording
from tests.pages.reading import HOME, open_lesson, shown

opened = partial(open_lesson, "05_classification", view="train")
TUNING = ("setfit", "finetune", "lora")


@pytest.fixture(autouse=True)
def _own_home(empty_home: Path) -> None: ...


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_of_fine_tuning_stands_there_with_its_usual_value(language: str) -> None:
    page = opened(language, train_use_finetune="True", train_finetune_head="random")
    method = METHODS["finetune"]
    usual = method.settings({"head": "random"})
    found = {
        element.key: element
        for element in (*page.number_input, *page.selectbox, *page.toggle, *page.slider)
        if element.key and element.key.startswith("classification.train_finetune_")
    }
    for name in method.uses:
        element = found[f"classification.train_finetune_{name}"]
        assert element.label == wording(f"classification.train.setting.{name}", language)
        wanted = getattr(usual, name)
        assert element.value == (wanted if name in CHOICES else pytest.approx(wanted))
    assert found["classification.train_finetune_head"].value == "random"
    assert wording("classification.tune.foreign", language) not in shown(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_tunes_an_english_model_on_chinese_texts_is_told(language: str) -> None:
    page = AppTest.from_file(HOME, default_timeout=120)
    page.session_state["classification.split"] = sample_split("zh")
    page.query_params["view"], page.query_params["lang"] = "train", language
    for name in TUNING:
        page.query_params[f"train_use_{name}"] = "True"
    page.switch_page("pages/05_classification.py").run()
    assert not page.exception
    assert shown(page).count(wording("classification.tune.foreign", language)) == len(TUNING)


def test_a_setting_out_of_range_in_a_link_is_refused_in_words() -> None:
    page = opened(train_use_lora="True", train_lora_rank="1000", train_finetune_layers="x")
    assert not page.exception
    assert "train_lora_rank" in shown(page)
    assert page.number_input(key="classification.train_lora_rank").value == METHODS["lora"].settings().rank
