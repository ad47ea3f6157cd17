"""Figures of a model at work."""

import pytest

from core.classification.use.looked_at import LookedAt
from core.plots.classification_use import predicted_counts_figure, probabilities_figure
from core.wording import wording


def words(key: str, **values: object) -> str:
    return wording(key, "en", **values)


SEEN = LookedAt("where is it", (("track <b>", 0.6), ("refund", 0.25)), 3, 0.15, 0.4)


def test_the_most_probable_class_stands_on_top_and_its_name_is_text():
    drawn = probabilities_figure(SEEN, words)
    bars = drawn.data[0]
    assert list(bars.y) == ["refund", "track &lt;b&gt;"]
    assert list(bars.x) == [0.25, 0.6]
    assert drawn.layout.shapes[0].x0 == 0.4
    assert drawn.layout.xaxis.range[1] == pytest.approx(0.75)
    assert drawn.layout.title.text
    assert drawn.layout.xaxis.title.text


def test_counts_of_predicted_classes_are_bars_with_their_numbers():
    drawn = predicted_counts_figure([("refund", 1200), ("track", 3)], words)
    assert list(drawn.data[0].y) == ["track", "refund"]
    assert list(drawn.data[0].text) == ["3", "1,200"]
