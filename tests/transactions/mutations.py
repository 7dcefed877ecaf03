"""Logs of every kind of file, and changes to them that are likely to hurt."""

from __future__ import annotations

import io
import random
import re
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow as pa

from tests.transactions.example_exports import EXPORTS
from tests.transactions.workbooks import workbook, zipped

NAMES = ["customer_id", "date", "amount", "quantity", "order_id", "product_id"]
GOOD = ["ann", "2020-01-01", "5.25", "2", "o1", "p1"]
RETURN = ["Zoë", "2020-02-01", "-1", "-1", "o2", "p1"]

# What is likely to hurt, among all that can stand in a field.
HURTFUL = (
    *("", " ", "0", "-1", "7", "7.0", "007", "1.5", "1,5", "1.234,5", "1e308", "-1e-9", "1E+11", "nan", "inf", "NULL"),
    *("999999999999.99995", "€ 5", "5 USD", "2020-01-31", "31/01/2020", "01/31/2020", "20200131", "1577836800"),
    *("2999-01-01", "0001-01-01", "infinity", "2020-03-29 02:30:00 Europe/Berlin", "24:00", "'; DROP TABLE lines; --"),
    *('"', "\\", "\0", "a\nb", "\r", "a\rb", "Zoë", "Zoe\u0308", "\u202e", "\ufeff", "😀", "ﬀ", "x" * 3_000),
    *("9223372036854775808", "true", "{}", "[1]"),
)
XML = (
    *('<c r="A9"><v>1</v></c>', "<row>", '<row r="3">', '<row r="99999">', "</row>", "</c>", "<v>", ' t="s"', ' t="d"'),
    *(
        ' s="1"',
        ' s="99"',
        ' r="ZZZ9"',
        ' r="a"',
        "&#0;",
        "&#13;",
        "&amp;",
        "&x;",
        "<!DOCTYPE x>",
        "_x000D_",
        "_xD800_",
    ),
    *(
        "_xD800_",
        "<f>1</f>",
        "<is><t>x</t></is>",
        "1e400",
        "-1",
        "60",
        "nan",
        'Target="../.."',
        "<!--",
        "]]>",
        "\ud800",
    ),
)
WORD = re.compile(rb"[0-9A-Za-z.-]+")
TOKENS = tuple(text.encode(errors="surrogatepass") for text in (*HURTFUL, *XML, "\n", ",", ";", "\t"))


def exports() -> dict[str, bytes]:
    """Exports of known platforms, to be read without a mapping."""
    return {file.name: file.read_bytes() for file in EXPORTS.values()}


def files() -> dict[str, bytes]:
    """A good log as a file of every kind."""
    frame = pd.DataFrame([GOOD, RETURN] * 3, columns=NAMES)
    table = io.BytesIO()
    frame.to_parquet(table)
    text = frame.to_csv(index=False).encode()
    typed = frame.astype({"amount": float, "quantity": int}).assign(date=pd.to_datetime(frame["date"]).dt.date)
    rows = [NAMES, *typed.to_numpy().tolist()]
    return {
        "log.csv": text,
        "log.csv.gz": pa.compress(text, "gzip", asbytes=True),
        "log.csv.zst": pa.compress(text, "zstd", asbytes=True),
        "log.parquet": table.getvalue(),
        "log.jsonl": frame.to_json(orient="records", lines=True, force_ascii=False).encode(),
        "log.xlsx": workbook({"Orders": rows, "More": [*rows[:3], [], *rows[3:]]}),
        "log.db": _sqlite(frame),
    }


def _sqlite(frame: pd.DataFrame) -> bytes:
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder, "log.db"))) as database:
        database.execute(f"CREATE TABLE orders ({', '.join(NAMES)})")
        database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", frame.to_numpy().tolist())
        database.commit()
        return Path(folder, "log.db").read_bytes()


def mutated(name: str, content: bytes, chance: random.Random) -> bytes:
    """The same file changed; mostly inside of what is packed, so that it can be unpacked."""
    packed = {".gz": "gzip", ".zst": "zstd"}.get(Path(name).suffix)
    if chance.random() < 0.1:
        return _changed(content, chance)
    if packed:
        text = pa.input_stream(pa.BufferReader(content), compression=packed).read()
        return bytes(pa.compress(_changed(text, chance), packed, asbytes=True))
    return _workbook(content, chance) if name.endswith(".xlsx") else _changed(content, chance)


def _workbook(content: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    for _ in range(chance.randint(1, 2)):
        part = chance.choice([*parts, *(part for part in parts if "sheet" in part or "Strings" in part)])
        parts[part] = _changed(parts[part], chance)
    if chance.random() < 0.05:
        del parts[chance.choice(sorted(parts))]
    return zipped(parts)


def _changed(content: bytes, chance: random.Random) -> bytes:
    """Words exchanged for words of the same file or hurtful ones; or any bytes for any others."""
    if chance.random() < 0.6:
        for _ in range(chance.randint(1, 3)):
            words = list(WORD.finditer(content))
            if not words:
                return chance.choice(TOKENS)
            word, other = chance.choice(words), chance.choice(words)
            put = other[0] if chance.random() < 0.5 else chance.choice(TOKENS)
            content = content[: word.start()] + put + content[word.end() :]
        return content
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(content) + 1), chance.randint(0, 12)
        put = chance.choice((b"", chance.randbytes(chance.randint(1, 6)), chance.choice(TOKENS)))
        content = content[:at] + put + content[at + length :]
    return content
