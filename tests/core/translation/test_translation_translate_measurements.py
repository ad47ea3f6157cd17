"""What the answers of the view "Translate" rest on: counted captions, and shares of words."""

from tests.core.measured import measured_small


def test_beams_are_counted_on_captions():
    found = measured_small("translation", "beam_against_greedy")
    assert 0 <= found.value <= 1
    counted = found.value * found.values["sentences"] + found.values["same"] + found.values["less_likely"]
    assert counted <= found.values["sentences"] + 0.5
    assert found.values["length_wide"] > 0


def test_heads_bracket_nothing_but_shares():
    found = measured_small("translation", "attention_finds_words")
    values = found.values
    assert 0 <= found.value <= 1
    assert 0 <= values["worst_head"] <= values["best_head"] <= 1
    assert values["words"] > 10
