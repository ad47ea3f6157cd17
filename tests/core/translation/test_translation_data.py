"""Pairs, vocabulary, cuts of words and batches, from files as other people write them."""

import gzip
from pathlib import Path

import pytest
import torch

from core.errors import GlassboxError
from core.translation.batches import padded, pair_batches
from core.translation.pairs import clean, paired_lines, read_multi30k, read_tsv
from core.translation.subword_sampling import SubwordSampler
from core.translation.vocabulary import SPECIAL_TOKENS, UNKNOWN, Vocabulary, learn_vocabulary

SENTENCES = [
    "Ein Hund läuft über die Wiese.",
    "Zwei Hunde laufen, ein Mann ruft.",
    "A dog runs across the meadow.",
    "Two dogs run, a man calls.",
] * 5


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return learn_vocabulary(SENTENCES, 120)


def test_text_comes_back_exactly(vocabulary: Vocabulary):
    ids = vocabulary.encode(SENTENCES)
    assert [vocabulary.decode(row) for row in ids] == SENTENCES
    again = Vocabulary.from_json(vocabulary.to_json())
    assert again.encode(SENTENCES) == ids
    assert [again.token(number) for number in range(4)] == list(SPECIAL_TOKENS)


def test_a_character_never_seen_is_unknown_and_shows(vocabulary: Vocabulary):
    ids = vocabulary.encode(["Ein Hund 🐕"])[0]
    assert UNKNOWN in ids
    assert vocabulary.decode(ids) == "Ein Hund \ufffd"


def test_without_dropout_the_sampler_cuts_as_the_vocabulary_does(vocabulary: Vocabulary):
    sampler = SubwordSampler(vocabulary, SENTENCES, dropout=0.0, seed=1)
    assert sampler.draw(7) == vocabulary.encode(SENTENCES)


def test_with_dropout_the_text_stays_and_the_cuts_repeat_by_their_seed(vocabulary: Vocabulary):
    sampler = SubwordSampler(vocabulary, SENTENCES, dropout=0.5, seed=1)
    first, other = sampler.draw(7), sampler.draw(8)
    assert first == SubwordSampler(vocabulary, SENTENCES, dropout=0.5, seed=1).draw(7)
    assert first != other
    assert [vocabulary.decode(row) for row in first] == SENTENCES
    assert sum(map(len, first)) > sum(map(len, vocabulary.encode(SENTENCES)))


def test_every_pair_is_in_one_batch_and_no_batch_is_too_large():
    lengths = [1 + (7 * number) % 60 for number in range(500)]
    others = [1 + (11 * number) % 60 for number in range(500)]
    batches = pair_batches(lengths, others, tokens=256, seed=3)
    assert sorted(pair for batch in batches for pair in batch) == list(range(500))
    for batch in batches:
        assert len(batch) * max(max(lengths[pair], others[pair]) for pair in batch) <= 256
    assert pair_batches(lengths, others, 256, 3) == batches
    assert pair_batches(lengths, others, 256, 4) != batches


def test_a_pair_longer_than_a_batch_is_a_batch_of_its_own():
    assert sorted(pair_batches([2, 90, 2], [2, 90, 2], tokens=8, seed=0)) == [[0, 2], [1]]


def test_filling_stands_at_the_end():
    assert torch.equal(padded([[4], [5, 6, 7]]), torch.tensor([[4, 0, 0], [5, 6, 7]]))


def test_multi30k_is_read_packed_or_plain(tmp_path: Path):
    (tmp_path / "val.de").write_text("\ufeffEin Hund.\nZwei\u00a0Hunde.\n\n", encoding="utf-8")
    with gzip.open(tmp_path / "val.en.gz", "wt", encoding="utf-8") as file:
        file.write("A dog.\nTwo dogs.\nNothing.\n")
    pairs = read_multi30k(tmp_path, "validation")
    assert pairs.source == ("Ein Hund.", "Zwei Hunde.")
    assert (pairs.target[1], pairs.dropped, len(pairs)) == ("Two dogs.", 1, 2)


def test_composed_characters_and_single_blanks():
    assert clean("Ma\u0308nner \t und\u2003Hu\u0308te\r") == "Männer und Hüte"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Ein Hund.\tA dog.\nnur eine Spalte\n", "Line 2"),
        ("", "no sentence pair"),
        ("\t\n \t \n", "no sentence pair"),
    ],
)
def test_a_table_without_pairs_says_what_is_missing(text: str, named: str):
    with pytest.raises(GlassboxError, match=named):
        read_tsv(text)


def test_files_of_different_length_are_refused_with_both_counts():
    with pytest.raises(GlassboxError, match="2 and 1"):
        paired_lines(["a", "b"], ["a"])


def test_a_missing_file_and_one_of_another_encoding_are_named(tmp_path: Path):
    with pytest.raises(GlassboxError, match=r"train\.de"):
        read_multi30k(tmp_path, "train")
    (tmp_path / "train.de").write_bytes("Männer\n".encode("latin-1"))
    with pytest.raises(GlassboxError, match="UTF-8"):
        read_multi30k(tmp_path, "train")


def test_something_else_is_no_vocabulary():
    for text in ("", "{}", '{"model": {"type": "BPE"}}'):
        with pytest.raises(GlassboxError, match="vocabulary"):
            Vocabulary.from_json(text)
