"""Loop detection against a brute-force search over every phrase and every place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.decoding.generate import stream
from core.decoding.loops import Loop, find_loop, repeated_tails
from core.decoding.prompts import Preset, presets
from core.decoding.repetition import is_repetitive, is_repetitive_as_released
from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError

short_texts = st.lists(st.integers(0, 2), max_size=24)
looping_texts = st.builds(
    lambda start, phrase, times, rest: start + phrase * times + phrase[:rest],
    st.lists(st.integers(0, 3), max_size=8),
    st.lists(st.integers(0, 3), min_size=1, max_size=6),
    st.integers(2, 6),
    st.integers(0, 5),
)


def tail_by_force(ids: list[int], period: int) -> int:
    """The longest tail in which every token equals the one `period` places later, tried start by start."""
    for onset in range(len(ids)):
        tail = ids[onset:]
        if all(tail[i] == tail[i + period] for i in range(len(tail) - period)):
            return len(tail)
    return 0


def loop_by_force(ids: list[int], repeats: int) -> Loop | None:
    best = None
    for period in range(1, len(ids)):
        length = tail_by_force(ids, period)
        if length >= repeats * period and (best is None or length > len(ids) - best.onset):
            best = Loop(len(ids) - length, period, length // period)
    return best


def ends_repetitively_by_force(ids: list[int]) -> bool:
    """Some phrase of two or more tokens, written three times, is exactly how the text ends."""
    return any(ids[-3 * n :] == ids[-n:] * 3 for n in range(2, len(ids) // 3 + 1))


def released_script(ids: list[int]) -> bool:
    """The published rule, counted phrase by phrase from the end."""
    repeats = []
    for n in range(1, 91):
        count = 1
        while (
            len(ids) >= n * (count + 1) and ids[len(ids) - n * (count + 1) : len(ids) - n * count] == ids[-n:]
        ):
            count += 1
        repeats.append(count)
    n = repeats.index(max(repeats)) + 1
    return max(repeats) > 1 and (n >= 3 or max(repeats) > 50)


@given(st.one_of(short_texts, looping_texts))
def test_tails_of_every_period_match_brute_force(ids):
    assert repeated_tails(ids)[1:] == [tail_by_force(ids, period) for period in range(1, len(ids))]


@given(st.one_of(short_texts, looping_texts), st.integers(2, 4))
def test_loop_matches_brute_force(ids, repeats):
    assert find_loop(ids, repeats) == loop_by_force(ids, repeats)


@given(st.one_of(short_texts, looping_texts))
def test_repetitive_means_the_text_ends_in_a_phrase_written_three_times(ids):
    assert is_repetitive(ids) == ends_repetitively_by_force(ids)


@given(st.one_of(short_texts, looping_texts, st.integers(40, 60).map(lambda n: [1] * n)))
def test_released_rule_matches_its_script(ids):
    assert is_repetitive_as_released(ids) == (bool(ids) and released_script(ids))


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([], None),
        ([1], None),
        ([1, 1], None),
        ([1, 1, 1], Loop(0, 1, 3)),
        ([9, 8, 7] + [1, 2] * 4, Loop(3, 2, 4)),
        ([9] + [1, 2, 3] * 3 + [1], Loop(1, 3, 3)),  # cut off within the phrase
        ([1, 2, 3, 4, 4, 4] * 3, Loop(0, 6, 3)),  # the sentence counts, not its three equal last tokens
        ([4, 2] * 3 + [5], None),  # a loop that was left again
    ],
)
def test_worked_examples(ids, expected):
    assert find_loop(ids) == expected


def test_one_token_six_times_is_a_phrase_of_two_three_times():
    assert is_repetitive([3] * 6)
    assert not is_repetitive([3] * 5)
    assert find_loop([3] * 5) == Loop(0, 1, 5)


def test_long_text_is_quick():
    ids = list(range(100_000)) + [1, 2, 3] * 100_000
    assert find_loop(ids) == Loop(100_000, 3, 100_000)


def test_one_repetition_is_refused():
    with pytest.raises(GlassboxError, match="at least 2"):
        find_loop([1, 2], minimum_repeats=1)


@pytest.mark.real_model
@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.id)
def test_every_preset_makes_the_real_model_loop(smollm2, preset: Preset):
    written: list[int] = []
    for step in stream(smollm2, smollm2.encode(preset.text), DecodingSettings(max_new_tokens=130)):
        written.append(step.token)
        if is_repetitive(written):
            break
    assert is_repetitive(written)
