"""The link that a page offers: it holds whatever the controls hold."""

from urllib.parse import parse_qs, urlsplit

from streamlit.testing.v1 import AppTest


def page_with_a_link() -> None:
    import streamlit as st

    from ui.inputs import show_link

    show_link("decoding", {"prompt": st.session_state["given"], "top_p": 0.9})


def test_half_a_surrogate_pair_does_not_break_the_link():
    page = AppTest.from_function(page_with_a_link, default_timeout=30)
    page.session_state["given"] = "a\ud800b"
    page.run()
    assert not page.exception
    assert parse_qs(urlsplit(page.code[0].value).query)["prompt"] == ["a?b"]


def test_a_long_text_is_cut_to_what_an_address_holds():
    page = AppTest.from_function(page_with_a_link, default_timeout=30)
    page.session_state["given"] = "x" * 10_000
    page.run()
    assert len(parse_qs(urlsplit(page.code[0].value).query)["prompt"][0]) == 4000
