"""The ablation's figures: they draw the result's numbers, and mark what is decided by more than colour."""

from dataclasses import replace

import pytest

from core.intervals import Estimate
from core.plots.translation_matter import curves_figure, difference_figure, live_figure
from core.translation.ablation_result import AblationResult, Curve, Row, Score, Unknown
from core.translation.ablation_table import curve_table, reading_table, translations_of, whole_table
from core.translation.ablations import AblationSettings
from core.wording import LANGUAGES, words_in


def row(variant: str, difference: tuple[float, float, float] | None, losses: tuple[float, ...]) -> Row:
    found = Estimate(*difference) if difference else None
    bleu = 30 + (difference[0] if difference else 0)
    score = Score(Estimate(bleu, bleu - 1, bleu + 1), 50.0, found, 0.04 if found else None, 0.98)
    epochs = tuple((place + 1) / 2 for place in range(len(losses)))
    return Row(
        variant,
        "command",
        {},
        1234,
        600,
        10,
        9.0,
        8.5,
        score,
        Unknown(0, 0, 0),
        Curve(epochs, losses),
        ("x",),
    )


ROWS = (
    row("baseline", None, (5.0, 3.0, 2.0, 1.5)),
    row("greedy", (-0.4, -0.9, 0.2), ()),
    row("other_seed", (0.5, -0.1, 1.1), (5.0, 3.1, 2.1, 1.6)),
    row("no_positions", (-6.0, -7.0, -5.0), (5.0, 4.0, 3.0, 2.5)),
    row("no_dropout", (0.9, 0.2, 1.6), (5.0, 2.9, 1.9, 1.4)),
)
RESULT = AblationResult(
    "command", {}, "grammar", 200, 40, 40, "sig", ("Ein Hund.",), ("A dog.",), {}, "x86_64", 2, 1, False,
    "2026-01-01", ROWS,
)  # fmt: skip


def traces(drawn) -> dict[str, dict]:
    return {trace["name"]: trace for trace in drawn.to_plotly_json()["data"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_difference_stands_at_its_value_with_its_interval(language: str):
    words = words_in(language)
    drawn = difference_figure(RESULT, "greedy", words)
    found = traces(drawn)
    worse = found[words("translation.matter.difference.worse")]
    assert list(worse["x"]) == [-6.0]
    assert worse["error_x"]["array"] == pytest.approx([1.0])
    assert worse["error_x"]["arrayminus"] == pytest.approx([1.0])
    opened = found[words("translation.matter.difference.open")]
    assert list(opened["x"]) == [-0.4, 0.5]
    symbols = {found[words(f"translation.matter.difference.{kind}")]["marker"]["symbol"]
               for kind in ("worse", "better", "open")}  # fmt: skip
    assert len(symbols) == 3
    axis = drawn.layout.yaxis
    assert axis.ticktext[0] == words("translation.matter.name.no_positions")
    assert f"<b>{words('translation.matter.name.greedy')}</b>" in axis.ticktext
    band = drawn.layout.shapes[0]
    assert (band.x0, band.x1) == (-0.5, 0.5)
    assert list(worse["customdata"][0])[-1] == "no_positions"


def test_without_another_seed_there_is_no_band():
    drawn = difference_figure(replace(RESULT, rows=ROWS[:2]), "greedy", words_in("en"))
    assert [shape.type for shape in drawn.layout.shapes] == ["line"]


def test_the_chosen_curve_is_thick_the_baseline_dashed_and_the_others_behind():
    words = words_in("en")
    drawn = curves_figure(RESULT, "no_positions", words)
    *others, chosen, baseline = drawn.data
    assert {trace.line.width for trace in others} == {1}
    assert (chosen.line.width, list(chosen.y)) == (4, [5.0, 4.0, 3.0, 2.5])
    assert baseline.line.dash == "dash"
    assert [trace.showlegend for trace in others] == [True, False]
    assert "another seed" in others[0].text
    low, high = drawn.layout.yaxis.range
    assert low < 1.4
    assert high > 5.0


def test_an_untrained_variant_leaves_the_baselines_curve():
    drawn = curves_figure(RESULT, "greedy", words_in("en"))
    assert [trace.line.width for trace in drawn.data] == [1, 1, 1, 3]


def test_live_curves_begin_at_their_own_start():
    curves = {"baseline": [(0.5, 4.0), (1.0, 3.0)], "no_positions": [(2.5, 5.0)], "unknown": [(1.0, 1.0)]}
    drawn = live_figure(curves, {"baseline": 0.0, "no_positions": 2.0}, words_in("en"))
    assert [list(trace.x) for trace in drawn.data] == [[0.5, 1.0], [0.5]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_hold_every_variant_under_headings_in_words(language: str):
    words = words_in(language)
    reading = reading_table(RESULT, words)
    names = [words(f"translation.matter.name.{name}") for name in
             ("baseline", "no_positions", "greedy", "other_seed", "no_dropout")]  # fmt: skip
    column = words("translation.matter.column.variant")
    assert [row[column] for row in reading] == names
    assert reading[1][words("translation.matter.column.difference")] == "-6.00"
    whole = whole_table(RESULT, words)
    assert whole[3][words("translation.matter.column.difference_low")] == -7.0
    assert whole[0]["Ein Hund."] == "x"
    assert len(curve_table(RESULT, words)) == 16


def test_equal_translations_stand_together_the_baselines_first():
    rows = (ROWS[0], replace(ROWS[3], examples=("A cat runs.",)), replace(ROWS[4], examples=("x",)))
    result = replace(RESULT, rows=rows, example_references=("A dog runs.",))
    first, second = translations_of(result, 0)
    assert (first.variants, first.text) == (("baseline", "no_dropout"), "x")
    assert second.variants == ("no_positions",)
    assert second.words == (("A", True), ("cat", False), ("runs.", True))


def test_the_perplexity_of_other_tokens_is_marked():
    words = words_in("en")
    rows = (*ROWS, row("words", (-2.0, -3.0, -1.0), (5.0, 4.0)))
    table = reading_table(replace(RESULT, rows=rows), words)
    column = words("translation.matter.column.perplexity")
    assert [line[column] for line in table if "n/c" in str(line[column])] == ["8.50 (n/c)"]


def test_every_variant_has_its_words_with_the_settings_filled_in():
    settings = vars(AblationSettings()) | {"right": 0.9}
    for language in LANGUAGES:
        words = words_in(language)
        for variant in AblationSettings().to_run:
            for kind in ("name", "what", "why", "training", "scoring"):
                assert "{" not in words(f"translation.matter.{kind}.{variant}", **settings)
