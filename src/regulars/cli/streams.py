"""What reaches the terminal: no secret, and no control character out of data."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO, cast

from typer.core import TyperGroup

from regulars.redact import redact, remember, remember_environment

# C0 and C1 controls but line ends and tabs (an escape sequence begins with one), marks that turn the direction of text
# or separate lines, and halves of characters, which no terminal can be sent.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Write characters that would steer a terminal, or turn its text around, as their codes.

    Examples
    --------
    >>> print(printable("\x1b[31mred\u202e"))
    \x1b[31mred\u202e
    """
    return UNPRINTABLE.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


class Guarded:
    """A stream that hides secrets in what is written to it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text without its secrets."""
        self._stream.write(redact(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts without their secrets."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class GuardedGroup(TyperGroup):
    """The verbs: whatever one of them, a library or a wrong call prints goes through guarded streams."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **named: Any) -> Any:
        """Run a verb."""
        remember_environment(os.environ)
        remember(list(sys.argv[1:] if args is None else args))
        with guarded():
            return super().main(args, *rest, **named)


@contextmanager
def guarded() -> Iterator[None]:
    """Hide secrets in all that the enclosed code prints, and in warnings."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast(TextIO, Guarded(stream)) for stream in before)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            yield
    finally:
        sys.stdout, sys.stderr = before


def _show_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None
) -> None:
    """Print a warning; its text may hold a name out of the data."""
    print(printable(warnings.formatwarning(message, category, filename, lineno, line)), end="", file=file or sys.stderr)
