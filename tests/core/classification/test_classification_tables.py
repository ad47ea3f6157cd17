"""Tables of strangers: every way in which they arrive, and one clear sentence where they cannot be read."""

import io
import json
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pandas
import pytest

from core.classification.tables import read
from core.classification.tables.columns import Guess, describe_columns, guess_columns
from core.classification.tables.parse import parse_table
from core.classification.tables.read import read_table, read_table_file
from core.classification.tables.table import LONGEST_CELL, ReadOptions
from core.errors import GlassboxError
from core.wording import LANGUAGES

CSV = "text,label\nwhere is it,track\nsend it back,return\nis it red,ask\nwhere are you,track\n"
FRAME = pandas.read_csv(io.StringIO(CSV))


def workbook(rows: list[list[object]], **sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def kinds(table) -> list[str]:
    return [note.kind for note in table.notes]


def refusal(content: bytes, options: ReadOptions | None = None) -> str:
    """The error's last word; its sentence exists in both languages."""
    with pytest.raises(GlassboxError) as caught:
        parse_table(content, options)
    for language in LANGUAGES:
        assert "{" not in caught.value.text(language)
    return caught.value.key.rsplit(".", 1)[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiter_and_encoding_are_found_out(encoding: str, delimiter: str) -> None:
    table = parse_table(FRAME.to_csv(index=False, sep=delimiter).encode(encoding))
    assert table.columns == ("text", "label")
    assert table.column("text") == tuple(FRAME.text)
    assert table.how["delimiter"] == delimiter
    assert table.how["encoding"] == encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "我的快递到哪了，说好周二到的"),
        ("big5", "我的訂單什麼時候到"),
        ("shift_jis", "注文した商品がまだ届きません"),
        ("euc_kr", "주문한 상품이 아직 도착하지 않았습니다"),
        ("cp1252", "Où est mon colis commandé l'été dernier ?"),
        ("cp1251", "Где мой заказ? Я жду уже неделю"),
    ],
)
def test_old_encodings_are_read_and_named(encoding: str, text: str) -> None:
    table = parse_table(f'text,label\n"{text}",track\nok,other\n'.encode(encoding))
    assert table.column("text")[0] == text
    assert table.notes[0].values == {"encoding": encoding}
    assert parse_table(f"text,label\n{text},a\n".encode(encoding), ReadOptions(encoding)).notes == ()


def test_a_wrong_encoding_asked_for_is_refused() -> None:
    assert refusal("text,label\n好,a\n".encode("gb18030"), ReadOptions(encoding="utf-8")) == "encoding"


def test_xlsx_and_json_lines_say_the_same_as_csv(tmp_path: Path) -> None:
    FRAME.to_excel(tmp_path / "a.xlsx", index=False)
    expected = parse_table(CSV.encode())
    for content in (
        (tmp_path / "a.xlsx").read_bytes(),
        FRAME.to_json(orient="records", lines=True).encode(),
        FRAME.to_json(orient="records").encode(),
    ):
        table = parse_table(content)
        assert (table.columns, table.cells) == (expected.columns, expected.cells)


def test_no_header_is_noticed_and_can_be_overruled() -> None:
    content = CSV.split("\n", 1)[1].encode()
    assert parse_table(content).columns == ("column 1", "column 2")
    assert kinds(parse_table(content)) == ["no_header"]
    assert parse_table(content, ReadOptions(header=True)).columns == ("where is it", "track")
    assert len(parse_table(CSV.encode(), ReadOptions(header=False))) == 5


def test_what_can_be_repaired_is_repaired_with_a_note() -> None:
    ragged = parse_table(b"text,label\na,x\nb\nc,d,y\nd,x\ne,x\nf,y\ng,y\nh,y\n")
    assert kinds(ragged) == ["long_rows", "short_rows"]
    assert ragged.notes[0].values["lines"] == "4"
    assert ragged.column("label")[1] == ""
    bytes_ = parse_table("text,label\n我的快递到哪了说好周二到的呢一二三四五六,x\nb".encode() + b"\xff,y\n")
    assert kinds(bytes_) == ["broken_bytes"]
    assert bytes_.how["encoding"] == "utf-8"
    zeros = parse_table(b"text,label\nh\0i,x\nbye,y\n")
    assert kinds(zeros) == ["zeros"]
    assert zeros.column("text")[0] == "hi"
    same = parse_table(b"label,text,label\na,hi you,b\nc,bye,d\n")
    assert same.columns == ("label", "text", "label (2)")
    assert kinds(same) == ["same_names"]
    quote = parse_table(b'text,label\n"oh,x\nno,y\nyes,y\nwell,x\n')
    assert kinds(quote) == ["open_quote"]
    assert quote.column("text")[0] == '"oh'
    broken = parse_table(b'{"text": "a", "label": 1}\n{oh\n{"text": "b", "label": {"x": 2}}\n')
    assert kinds(broken) == ["broken_lines"]
    assert broken.column("label") == ("1", '{"x": 2}')
    long = parse_table(f"text,label\n{'y' * 1_000_000},a\nhi,b\n".encode())
    assert kinds(long) == ["long_cells"]
    assert len(long.column("text")[0]) == LONGEST_CELL
    assert long.notes[0].values["longest"] == 1_000_000


def test_line_breaks_and_commas_in_quotes_belong_to_the_text() -> None:
    table = parse_table(b'text,label\r\n"first, line\r\nsecond ""line""",a\r\nhi,b\r\n')
    assert table.column("text")[0] == 'first, line\nsecond "line"'
    assert table.notes == ()
    five_inches = parse_table(b'text,label\n5" screen, a\nhi, b\n')
    assert five_inches.column("text")[0] == '5" screen'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"text,label\n,\n , \n", "empty"),
        (b"text\nhello\nbye\n", "one_column"),
        (b"just a letter to nobody\nwith two lines\n", "one_column"),
        (b"a,b\na,b,c\na,b,c,d\na,b,c,d,e\n", "ragged"),
        (b'a,b\n1,2\n"open,x\n1,2,3\n1\n1,2,3,4\n', "open_quote"),
        (b"%PDF-1.7 something", "no_table"),
        (bytes(range(256)) * 20, "no_table"),
        (b"\0" * 500, "no_table"),
        (b"{not json\n{at all\n", "json"),
        (b"[" * 100_000, "one_column"),
        (b'{"a": ' + b"[" * 100_000 + b"\n", "json"),
        (b"\xd0\xcf\x11\xe0 old workbook", "old_workbook"),
        (b"PK\x03\x04 no archive at all", "workbook"),
        (",".join(map(str, range(500))).encode() + b"\n" + b",".join([b"x"] * 500), "columns"),
    ],
)
def test_one_clear_sentence_for_what_cannot_be_read(content: bytes, expected: str) -> None:
    assert refusal(content) == expected


def test_numbers_days_and_formulas_of_a_workbook_are_read_as_written(tmp_path: Path) -> None:
    import datetime

    content = workbook(
        [["text", "when", "stars"], ["hi", datetime.date(2026, 5, 1), 3.0], ["bye", "=1+1", 2.5], [None] * 3],
        notes=[["other"]],
    )
    table = parse_table(content)
    assert table.column("when")[0] == "2026-05-01"
    assert table.column("stars") == ("3", "2.5")
    assert kinds(table) == ["formulas", "sheets"]
    assert table.sheets == ("Sheet", "notes")
    assert refusal(content, ReadOptions(sheet="gone")) == "sheet"
    assert refusal(content, ReadOptions(sheet="notes")) == "one_column"


def test_workbooks_that_would_burst_are_not_opened() -> None:
    def archive(**entries: bytes) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/workbook.xml", "<workbook/>")
            for name, content in entries.items():
                packed.writestr(name, content)
        return buffer.getvalue()

    assert refusal(archive(bomb=b"0" * 50_000_000)) == "bomb"
    assert refusal(archive(**{f"e{number}": b"x" for number in range(1_100)})) == "bomb"
    assert refusal(archive()) == "workbook"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("word/document.xml", "<document/>")
    assert refusal(buffer.getvalue()) == "no_table"


def test_a_stranger_s_file_is_read_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    table = read_table(CSV.encode("utf-16"))
    assert table == parse_table(CSV.encode("utf-16"))
    with pytest.raises(GlassboxError) as caught:
        read_table(b"text\nonly\n")
    assert caught.value.key.endswith("one_column")
    # A sheet whose XML lies about its size, or takes for ever, ends the process and not the page.
    monkeypatch.setattr(read, "SECONDS", 0.01)
    with pytest.raises(GlassboxError) as caught:
        read_table(CSV.encode())
    assert caught.value.key.endswith("slow")
    monkeypatch.setattr(
        read.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], -9, stdout=b"", stderr=b"")
    )
    with pytest.raises(GlassboxError) as caught:
        read_table(CSV.encode())
    assert caught.value.key.endswith("failed")


def test_a_file_of_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)  # sparse: takes no room
    with pytest.raises(GlassboxError) as caught:
        read_table_file(path)
    assert caught.value.key.endswith("large")
    assert "2,000 MB" in str(caught.value)
    with pytest.raises(GlassboxError) as caught:
        read_table_file(tmp_path / "none.csv")
    assert caught.value.key.endswith("no_file")


def test_columns_are_guessed_by_what_they_hold() -> None:
    rows = [
        {"id": n, "date": f"2026-01-{n + 1:02d}", "a": f"message number {n} of many", "b": "xyz"[n % 3]}
        for n in range(20)
    ]
    nameless = parse_table("\n".join(map(json.dumps, rows)).encode())
    columns = describe_columns(nameless)
    assert [column.kind for column in columns] == ["number", "date", "text", "text"]
    assert guess_columns(columns) == Guess("a", "b")
    stars = parse_table(b"stars,review\n5,very good indeed\n1,bad\n5,very fine\n3,well well\n")
    assert guess_columns(describe_columns(stars)) == Guess("review", "stars")
    chinese = parse_table("编号,内容,类别\n1,你好,问候\n2,再见,告别\n3,您好呀,问候\n".encode("gb18030"))
    assert guess_columns(describe_columns(chinese)) == Guess("内容", "类别")
