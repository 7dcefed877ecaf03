from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from regulars.errors import InputError
from regulars.transactions.sources.encodings import open_text
from regulars.transactions.sql import connect

LINES = ["customer_id,shop\n", "1,Café\n"]


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("latin-1", "latin-1")],
)
def test_a_text_is_read_in_its_own_encoding(tmp_path: Path, encoding: str, read_as: str) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes("".join(LINES).encode(encoding))
    text = open_text(connect(), str(file))
    assert (text.file, text.encoding, list(text.lines())) == (str(file), read_as, LINES)


@pytest.mark.parametrize("packed", [False, True])
def test_windows_1252_is_copied_as_utf_8_and_the_log_is_let_be(tmp_path: Path, packed: bool) -> None:
    raw = "customer_id,price\n1,5 €\n".encode("cp1252")
    file = tmp_path / ("log.csv.gz" if packed else "log.csv")
    file.write_bytes(gzip.compress(raw) if packed else raw)
    before = file.read_bytes()
    connection = connect()  # the copy goes with it
    text = open_text(connection, str(file))
    assert text.encoding == "utf-8"
    assert text.file != str(file)
    assert list(text.lines()) == ["customer_id,price\n", "1,5 €\n"]
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a,b\n".encode("utf-16-be").join([b"\xfe\xff", b""]), "big-endian UTF-16"),
        ("a,b\n".encode("utf-32"), "UTF-32"),
        (b"PK\x03\x04\0\0", "it is not text"),
        ("1,Café\n".encode() + "2,Café\n".encode("latin-1"), "line 1 is UTF-8, line 2 is not"),
        ("1,€".encode("cp1252") + b"\x81\n", "no encoding that is read"),
    ],
)
def test_what_cannot_be_decoded_is_refused_in_words(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=told):
        open_text(connect(), str(file))
