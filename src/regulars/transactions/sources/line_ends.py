"""Line ends of text files: DuckDB reads one kind of them in a file, some programs write two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def mixes_line_ends(blocks: Iterable[bytes]) -> bool:
    r"""Tell whether records end in LF here and in CRLF there; what stands in quotes is no end of a record.

    Examples
    --------
    >>> mixes_line_ends([b"a,b\r", b"\n1,2\n"]), mixes_line_ends([b'a,b\r\n"1\n2",3\r\n'])
    (True, False)
    """
    windows = unix = 0
    for part, quoted in _parts(blocks):
        if not quoted:
            pairs = part.count(b"\r\n")
            windows += pairs
            unix += part.count(b"\n") - pairs
        if windows and unix:
            return True
    return False


def with_one_line_end(blocks: Iterable[bytes]) -> Iterator[bytes]:
    r"""Yield the same text with every record ended by LF, and what stands in quotes as it is.

    Examples
    --------
    >>> b"".join(with_one_line_end([b'a,b\r\n"1\r', b'\n2",3\n']))
    b'a,b\n"1\r\n2",3\n'
    """
    was_quoted = False
    for part, quoted in _parts(blocks):
        yield (b'"' if quoted != was_quoted else b"") + (part if quoted else part.replace(b"\r\n", b"\n"))
        was_quoted = quoted


def _parts(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Split a text at its quotes; a CR at the end of a block waits for the next one."""
    quoted, held = False, b""
    for block in blocks:
        text = held + block
        held = b"\r" if text.endswith(b"\r") else b""
        first, *others = text.removesuffix(held).split(b'"')
        yield first, quoted
        for part in others:
            quoted = not quoted
            yield part, quoted
    yield held, quoted
