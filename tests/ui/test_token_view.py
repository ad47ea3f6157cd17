"""What the token rows send to the browser: columns of equal length, and nothing drawn twice."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def shaded() -> None:
    from ui.token_view import ShownToken, show_tokens

    show_tokens([ShownToken("<b>", 0.5, "note")], key="few", context="before", legend=("low", "high"))


def run(selected: int, text: str) -> None:
    from ui.token_view import TokenRun, show_token_run

    show_token_run(
        TokenRun([text, "E4"], [7, 9], [0, 2], [2, 1], "tp", first=30_000),
        key="many",
        name="a row",
        words={"id": "id", "p": "part"},
        selected=selected,
    )


def data_of(app: AppTest) -> dict[str, Any]:
    assert not app.exception
    data: dict[str, Any] = json.loads(app.get("bidi_component")[0].proto.json)
    return data


def test_shaded_tokens_keep_their_interface():
    data = data_of(AppTest.from_function(shaded).run())
    assert data["tokens"] == [{"text": "<b>", "shade": 0.5, "note": "note"}]
    assert (data["context"], data["selected"], data["clickable"]) == ("before", -1, True)
    assert "texts" not in data  # by which the browser tells the two apart


def test_a_run_is_sent_as_columns():
    data = data_of(AppTest.from_function(run, args=(1, "中")).run())
    assert (data["texts"], data["ids"], data["starts"], data["lengths"]) == (
        ["中", "E4"],
        [7, 9],
        [0, 2],
        [2, 1],
    )
    assert (data["kinds"], data["first"], data["selected"]) == ("tp", 30_000, 1)


def test_only_other_tokens_are_drawn_anew():
    first, moved, other = (
        data_of(AppTest.from_function(run, args=args).run())["signature"]
        for args in ((0, "a"), (1, "a"), (0, "b"))
    )
    assert first == moved
    assert first != other
