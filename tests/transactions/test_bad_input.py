"""Bad input: each case ends in one message with what was found, what is expected and what to do; nothing is written.

What is bad in one column only (dates, numbers, notations, names, flags) is in the tests of that file.
"""

from __future__ import annotations

import datetime as dt
import gc
import gzip
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.errors import InputError
from regulars.params import ColumnParams
from regulars.transactions import read_transactions, write_corrupted
from regulars.transactions.sources.refusals import COPIES, unreadable
from regulars.windows import Windows

HEADER = "customer_id,date,amount\n"
TWO = HEADER + "a,2020-01-01,5\nb,2020-01-02,6.25\n"
MANY = HEADER + "".join(f"c{k * 7919 % 10007},2020-01-01,{k}\n" for k in range(3_000))
FRAME = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2020-01-01", "2020-01-02"], "amount": [5, 6.25]})
NOBODY = 65534
CUTOFF = Windows.at("2019-12-01", 30)

Write = Callable[[str | bytes, str], Path]


def parquet(*names: str) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table([["a"], ["2020-01-01"], [5.0], [6.0]][: len(names)], names=names), sink)
    return bytes(sink.getvalue())


LOG = parquet("customer_id", "date", "amount")
ONE_COLUMN = "no comma, semicolon, tab or bar separates names in its first line. Save it as CSV"
CUT_SHORT = "It is damaged, cut short, or not packed as its name says: copy or export it again"
NO_PARQUET = "log.parquet … It is damaged, cut short, or something else: export or copy it again"
FIELDS = "where the first line names 3. Quote fields that hold the delimiter, and leave empty what is absent"
NO_OBJECT = "log.jsonl holds no JSON objects. Give one JSON object a line"
DATED = "date' (for ordered_at): 1 value is not a day from 1900 to 2100, as YYYY-MM-DD: "

BAD = {
    "nothing": ("", "log.csv", "log.csv' is empty. A log has a header row"),
    "blank lines": ("\n\n", "log.csv", "starts with an empty line. Its first line should name the columns"),
    "a mark alone": ("\ufeff", "log.csv", "starts with an empty line. Its first line should name the columns"),
    "header only": (HEADER, "log.csv", "has columns but no rows. A log has a row for each line of an order"),
    "no last newline": (HEADER.rstrip(), "log.csv", "has columns but no rows"),
    "another delimiter": (
        TWO.replace(",", "~"),
        "log.csv",
        "one column only, 'customer_id~date~amount': " + ONE_COLUMN,
    ),
    "a page": ("<html>\n<body>Log in\n", "log.csv", "one column only, '<html>': " + ONE_COLUMN),
    "a PDF": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "log.csv", "one column only, '%PDF-1.4': " + ONE_COLUMN),
    "one endless line": ("x" * 9_000_000, "log.csv", ONE_COLUMN),
    "too few fields": (HEADER + "a,2020-01-01\n", "log.csv", "log.csv cannot be read: line 2 has 2 fields " + FIELDS),
    "too many fields": (HEADER + "a,2020-01-01,5,6\n", "log.csv", "cannot be read: line 2 has 4 fields " + FIELDS),
    "another delimiter inside": (TWO + "c;2020-01-03;5\n", "log.csv", "cannot be read: line 4 has 1 field " + FIELDS),
    "an open quote": (
        *(HEADER + 'a,2020-01-01,5\n"b,2020-01-01,6\n', "log.csv"),
        "cannot be read: line 3 has a quote that is not closed, or text after one that is. Double the quotes",
    ),
    "a field of 10 MB": (
        *(HEADER + "x" * 10_000_000 + ",2020-01-01,5\n", "log.csv"),
        "cannot be read: line 2 is longer than 2,000,000 bytes. Shorten its fields",
    ),
    "a million columns": (
        *(",".join(f"c{k}" for k in range(1_000_000)) + "\n", "log.csv"),
        "has 1,000,000 columns; at most 10,000 are read. Keep those of the log",
    ),
    "many columns, none of ours": (
        *(",".join(f"c{k}" for k in range(1_500)) + "\n" + "," * 1_499 + "\n", "log.csv"),
        "c18, c19 and 1,480 more",
    ),
    "a name twice": ("id,date,amount,Date\na,2020-01-01,5,1\n", "log.csv", "one column named 'Date'. Rename one"),
    "a name twice in Parquet": (
        *(parquet("customer_id", "date", "amount", "Amount"), "log.parquet"),
        "log.parquet has more than one column named 'amount'. Rename one of them",
    ),
    "SQL as a name": (
        *('"x""; DROP TABLE lines; --",date,amount\na,2020-01-01,5\n', "log.csv"),
        "column 'customer_id' … is missing … columns found: x\"; DROP TABLE lines; --, date, amount; say",
    ),
    "bytes": (bytes(range(256)) * 9, "log.csv", "it is not text. Save it as UTF-8 text, or give the log as Parquet"),
    "a zero inside": (TWO.encode() + b"c\0,2020-01-03,5\n", "log.csv", "it is not text. Save it as UTF-8 text"),
    "a workbook of old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "log.xls", "it is not text. Save it as UTF-8 text"),
    "UTF-16 without its mark": (TWO.encode("utf-16-le"), "log.csv", "it is not text. Save it as UTF-8 text"),
    "big-endian UTF-16": (b"\xfe\xff" + TWO.encode("utf-16-be"), "log.csv", "which is not read. Save it as UTF-8"),
    "UTF-32": (TWO.encode("utf-32"), "log.csv", "is UTF-32 or big-endian UTF-16 text, which is not read. Save it"),
    "too few fields in Windows' own signs": (
        *((HEADER + "€,2020-01-01\n").encode("cp1252"), "log.csv"),
        "log.csv cannot be read: line 2 has 2 fields " + FIELDS,
    ),
    "bytes that no encoding has": (
        *(TWO.encode() + b"\x80\x81,2020-01-01,5\n", "log.csv"),
        "log.csv is text in no encoding that is read: UTF-8, UTF-16, Windows-1252. Save it as UTF-8",
    ),
    "mixed encodings": (
        *((TWO + "Zoë,2020-01-01,5\n").encode() + "Zoë,2020-01-01,5\n".encode("latin-1"), "log.csv"),
        "log.csv mixes encodings: line 4 is UTF-8, line 5 is not. Save it as UTF-8 throughout",
    ),
    "gzip cut short": (gzip.compress(MANY.encode())[:-500], "log.csv.gz", CUT_SHORT),
    "zst cut short": (pa.compress(MANY.encode(), "zstd", asbytes=True)[:-500], "log.csv.zst", CUT_SHORT),
    "no gzip": (b"plain text", "log.csv.gz", CUT_SHORT),
    "gzip under another name": (gzip.compress(TWO.encode()), "log.csv", "it is not text"),
    "Parquet cut short": (LOG[: len(LOG) // 2], "log.parquet", NO_PARQUET),
    "Parquet without its last bytes": (LOG[:-3], "log.parquet", NO_PARQUET),
    "Parquet with a broken end": (LOG[:-60] + b"\xab" * 50 + LOG[-10:], "log.parquet", NO_PARQUET),
    "text as Parquet": (TWO, "log.parquet", NO_PARQUET),
    "hardly Parquet": (b"PAR1", "log.parquet", NO_PARQUET),
    "text as a workbook": (TWO, "log.xlsx", "cannot be read: … Save it as a workbook (.xlsx)"),
    "JSON cut short": ('{"customer_id":"a"}\n{"customer_id":', "log.jsonl", "in line … Give one JSON object a line"),
    "JSON of scalars": ("1\n2\n", "log.jsonl", NO_OBJECT),
    "JSON of nothing": ("{}\n", "log.jsonl", NO_OBJECT),
    "a JSON name twice": (
        *('{"customer_id":"ann","date":"2020-01-01","amount":5,"amount":6}\n', "log.jsonl"),
        'an object has duplicate key "amount". Give one JSON object a line',
    ),
    "nested JSON": (
        *('{"customer_id":{"x":1},"date":"2020-01-01","amount":5}\n', "log.jsonl"),
        "column 'customer_id' (for customer_id) holds JSON; expected: one plain value a row",
    ),
    "JSON numbers too long to be told apart": (
        *('{"customer_id":12345678901234567890123,"date":"2020-01-01","amount":5}\n', "log.jsonl"),
        "1 value is not an id that a float can tell from the next (9,007,199,254,740,992 and more it cannot): give ids",
    ),
    "three ways to write a date": (
        *(HEADER + 'a,2020-01-31,5\nb,31/01/2020,5\nc,"Jan 31, 2020",5\n', "log.csv"),
        "2 values are not a day … as YYYY-MM-DD: '31/01/2020' in row 2, 'Jan 31, 2020' in row 3; correct them",
    ),
    "seconds among dates": (TWO + "c,1577836800,5\n", "log.csv", DATED + "'1577836800' in row 3; correct it"),
    "the year 2999": (TWO + "a,2999-01-01,5\n", "log.csv", DATED + "'2999-01-01' in row 3"),
    "amounts beyond measure": (
        *(HEADER + "a,2020-01-01,1e308\nb,2020-01-01,inf\nc,2020-01-01,NaN\n", "log.csv"),
        "3 values are not a number such as 1234.5 and below … size: '1e308' in row 1, 'inf' in row 2, 'NaN' in row 3",
    ),
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(content: str | bytes, name: str) -> Path:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / name

    return write_file


def refused(source: object, **options: object) -> str:
    with pytest.raises(InputError) as error:
        read_transactions(source, **options)
    assert len(str(error.value)) < 1_500
    return str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize(("content", "name", "said"), BAD.values(), ids=BAD)
def test_one_message_and_nothing_written(write: Write, content: str | bytes, name: str, said: str) -> None:
    source = write(content, name)
    message = refused(source, quarantine=source.parent / "quarantine.parquet")
    assert all(part in message for part in said.split(" … ")), message
    assert COPIES not in message
    assert list(source.parent.iterdir()) == [source]


def test_nothing_usable_leaves_no_quarantine(write: Write) -> None:
    source = write(HEADER + "a,2020-01-01,-5\n,2020-01-01,5\n", "log.csv")
    assert "has no purchase in it" in refused(source, quarantine=source.parent / "quarantine.parquet")
    assert list(source.parent.iterdir()) == [source]


def test_places_that_hold_no_log(tmp_path: Path, write: Write) -> None:
    (tmp_path / "log.csv").mkdir()
    for empty in (tmp_path, tmp_path / "log.csv"):
        assert "holds no Parquet, JSON lines, Excel or CSV file. Give the folder of the log" in refused(empty)
    assert "There is no file" in refused(tmp_path / "nowhere.csv")
    assert "No file matches" in refused(str(tmp_path / "*.parquet"))
    assert "cannot be opened: File name too long. Check the path" in refused("x" * 5_000)
    (tmp_path / "log.csv" / "gone.csv").symlink_to(tmp_path / "nowhere")
    assert "cannot be opened: No such file or directory. Check the path" in refused(tmp_path / "log.csv")


def test_files_of_two_kinds_are_no_one_log(tmp_path: Path, write: Write) -> None:
    write(LOG, "log.parquet")
    write(TWO, "log.csv")
    assert "mixes CSV and Parquet files. Give a glob that takes one kind" in refused(tmp_path)


@pytest.fixture
def somebody_else() -> Iterator[Callable[[], None]]:
    """Become a user who owns nothing, where root does the tests: root may read all."""
    gc.collect()
    gc.disable()  # temporary folders of root must not be cleaned up meanwhile
    yield lambda: os.seteuid(NOBODY) if os.geteuid() == 0 else None
    if os.getuid() == 0:
        os.seteuid(0)
    gc.enable()


@pytest.mark.medium
@pytest.mark.parametrize("name", ["log.csv", "log.parquet", "log.db"])
def test_files_that_may_not_be_read(somebody_else: Callable[[], None], name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to others
        Path(folder).chmod(0o755)
        file = Path(folder, name)
        file.write_bytes(LOG if name == "log.parquet" else TWO.encode())
        file.chmod(0)
        Path(folder, "in").mkdir(mode=0)
        somebody_else()
        said = refused(file), refused(Path(folder, "in", name))
        os.seteuid(os.getuid())
        Path(folder, "in").chmod(0o700)
    for message in said:
        assert "cannot be opened: Permission denied. Check the path, and that you may read it" in message


NAMES_NOBODY = "; expected: numbers or texts that name the customers. Map another column, or write these as texts"
FRAMES = {
    "ids that are moments": (FRAME.assign(customer_id=pd.to_datetime(["2020", "2021"])), "TIMESTAMP" + NAMES_NOBODY),
    "ids that are days": (FRAME.assign(customer_id=[dt.date(2020, 1, 1)] * 2), "DATE" + NAMES_NOBODY),
    "ids that are spans": (FRAME.assign(customer_id=pd.to_timedelta([1, 2])), "INTERVAL" + NAMES_NOBODY),
    "ids that are yes or no": (FRAME.assign(customer_id=[True, False]), "BOOLEAN" + NAMES_NOBODY),
    "numbers of 128 bits": (
        polars.from_pandas(FRAME).with_columns(amount=polars.Series([1, 2], dtype=polars.Int128)),
        "The frame cannot be read: … of up to 64 bits, texts in UTF-8 and dates: turn others, such as Int128",
    ),
    "objects of Polars": (
        polars.from_pandas(FRAME).with_columns(amount=polars.Series([object(), 1], dtype=polars.Object)),
        "column 'amount' (for amount) holds BLOB",
    ),
    "a lazy frame": (
        polars.from_pandas(FRAME).lazy(),
        "A LazyFrame cannot be read … Call its collect() first",
    ),
    "days as periods": (
        FRAME.assign(date=pd.PeriodIndex(["2020-01-01", "2020-01-02"], freq="D")),
        "Column 'date' of the frame holds periods (period[D]); expected dates. … .dt.to_timestamp()",
    ),
    "a dict": ({"customer_id": [1]}, "A dict cannot be read as a log. Give a path, 'demo', or a frame of pandas"),
    "a series": (FRAME["customer_id"], "A Series cannot be read as a log"),
    "nothing": (None, "A NoneType cannot be read as a log"),
    "no columns": (pd.DataFrame(index=range(3)), "The frame has no columns"),
    "no rows": (FRAME[:0], "the frame has columns but no rows"),
    "a name twice": (FRAME.assign(Amount=1), "The frame has more than one column named 'Amount'. Rename one of them"),
    "no frame": ([1, 2], "A list cannot be read as a log. Give a path, 'demo', or a frame of pandas, Polars or Arrow"),
    "ids as bytes": (FRAME.assign(customer_id=b"a"), "holds BLOB; expected: one plain value a row"),
    "large floats as ids": (FRAME.assign(customer_id=[2.0**53, 1]), "give ids as text: '9007199254740992.0' in row 1"),
    "numbers of 60 digits": (
        pa.table(FRAME.drop(columns="amount")).append_column("amount", pa.array([1, 2]).cast(pa.decimal256(60, 10))),
        "the frame cannot be read: … Turn its columns into numbers, texts and dates first",
    ),
    "moments without end": (
        pa.table(FRAME.drop(columns="date")).append_column("date", pa.array([2**60] * 2, pa.timestamp("s"))),
        "the frame cannot be read: … Turn its columns into numbers, texts and dates first",
    ),
}


def no_utf8() -> pa.Table:
    """A table whose ids are called texts and are none."""
    raw = pa.array([b"secret-\xff", b"ok"])
    return pa.table(FRAME).set_column(0, "customer_id", pa.Array.from_buffers(pa.string(), 2, raw.buffers()))


def test_texts_that_are_no_utf8_are_refused_without_showing_them(tmp_path: Path, write: Write) -> None:
    pq.write_table(no_utf8(), tmp_path / "log.parquet")
    json = write(b'{"customer_id":"secret-\xff","date":"2020-01-01","amount":5}\n', "log.jsonl")
    for source in (no_utf8(), tmp_path / "log.parquet", json):
        said = refused(source)
        assert "UTF" in said or "Invalid string encoding found in Parquet file" in said
        assert "secret" not in said


@pytest.mark.slow
@pytest.mark.parametrize(("frame", "said"), FRAMES.values(), ids=FRAMES)
def test_frames_that_are_no_log(frame: object, said: str) -> None:
    message = refused(frame)
    assert all(part in message for part in said.split(" … ")), message


@pytest.fixture
def full_disk() -> Iterator[None]:
    """A disk on which no file grows beyond 4 KB."""
    resource = pytest.importorskip("resource", reason="this system has no limit for the size of files")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.slow
def test_a_disk_without_room(tmp_path: Path, full_disk: None) -> None:
    rows = pd.DataFrame({"customer_id": [f"{k * 7919 % 10007:x}" for k in range(5_000)], "date": "2020-01-01"})
    rows["amount"] = [None if k % 2 else k / 100 for k in range(len(rows))]
    said = refused(rows, quarantine=tmp_path / "quarantine.parquet")
    assert said.startswith("The excluded rows cannot be written: Could not write")
    assert said.endswith("Give a path that takes files, with room for them.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_disk_without_room_for_a_corrupted_log(tmp_path: Path, full_disk: None) -> None:
    rows = pd.DataFrame({"customer_id": [f"{k * 7919 % 10007:x}" for k in range(5_000)], "date": "2020-01-01"})
    with pytest.raises(InputError, match="the frame does not fit on the disk: Could not write"):
        write_corrupted(rows, ColumnParams(customer_id="customer_id", ordered_at="date"), CUTOFF, tmp_path)


@pytest.fixture
def windows_1252(write: Write) -> Path:
    """A file of more than 4 KB that has to be copied to be read."""
    return write(MANY.replace("\nc", "\n€").encode("cp1252"), "log.csv")


def test_a_disk_without_room_for_a_copy_in_utf8(windows_1252: Path, full_disk: None) -> None:
    said = refused(windows_1252)
    assert said.startswith(f"{windows_1252} does not fit on the disk: ")
    assert said.endswith("name a larger temporary folder in the environment variable TMPDIR.")


@pytest.mark.parametrize("found", ["Could not write file", "No space left on device", "max_temp_directory_size"])
def test_a_temporary_folder_without_room(found: str) -> None:
    said = str(unreadable("log.csv", duckdb.IOException(f"IO Error: {found}"), "CSV"))
    assert said.startswith(f"log.csv does not fit on the disk: {found}")
    assert said.endswith("Free space there, or name a larger temporary folder in the environment variable TMPDIR.")


@pytest.mark.medium
@pytest.mark.parametrize("amount", ["1e308", "-1e308", "Infinity", "1" + "0" * 40])
def test_an_absurd_amount_is_refused_with_its_column_and_an_example(tmp_path: Path, amount: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(TWO + f"c,2020-01-03,{amount}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"'amount' \(for amount\)") as refused:
        read_transactions(path)
    assert amount[:20] in str(refused.value)
