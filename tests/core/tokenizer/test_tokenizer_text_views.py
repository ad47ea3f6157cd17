"""Byte view, alignment, round trip and cleaning, on texts whose answers can be told by hand."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import GlassboxError
from core.tokenizer.alignment import aligned
from core.tokenizer.byte_view import characters, clusters
from core.tokenizer.cleaning import LARGEST_TEXT, prepared
from core.tokenizer.round_trip import round_trip
from core.tokenizer.vocabularies.load import load_vocabulary
from core.tokenizer.vocabularies.normalised import composed

FAMILY = "👨\u200d👩\u200d👧"
NAMES = ("smollm2", "bert", "cl100k", "qwen3", "mistral-v1")
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def test_characters_of_an_emoji_a_chinese_character_and_an_accent() -> None:
    family = characters(FAMILY)
    assert [each.code_point for each in family] == ["U+1F468", "U+200D", "U+1F469", "U+200D", "U+1F467"]
    assert [each.invisible for each in family] == [False, True, False, True, False]
    assert [len(each.utf8) for each in family] == [4, 3, 4, 3, 4]
    (zhong,) = characters("中")
    assert (zhong.name, zhong.category) == ("CJK UNIFIED IDEOGRAPH-4E2D", "Lo")
    assert zhong.bits == ("11100100", "10111000", "10101101")
    letter, accent = characters("e\u0301")
    assert (letter.combining, accent.combining) == (False, True)
    assert accent.name == "COMBINING ACUTE ACCENT"


@pytest.mark.parametrize(
    ("character", "label"),
    [
        ("\x00", "<control-0000>"),
        ("\ue000", "<private-use-E000>"),
        ("\u0378", "<reserved-0378>"),
        ("\uffff", "<noncharacter-FFFF>"),
        ("\ufdd0", "<noncharacter-FDD0>"),
    ],
)
def test_characters_without_a_name_have_the_standards_label(character: str, label: str) -> None:
    (each,) = characters(character)
    assert (each.name, each.invisible) == (label, True)


def test_what_one_sees_as_one_character() -> None:
    parts = clusters(f"e\u0301{FAMILY}🇩🇪\r\nनि")
    assert [part.text for part in parts] == ["e\u0301", FAMILY, "🇩🇪", "\r\n", "नि"]
    assert [(part.start, part.end) for part in parts] == [(0, 2), (2, 7), (7, 9), (9, 11), (11, 13)]


@settings(deadline=None)
@given(text)
def test_clusters_and_bits_put_together_are_the_text(line: str) -> None:
    assert "".join(cluster.text for cluster in clusters(line)) == line
    bits = "".join(bit for each in characters(line) for bit in each.bits)
    assert bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)) == line.encode()


@settings(deadline=None, max_examples=300)
@given(
    st.text(
        st.characters(exclude_categories=["Cs"])
        | st.sampled_from("e\u0301\u0323\u1100\u1161\u11a8가Å\u09c7\u09be"),
        max_size=20,
    )
)
def test_composing_by_stretches_is_nfc_and_finds_its_way_back(line: str) -> None:
    result = composed(line)
    expected = unicodedata.normalize("NFC", line)
    assert (result.text if result else line) == expected
    if result is None:
        return
    for at in range(len(expected)):
        (start,), (end,) = (list(column) for column in result.source_span([at], [at + 1]))
        assert expected[at] in unicodedata.normalize("NFC", line[start:end])
    assert list(result.source_span([0], [len(expected)])[1]) == [len(line)]


@settings(deadline=None, max_examples=60)
@given(text)
def test_alignment_agrees_with_a_search_place_by_place(line: str) -> None:
    encodings = [load_vocabulary(name).encode(line) for name in NAMES]
    result = aligned(encodings)
    found = {boundary.position: boundary.cuts for boundary in result.boundaries}
    for position in range(1, len(line)):
        cuts = tuple(
            any(token.end == position for token in encoding.tokens)
            and not any(token.start < position < token.end for token in encoding.tokens)
            for encoding in encodings
        )
        assert found.get(position, (False,) * len(NAMES)) == cuts
    assert [segment.start for segment in result.segments[1:]] == [
        boundary.position for boundary in result.boundaries if boundary.shared
    ]
    assert result.segments[:] == tuple(result.segments)
    half = len(line) // 2
    assert (
        result.boundaries_between(0, half) + result.boundaries_between(half, len(line)) == result.boundaries
    )
    for number, encoding in enumerate(encodings):
        ranges = [segment.tokens[number] for segment in result.segments]
        assert [index for first, last in ranges for index in range(first, last)] == (
            list(range(encoding.count)) if line else []
        )
        for segment, (first, last) in zip(result.segments, ranges, strict=True):
            for token in encoding.tokens[first:last]:
                assert segment.start <= token.start <= token.end <= segment.end


def test_alignment_shows_where_vocabularies_differ() -> None:
    line = "hello  world"
    result = aligned([load_vocabulary(name).encode(line) for name in ("cl100k", "bert")])
    assert [(boundary.position, boundary.cuts) for boundary in result.boundaries] == [
        (5, (True, True)),
        (6, (True, False)),
    ]
    assert result.agreement == 0.5
    with pytest.raises(ValueError, match="one text"):
        aligned([load_vocabulary("bert").encode("a"), load_vocabulary("bert").encode("b")])


def changes(name: str, line: str) -> list[tuple[str, str, str]]:
    return [(each.kind, each.before, each.after) for each in round_trip(load_vocabulary(name), line).changes]


def test_bert_says_precisely_what_it_lost() -> None:
    assert changes("bert", "Hello  World,naïve") == [
        ("lower_cased", "Hello", "hello"),
        ("white_space", "  ", " "),
        ("lower_cased", "World", "world"),
        ("white_space", "", " "),
        ("accents_removed", "naïve", "naive"),
    ]
    assert changes("bert", "É") == [("lower_cased", "É", "é"), ("accents_removed", "é", "e")]
    assert changes("bert", "a 字") == [("unknown", "字", "[UNK]")]
    assert changes("bert", "a\x00b") == [("other", "a\x00b", "ab")]


def test_qwen_composes_and_mistral_reads_its_space_mark_as_a_space() -> None:
    assert changes("qwen3", "cafe\u0301 Å\u212b") == [
        ("normalised", "fe\u0301", "fé"),
        ("normalised", "\u212b", "Å"),
    ]
    assert changes("mistral-v1", "a\u2581b") == [("white_space", "\u2581b", " b")]
    assert changes("smollm2", "a\x04b") == [("unknown", "\x04", "")]


@settings(deadline=None, max_examples=80)
@given(text)
def test_changes_are_there_exactly_when_the_text_is_not_the_same(line: str) -> None:
    for name in NAMES:
        result = round_trip(load_vocabulary(name), line)
        assert result.same == (result.decoded == line) == (not result.changes)
        for change in result.changes:
            assert 0 <= change.start <= change.end <= len(line)
            assert change.before != change.after


def test_cleaning_keeps_everything_but_lone_surrogates() -> None:
    strange = "\x00\u200b\u202e\u0378\ufffe\U0010ffff"
    assert prepared(strange).text == strange
    with pytest.raises(GlassboxError, match=r"place 2 \(U\+DC00"):
        prepared("a\udc00")


def test_a_text_beyond_ten_megabytes_is_cut_at_a_whole_character() -> None:
    result = prepared("中" * (LARGEST_TEXT // 3 + 100))
    assert result.text == "中" * (LARGEST_TEXT // 3)
    assert result.cut_characters == 100
