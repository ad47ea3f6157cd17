"""The health check, near-duplicates, and the split that keeps groups whole."""

from collections import Counter
from itertools import combinations
from random import Random

import pytest

from core.classification.banking77 import SHA256, banking77, banking77_folder, download_banking77
from core.classification.health.examine import examine
from core.classification.health.finding import ACTIONS, Treatment
from core.classification.health.near import near_pairs, shingles
from core.classification.health.rows import beginning
from core.classification.labelled_texts import LabelledTexts
from core.classification.overview import histogram, overview
from core.classification.preparing import Preparation, prepare, split_with_test
from core.classification.shipped import LABEL, SAMPLES, TEXT, sample_split, sample_table
from core.classification.splitting import PARTS, Shares, split_rows
from core.errors import GlassboxError

TEXTS = ("where is it", "Where is  IT", "send it back", "send it back", "", "hello", "42 !!", "你好吗")
LABELS = ("track", "Track", "return", "refund", "track", "", "greet", "greet")


def found(treatment: Treatment | None = None, texts=TEXTS, labels=LABELS):
    return examine(texts, labels, treatment)


def test_each_kind_of_trouble_is_found_in_its_rows() -> None:
    rows = {finding.kind: [flagged.row for flagged in finding.flagged] for finding in found().findings}
    assert rows["no_text"] == [4]
    assert rows["no_label"] == [5]
    assert rows["spelling"] == [1]
    assert rows["conflict"] == [2, 3]
    assert rows["duplicate"] == [1]
    assert rows["no_words"] == [6]
    assert rows["language"] == [7]
    assert found().usable.rows == (0, 6, 7)
    assert found().usable.labels == ("track", "greet", "greet")


@pytest.mark.parametrize("kind", list(ACTIONS))
def test_every_action_of_every_kind_is_applied_and_counted(kind: str) -> None:
    table = sample_table("en")
    for action in ACTIONS[kind]:
        treatment = Treatment({kind: action})
        examined = examine(table.column(TEXT), table.column(LABEL), treatment)
        dropped = sum(finding.dropped for finding in examined.findings)
        assert len(examined.usable) == len(table) - dropped
        finding = examined.finding(kind)
        assert (finding is None) == (kind == "no_words")
        if finding is not None and action == "drop":
            assert not set(examined.usable.rows) & {flagged.row for flagged in finding.flagged}
    with pytest.raises(GlassboxError):
        Treatment({kind: "explode"})


def test_the_majority_decides_and_a_tie_is_left_out() -> None:
    texts, labels = ("same words", "same words", "same words", "tie", "tie"), ("a", "a", "b", "a", "b")
    majority = found(Treatment({"conflict": "majority", "duplicate": "keep"}), texts, labels).usable
    assert majority.labels == ("a", "a", "a")
    kept = found(Treatment({"conflict": "keep", "duplicate": "keep"}), texts, labels).usable
    assert kept.labels == labels


def test_labels_given_by_hand_come_first() -> None:
    by_hand = found(Treatment(labels={5: "greet", 0: ""})).usable
    assert dict(zip(by_hand.rows, by_hand.labels, strict=True))[5] == "greet"
    assert 0 not in by_hand.rows


def test_long_texts_are_cut_at_a_word_or_a_character() -> None:
    long = " ".join(["word"] * 300)
    cut = found(Treatment({"long": "cut"}), (long, "退" * 300, "short one"), ("a", "b", "a")).usable.texts
    assert cut[:2] == (" ".join(["word"] * 128), "退" * 128)
    assert beginning("one", 5) == "one"


def test_near_duplicates_are_those_of_an_exhaustive_search() -> None:
    random = Random(3)
    base = ["where is my order", "please send it back", "the code does not work", "我的快递到哪了"]
    texts = [
        "".join(letter for letter in random.choice(base) * random.choice((1, 1, 2)) if random.random() > 0.1)
        for _ in range(60)
    ]
    sets = [shingles(text) for text in texts]
    expected = {
        (i, j): len(sets[i] & sets[j]) / len(sets[i] | sets[j]) for i, j in combinations(range(60), 2)
    }
    for threshold in (0.4, 0.6, 0.85, 1.0):
        pairs = {(pair.first, pair.second): pair.likeness for pair in near_pairs(texts, threshold)}
        assert pairs == pytest.approx({pair: like for pair, like in expected.items() if like >= threshold})
    for wrong in (0.1, 1.1):
        with pytest.raises(GlassboxError):
            near_pairs(texts, wrong)


@pytest.mark.parametrize("language", SAMPLES)
def test_the_sample_holds_what_the_lesson_promises(language: str) -> None:
    table = sample_table(language)
    assert sum(len(sample_table(each)) for each in SAMPLES) >= 600
    split = sample_split(language)
    assert len(split.classes) == 17
    examined = examine(table.column(TEXT), table.column(LABEL))
    assert {finding.kind for finding in examined.findings} == set(ACTIONS) - {"no_words"}
    assert "😡" in "".join(table.column(TEXT))
    rows = [row for part in PARTS for row in getattr(split, part).rows]
    assert sorted(rows) == sorted(examined.usable.rows)


def test_a_split_is_stratified_repeatable_and_keeps_groups_whole() -> None:
    labels = tuple("abc"[min(2, row % 5)] for row in range(400))
    data = LabelledTexts(tuple(f"t{row}" for row in range(400)), labels, tuple(range(400)))
    groups = [row // 4 if row < 100 else 1000 + row for row in range(400)]
    split = split_rows(data, "x", Shares(0.1, 0.3), 7, groups)
    assert split == split_rows(data, "x", Shares(0.1, 0.3), 7, groups)
    assert split != split_rows(data, "x", Shares(0.1, 0.3), 8, groups)
    place = {row: part for part in PARTS for row in getattr(split, part).rows}
    assert len(place) == 400
    for group in range(25):
        assert len({place[row] for row in range(400) if groups[row] == group}) == 1
    for label, count in Counter(labels).items():
        assert Counter(split.test.labels)[label] == pytest.approx(0.3 * count, abs=1)
        assert Counter(split.validation.labels)[label] == pytest.approx(0.1 * count, abs=1)
    # Groups are spread as chance would: not all of them are learned from.
    assert {place[4 * group] for group in range(25)} == set(PARTS)


@pytest.mark.parametrize("classes", [2, 500])
def test_many_classes_are_divided_and_hopeless_ones_refused(classes: int) -> None:
    rows = classes * 6
    texts = [f"w{row} v{row * 7919 % rows} u{row * 104729 % rows}" for row in range(rows)]
    labels = [f"class {row % classes}" for row in range(rows)]
    split = prepare(texts, labels, "x", Preparation(Treatment({"near": "apart"})))[1]
    assert len(split.test.classes) == len(split.classes) == classes
    for bad, key in ((["one"] * rows, "one_class"), ([f"l{row}" for row in range(rows)], "label_a_row")):
        with pytest.raises(GlassboxError) as caught:
            prepare(texts, bad, "x", Preparation(Treatment({"near": "apart"})))
        assert caught.value.key.endswith(key)


def test_near_duplicates_leak_only_where_they_are_divided_like_others() -> None:
    random = Random(5)
    words = [" ".join("".join(random.choices("abcdefgh", k=5)) for _ in range(6)) for _ in range(40)]
    texts = [text + mark for text in words for mark in ("", "!")]
    labels = [f"l{place % 2}" for place in range(40) for _ in range(2)]
    keep = {"duplicate": "keep"}
    _, split, together = prepare(texts, labels, "x", Preparation(Treatment(keep)))
    assert together.leaked == 0 < together.unkept
    assert not {text.rstrip("!") for text in split.training.texts} & {
        text.rstrip("!") for text in split.test.texts
    }
    _, _, apart = prepare(texts, labels, "x", Preparation(Treatment({**keep, "near": "apart"})))
    assert apart.leaked == apart.unkept == together.unkept


def test_a_column_keeps_its_rows_together() -> None:
    texts = [f"{row} {row * 31 % 97} {row * 57 % 89} something" for row in range(60)]
    customers = [f"c{row % 12}" if row % 5 else "" for row in range(60)]
    wanted = Preparation(Treatment({"near": "apart"}))
    split = prepare(texts, ["ab"[row % 2] for row in range(60)], "x", wanted, customers)[1]
    learned = {customers[row] for row in split.training.rows} - {""}
    assert not learned & {customers[row] for row in split.test.rows}


def test_an_overview_counts_what_is_there() -> None:
    look = overview(["one two three", "退款没到", "", "a b"], ["x", "y", "x", ""])
    assert look.rows == 4
    assert look.classes == (("x", 1), ("y", 1))
    assert look.median_length == 3.5
    assert sum(each.texts for each in histogram([3] * 50 + [1000])) == 51
    assert histogram([3] * 50 + [1000])[-1].high == 1000
    assert len(histogram(range(1, 500))) <= 30


def test_banking77_is_checked_before_it_is_read(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path))
    with pytest.raises(GlassboxError, match="switched off"):
        download_banking77()
    monkeypatch.setenv("GLASSBOX_ALLOW_DOWNLOADS", "1")
    publisher = tmp_path / "publisher"
    publisher.mkdir()
    for name in SHA256:
        (publisher / name).write_text("text,category\nhi,greet\n")
    with pytest.raises(GlassboxError, match="SHA-256"):
        download_banking77(publisher=publisher.as_uri())
    with pytest.raises(GlassboxError, match="could not be fetched"):
        download_banking77(publisher=(tmp_path / "nowhere").as_uri())
    with pytest.raises(GlassboxError, match="SHA-256"):
        banking77(publisher)
    assert not (tmp_path / "data").exists()


@pytest.mark.skipif(banking77_folder() is None, reason="BANKING77 is not on this machine")
def test_banking77_keeps_its_own_test(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = banking77_folder()
    assert folder is not None
    training, test = banking77(folder)
    assert (len(training), len(test), len(training.classes)) == (10_003, 3_080, 77)
    assert set(Counter(test.labels).values()) == {40}
    split = split_with_test(training, test, "BANKING77", seed=1)
    assert split.test == test
    assert len(split.validation) == pytest.approx(1_500, abs=40)
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path))
    monkeypatch.setenv("GLASSBOX_ALLOW_DOWNLOADS", "1")
    done: list[tuple[int, int]] = []
    into = download_banking77(progress=lambda *counts: done.append(counts), publisher=folder.as_uri())
    assert done == [(1, 2), (2, 2)]
    assert banking77(into) == (training, test)
