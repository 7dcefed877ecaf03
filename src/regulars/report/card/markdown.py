"""Markdown as GitHub and MLflow show it: texts that stay as they are, tables and lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

Lines = Iterator[str]

# What would turn into mark-up; underscores do at the edge of a word alone, and brackets before a parenthesis.
MARKUP = re.compile(r"[\\`*<>|~]|(?<!\w)_|_(?!\w)|\](?=\()")


def plain(text: object) -> str:
    r"""Write a text that is not ours so that it is read as it stands, on one line.

    Examples
    --------
    >>> plain("mbg_nbd [1, 2] <b> *|* [here](http://x)")
    'mbg_nbd [1, 2] \\<b\\> \\*\\|\\* [here\\](http://x)'
    """
    return MARKUP.sub(r"\\\g<0>", " ".join(str(text).split()))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Lines:
    r"""A table: the first column to the left, the others to the right.

    Examples
    --------
    >>> print("\n".join(table(["rule", "AUC"], [["frequency", "0.77"]])))
    | rule | AUC |
    | :--- | ---: |
    | frequency | 0.77 |
    """
    yield _row(head)
    yield _row([":---", *["---:"] * (len(head) - 1)])
    yield from map(_row, rows)


def facts(rows: Iterable[Sequence[str]], head: Sequence[str] = ("", "")) -> Lines:
    """A table of texts, all to the left."""
    yield _row(head)
    yield _row([":---"] * len(head))
    yield from map(_row, rows)


def bullets(texts: Iterable[str]) -> Lines:
    """A list, one line each."""
    return (f"- {text}" for text in texts)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
