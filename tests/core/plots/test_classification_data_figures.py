"""The figures of labelled data draw the numbers that they are given, and nothing a label says is markup."""

from core.classification.overview import Bin, ClassRows, class_rows
from core.classification.shipped import sample_split
from core.plots.classification_data import MOST_CLASSES, class_figure, length_figure, split_figure
from core.wording import LANGUAGES, words_in


def test_bars_are_the_rows_of_each_class() -> None:
    for language in LANGUAGES:
        words = words_in(language)
        drawn = class_figure((("greet", 5), ("<b>x</b> & y", 2)), words)
        assert list(drawn.data[0].x) == [5, 2]
        assert drawn.layout.yaxis.ticktext[1] == "&lt;b&gt;x&lt;/b&gt; &amp; y"
        assert drawn.layout.title.text == words("classification.data.figure.classes", count=2)


def test_parts_of_a_class_are_stacked_and_add_up() -> None:
    rows = class_rows(sample_split("en"))
    drawn = split_figure(rows, words_in("en"))
    assert drawn.layout.barmode == "stack"
    assert [sum(values) for values in zip(*(bar.x for bar in drawn.data), strict=True)] == [
        row.total for row in rows
    ]
    assert [sum(bar.x) for bar in drawn.data] == [
        len(part)
        for part in (sample_split("en").training, sample_split("en").validation, sample_split("en").test)
    ]
    assert len({bar.marker.pattern.shape for bar in drawn.data}) == 3


def test_hundreds_of_classes_stay_readable() -> None:
    many = [ClassRows(f"a label with a long name {place}", 3, 1, 1) for place in range(500)]
    drawn = split_figure(many, words_in("zh"))
    assert len(drawn.data[0].x) == MOST_CLASSES
    assert max(map(len, drawn.layout.yaxis.ticktext)) <= 22


def test_lengths_stand_at_their_place() -> None:
    drawn = length_figure((Bin(1, 2, 4), Bin(3, 9, 1)), 1.5, words_in("en"))
    assert (list(drawn.data[0].x), list(drawn.data[0].y)) == ([1, 3], [4, 1])
    assert list(drawn.data[0].customdata) == ["1–2", "3–9"]
    assert drawn.layout.shapes[0].x0 == 1.5
    assert not length_figure((), 0, words_in("en")).data[0].x
