import random

import pytest

from core.engines.stop_strings import StopStrings


@pytest.mark.parametrize("seed", range(50))
def test_pieces_end_where_the_whole_text_would(seed: int) -> None:
    dice = random.Random(seed)
    text = "".join(dice.choice("ab\n") for _ in range(60))
    stop = tuple("".join(dice.choice("ab\n") for _ in range(dice.randint(1, 5))) for _ in range(2))
    stops, shown, place = StopStrings(stop), "", 0
    while place < len(text) and not stops.found:
        size = dice.randint(1, 4)
        shown += stops.feed(text[place : place + size])
        place += size
    shown += stops.rest()
    read = text[:place]
    places = [read.find(s) for s in stop if s in read]
    assert stops.found == bool(places)
    assert shown == (read[: min(places)] if places else text)


def test_nothing_is_held_without_stop_strings() -> None:
    assert StopStrings(()).feed("abc") == "abc"
