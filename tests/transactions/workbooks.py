"""Workbooks made by hand, with all that a cell can hold."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = f"""<styleSheet xmlns="{MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd;@"/></numFmts>
<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/></cellXfs>
</styleSheet>"""

Sheet = Sequence[Iterable[Any]]


class Raw(str):
    """A cell as XML, with {at} where its place goes."""


def workbook(sheets: dict[str, Sheet], *, begins_1904: bool = False, **parts: str) -> bytes:
    """The bytes of a workbook; `parts` replaces or adds parts, `__` standing for `/` and `_dot_` for a point."""
    texts: list[str] = []
    files = {
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(sheets, begins_1904),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *(("worksheet", f"worksheets/sheet{place}.xml") for place, _ in enumerate(sheets, start=1)),
                ("styles", "styles.xml"),
                ("sharedStrings", "/xl/sharedStrings.xml"),
            ]
        ),
        "xl/styles.xml": STYLES,
    }
    for place, rows in enumerate(sheets.values(), start=1):
        files[f"xl/worksheets/sheet{place}.xml"] = _sheet(rows, texts, begins_1904)
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    files["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    files |= {name.replace("__", "/").replace("_dot_", "."): text for name, text in parts.items()}
    return zipped({name: text.encode() for name, text in files.items()})


def zipped(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()


def _book(sheets: Iterable[str], begins_1904: bool) -> str:
    listed = "".join(f'<sheet name="{escape(s)}" sheetId="{k}" r:id="r{k}"/>' for k, s in enumerate(sheets, start=1))
    begins = f'<workbookPr date1904="{int(begins_1904)}"/>'
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{begins}<sheets>{listed}</sheets></workbook>'


def _relations(parts: Iterable[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="r{k}" Type="{OFFICE}/{kind}" Target="{path}"/>' for k, (kind, path) in enumerate(parts, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>'


def _sheet(rows: Sheet, texts: list[str], begins_1904: bool) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = [_cell(value, f"{chr(65 + k)}{number}", texts, begins_1904) for k, value in enumerate(row)]
        if any(cells):
            lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(value: Any, at: str, texts: list[str], begins_1904: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, Raw):
        return value.format(at=at)
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        texts.append(value)
        return f'<c r="{at}" t="s"><v>{len(texts) - 1}</v></c>'
    if isinstance(value, dt.date):
        moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
        days = (moment - dt.datetime(1904, 1, 1) if begins_1904 else moment - dt.datetime(1899, 12, 30)) / dt.timedelta(
            1
        )
        return f'<c r="{at}" s="{3 if isinstance(value, dt.datetime) else 2}"><v>{days!r}</v></c>'
    return f'<c r="{at}"><v>{value!r}</v></c>'
