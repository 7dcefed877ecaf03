"""How results in words are laid out: parts, tables and figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

Lines = Iterator[str]


def joined(*blocks: Iterable[str]) -> str:
    """Parts with an empty line between them; empty ones fall away."""
    texts = ("\n".join(block) for block in blocks)
    return "\n\n".join(text for text in texts if text)


def what_next(*steps: str) -> Lines:
    """What can be done with the result."""
    yield "Next:"
    yield from (f"  {step}" for step in steps)


def from_here(path: Path) -> Path:
    """A path as it is seen from where the command runs."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def what_was_made(*things: tuple[str, Any], before: bool = False) -> Lines:
    """Things by their names, and where they are; with `before` an earlier run made them."""
    yield "Made by an earlier run:" if before else "Made:"
    width = max(len(name) for name, _ in things)
    yield from (f"  {name:{width}}  {where}" for name, where in things)


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
    """A table for a terminal: numbers to the right, words to the left."""
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    right = [all(_is_number(row[k]) for row in rows) for k in range(len(head))]
    for row in [head, *rows]:
        cells = (
            f"{cell:>{width}}" if r else f"{cell:{width}}" for cell, width, r in zip(row, widths, right, strict=True)
        )
        yield "  ".join(cells).rstrip()


def aligned(lines: Sequence[tuple[str, str]]) -> Lines:
    """Names and what is known of each, one below the other; a name that stands above already is not repeated."""
    width, above = max((len(name) for name, _ in lines), default=0), None
    for name, text in lines:
        yield f"{'' if name == above else name:{width}}  {text}"
        above = name


def _is_number(cell: str) -> bool:
    return cell in ("", "-") or cell.replace(",", "").replace(".", "").lstrip("+-").isdigit()


def number(value: int) -> str:
    """A count with its thousands apart."""
    return f"{value:,}"


def money(value: Any) -> str:
    """An amount to the hundredth; a dash where the log has no money."""
    return "-" if value is None else f"{value:,.2f}"


def figure(value: Any) -> str:
    """A metric to four digits; a dash where there is none."""
    return "-" if value != value else f"{value:.4f}"
