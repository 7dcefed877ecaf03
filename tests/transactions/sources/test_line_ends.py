from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from regulars.transactions import read_transactions

pytestmark = pytest.mark.slow

LINES = ["customer_id,date,amount", "a,2024-01-01,1", '"b\r\nc",2024-01-02,2', '"d\ne",2024-01-03,4', "f,2024-01-04,8"]


@pytest.mark.parametrize("ends", [("\n", "\r\n"), ("\r\n", "\n"), ("\r\n", "\r\n", "\n"), ("\n",), ("\r\n",)])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "gz"])
def test_records_may_end_in_lf_and_crlf_in_one_file(tmp_path: Path, ends: tuple[str, ...], encoding: str) -> None:
    text = "".join(line + ends[k % len(ends)] for k, line in enumerate([*LINES, "é“,2024-01-05,16"]))
    if encoding == "latin-1":
        text = text.replace("“", "")
    content = text.encode("utf-8" if encoding == "gz" else encoding)
    file = tmp_path / ("log.csv.gz" if encoding == "gz" else "log.csv")
    file.write_bytes(gzip.compress(content) if encoding == "gz" else content)
    tx = read_transactions(file)
    found = tx.connection.execute("SELECT customer_id, money::INTEGER FROM lines ORDER BY money").fetchall()
    last = "é" if encoding == "latin-1" else "é“"
    assert found == [("a", 1), ("b\r\nc", 2), ("d\ne", 4), ("f", 8), (last, 16)]
