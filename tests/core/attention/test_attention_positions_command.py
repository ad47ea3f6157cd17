"""`python -m core positions`: one JSON object with the matrix, and one sentence for what cannot be."""

import json
import math
import sys

import pytest

from core.__main__ import main


def run(monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["core", "positions", *options])
    try:
        return main()
    except SystemExit as end:
        return int(end.code or 0)


@pytest.mark.parametrize(
    ("options", "shape", "place", "value"),
    [
        (("sinusoidal", "--dim", "4", "--length", "3"), (3, 4), (1, 0), math.sin(1)),
        (("rope", "--dim", "4", "--length", "3", "--base", "100"), (3, 2), (2, 1), 0.2),
        (("rope", "--dim", "4", "--length", "3", "--scaling", "interpolation"), (3, 2), (2, 0), 0.5),
        (("alibi", "--length", "5", "--heads", "8", "--head", "1"), (5, 5), (4, 0), -1.0),
        (("t5", "--length", "30"), (30, 30), (20, 0), 10),
        (("t5", "--length", "30", "--causal"), (30, 30), (0, 20), 0),
        (("none", "--dim", "3", "--length", "2"), (2, 3), (1, 1), 0),
    ],
)
def test_each_scheme_has_its_matrix(options, shape, place, value, monkeypatch, capsys):
    assert run(monkeypatch, "--scheme", *options, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (len(found["matrix"]), len(found["matrix"][0])) == shape
    assert found["matrix"][place[0]][place[1]] == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("rope", "--dim", "5"), "even dimension such as 6"),
        (("rotary",), "choose one of sinusoidal"),
        (("alibi", "--length", "9999"), "take a smaller length"),
        (("alibi", "--heads", "4", "--head", "4"), "at most 3"),
        (("rope", "--length", "0"), "at least 1"),
        (("rope", "--scaling", "longer"), "choose one of interpolation"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(options, said, monkeypatch, capsys):
    assert run(monkeypatch, "--scheme", *options, "--json") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert len(printed.err.strip().splitlines()) == 1
