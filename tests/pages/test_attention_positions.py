"""The view of positions as a reader meets it: every scheme, links, refusals, both languages."""

from functools import partial

import pytest

from core.wording import wording
from tests.pages.reading import open_lesson, shown

opened = partial(open_lesson, "02_attention", view="positions")
SCHEMES = ("rope", "sinusoidal", "learned", "alibi", "relative", "none", "stretching")

pytestmark = pytest.mark.real_model


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_scheme_opens_and_speaks_the_readers_language(scheme: str, language: str):
    page = opened(language, positions_scheme=scheme)
    assert not page.error
    assert wording(f"attention.positions.{scheme}.lead", language) in shown(page)
    assert "{" not in "".join(metric.value for metric in page.metric)


def test_the_rotation_is_written_with_the_chosen_numbers():
    page = opened(positions_scheme="sinusoidal", positions_width="16", positions_at="3", positions_pair="0")
    assert r"\sin(3\cdot1.00000) = \sin(3.000) = 0.1411" in shown(page)  # sin 3 = 0.14112
    page.slider(key="attention.positions_at").set_value(2).run()
    assert r"= \sin(2.000) = 0.9093" in shown(page)


def test_alibis_rule_changes_when_the_heads_are_no_power_of_two():
    page = opened(positions_scheme="alibi", positions_heads="8", positions_bias_head="1")
    assert "m_{1} = 0.50000" in shown(page)
    page.slider(key="attention.positions_heads").set_value(12).run()
    assert wording(
        "attention.positions.alibi.rule_other", heads=12, head=1, slope=0.5, lower=8, twice=16
    ) in shown(page)


def test_t5s_bucket_is_worked_out():
    page = opened(positions_scheme="relative", positions_offset="-20")
    assert "= 10.64" in shown(page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_row_that_the_table_does_not_have_is_refused_with_the_reason(language: str):
    page = opened(language, positions_scheme="learned", positions_at="512")
    assert page.error[0].value == wording("attention.positions.error.row", language, position=512, last=511)
    page.number_input(key="attention.positions_at").set_value(511).run()
    assert not page.error


def test_one_token_and_an_empty_sentence_are_refused():
    page = opened(positions_scheme="rope", positions_text="Yes")
    assert page.error[0].value == wording("attention.positions.error.tokens", tokens=1, high=64)
    page.text_input(key="attention.positions_text").set_value(" ").run()
    assert page.error[0].value == wording("attention.see.error.empty")
    page.text_input(key="attention.positions_text").set_value("今天天气很好，我们去公园。").run()
    assert not page.error


def test_a_position_of_another_scheme_does_not_break_a_shorter_one():
    page = opened(positions_scheme="rope", positions_at="500", positions_pair="200")
    assert not page.exception
    assert not page.error
    assert page.slider(key="attention.positions_pair").value == 31


def test_a_link_with_an_unknown_scheme_says_so():
    page = opened(positions_scheme="rotary")
    assert "positions_scheme" in page.warning[0].value
