"""The tokenizer lesson's figures and tables show the numbers of their data, in both languages."""

import pytest

from core.plots.tokenizer_alignment import alignment_columns
from core.plots.tokenizer_cost import expansion_figure, fertility_figure, fertility_rows, price_rows
from core.plots.tokenizer_counts import counts_figure
from core.plots.tokenizer_merge_tree import merge_tree_figure
from core.plots.tokenizer_pieces import pieces_of
from core.plots.tokenizer_race import race_figure
from core.plots.tokenizer_tables import character_rows, count_rows, token_rows
from core.plots.tokenizer_tokens import token_faces
from core.plots.tokenizer_training import candidate_rows, candidates_figure, history_rows, length_figure
from core.tokenizer.alignment import aligned
from core.tokenizer.byte_view import clusters
from core.tokenizer.cost import Expansion, Fertility, LanguageCost
from core.tokenizer.encoding import Encoding, Token
from core.tokenizer.training.history import Training
from core.tokenizer.training.replay import candidates_at, merge_tree
from core.tokenizer.training.segmentation_rows import best_rows, sampled_rows
from core.tokenizer.training.train import train
from core.wording import words_in

WHOLE = Encoding("one", "abc", (Token(0, "ab", b"ab", 0, 2), Token(1, "c", b"c", 2, 3)))
SINGLE = Encoding("two", "abc", tuple(Token(i, c, c.encode(), i, i + 1) for i, c in enumerate("abc")))
TEXT = "low low low lot lot slow slower lower"
language = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture(scope="module")
def training() -> Training:
    return train("bpe", TEXT, 14)


@language
def test_candidates_are_drawn_as_they_were_ranked(training: Training, language):
    candidates = candidates_at(training, 2)
    drawn = candidates_figure(candidates, "bpe", 2, words_in(language))
    assert list(drawn.data[0].x) == [candidate.score for candidate in candidates]
    assert drawn.data[0].marker.color[0] != drawn.data[0].marker.color[1]
    assert drawn.layout.yaxis.ticktext[0] == f"{candidates[0].left} + {candidates[0].right}"
    assert drawn.layout.title.text == words_in(language)("tokenizer.candidates.title.bpe", step=2)
    assert len(candidate_rows(candidates, words_in(language))) == len(candidates)


def test_the_curve_ends_at_the_trained_size(training: Training):
    drawn = length_figure(training, 3, words_in("en"))
    assert drawn.data[0].x[-1] == 14
    assert drawn.data[0].y[-1] == training.steps[-1].corpus_tokens
    assert (drawn.data[1].x[0], drawn.data[1].y[0]) == (
        training.steps[2].vocabulary_size,
        training.steps[2].corpus_tokens,
    )


def test_a_tree_has_a_leaf_for_each_letter_and_each_merge_with_its_step(training: Training):
    drawn = merge_tree_figure(merge_tree(training, "lower"), "lower", words_in("en"))
    texts = list(drawn.data[2].text)
    leaves = [text for text, y in zip(texts, drawn.data[2].y, strict=True) if y == 0]
    assert leaves == list("lower")
    assert "lo<br><sub>#1</sub>" in texts


def test_the_newest_token_is_marked_where_it_stands(training: Training):
    pieces = pieces_of(training, "low slot", 1)
    assert pieces.texts == ("lo", "w", "s", "lo", "t")
    assert pieces.kinds == "nttnt"
    assert pieces.gaps == "10100"


def test_history_has_a_row_for_each_step(training: Training):
    rows = history_rows(training, words_in("en"))
    assert [row["step"] for row in rows] == list(range(1, len(training.steps) + 1))
    assert rows[0]["candidate"] == "l + o"


def test_segmentations_are_ranked_and_a_hundred_are_drawn():
    unigram = train("unigram", "low low low lot lot slow slower lower " * 3, 14)
    best = best_rows(unigram, "lower", 3, words_in("en"))
    assert best[0]["against the best"] == 1
    assert [row["log-probability"] for row in best] == sorted(
        (row["log-probability"] for row in best), reverse=True
    )
    drawn = sampled_rows(unigram, "lower", 0.0, 0, words_in("en"))
    assert sum(row["times drawn"] for row in drawn) == 100
    assert drawn == sampled_rows(unigram, "lower", 0.0, 0, words_in("en"))
    assert drawn != sampled_rows(unigram, "lower", 0.0, 1, words_in("en"))


def test_columns_end_where_all_cut_and_say_where_they_differ():
    columns = alignment_columns(aligned([WHOLE, SINGLE]), [WHOLE, SINGLE], 0, 10)
    assert [[row.texts for row in column.rows] for column in columns] == [
        [("ab",), ("a", "b")],
        [("c",), ("c",)],
    ]
    assert [column.differs for column in columns] == [True, False]


def test_a_decomposed_character_is_not_shown_twice():
    tokens = [Token(1, "ᄆ", "물".encode(), 0, 1), Token(2, "##ᅮ", "물".encode(), 0, 1)]
    assert (token_faces(tokens).texts, token_faces(tokens).kinds) == (("ᄆ", "##ᅮ"), "dd")


@language
def test_counts_and_tables_hold_the_counts(language):
    words = words_in(language)
    titled = [("One", WHOLE), ("Two", SINGLE)]
    assert list(counts_figure(titled, words).data[0].x) == [2, 3]
    rows = count_rows(titled, [True, False], words)
    assert [list(row.values())[1] for row in rows] == [2, 3]
    assert [list(row.values())[-1] for row in rows] == [True, False]
    assert len(list(token_rows(WHOLE, words))) == 2
    assert [list(row.values())[1] for row in character_rows(clusters("é"), words)] == ["U+00E9"]


@language
def test_costs_are_drawn_with_their_intervals(language):
    cost = LanguageCost("zh", 2, 30, None, 20, 60, 15.0, None, 1.5, 1.5, 1.2, 1.9)
    drawn = fertility_figure([("One", Fertility("one", (cost,)))], words_in(language))
    assert list(drawn.data[0].x) == [1.5]
    assert drawn.data[0].error_x.array[0] == pytest.approx(0.4)
    assert drawn.data[0].error_x.arrayminus[0] == pytest.approx(0.3)
    row = list(fertility_rows([("One", Fertility("one", (cost,)))], words_in(language))[0].values())
    assert row[2:] == [30, 15.0, None, 1.5, 1.5, 1.2, 1.9]


def test_a_price_is_tokens_times_price():
    row = list(price_rows([("One", 2_000)], 2.5, 1_000, words_in("en"))[0].values())
    assert row == ["One", 2_000, 0.005, 5.0]


def test_before_and_after_and_the_race():
    bill = Expansion(100, 80, 20, 3, 12, 24, ("a", "b", "c"), ())
    assert list(expansion_figure(bill, "One", words_in("en")).data[0].x) == [100, 80]
    race = race_figure(3.0, 0.1, 400, words_in("en"))
    assert list(race.data[0].x) == [3.0, 0.1]
    assert "30 times" in race.layout.title.text
