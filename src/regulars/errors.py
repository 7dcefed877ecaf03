"""What can go wrong, in words a person can act on.

Every error that `regulars` raises on purpose says three things: what was found, what was
expected, and what to do. Checks gather all faults before they stop, so that one run shows
everything that has to be mended.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from regulars.redact import redacted


class RegularsError(Exception):
    """Base of all errors raised on purpose; the command line prints it without a traceback.

    Secrets in its message are hidden.
    """

    def __init__(self, *found: object) -> None:
        super().__init__(*redacted(found))


class ParamsError(RegularsError):
    """Parameters that cannot be used."""


class InputError(RegularsError):
    """Data that cannot be used."""


class InsufficientHistoryError(InputError):
    """Readable data that is too little, or of the wrong time, for what was asked."""


class ModelError(RegularsError):
    """A model that cannot be fitted, found, loaded or trusted."""


class MissingModelError(ModelError):
    """There is none yet: no store, no model of that name, or none that was promoted."""


class Faults:
    """Gathers faults, so that one error names them all.

    Examples
    --------
    >>> faults = Faults("Cannot use orders.csv")
    >>> faults.add("column 'date' is missing")
    >>> faults.add("3 amounts cannot be read as a number")
    >>> faults.raise_if_any(InputError)
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: Cannot use orders.csv:
      - column 'date' is missing
      - 3 amounts cannot be read as a number
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.found: list[str] = []

    def add(self, fault: str) -> None:
        """Note one fault and go on."""
        self.found.append(fault)

    def raise_if_any(self, kind: type[RegularsError] = InputError) -> None:
        """Raise one error of `kind` that lists every fault, if there is any."""
        if self.found:
            raise self.as_error(kind)

    def as_error(self, kind: type[RegularsError] = InputError) -> RegularsError:
        """Return one error of `kind` that lists every fault."""
        return kind(f"{self.what}:\n" + "\n".join(f"  - {fault}" for fault in self.found))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the closest known name, or nothing.

    Examples
    --------
    >>> nearest("horizon_day", ["cutoff", "horizon_days"])
    " (did you mean 'horizon_days'?)"
    >>> nearest("zebra", ["cutoff"])
    ''
    """
    by_folded = {str(k).casefold(): str(k) for k in known}
    close = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return f" (did you mean {by_folded[close[0]]!r}?)" if close else ""
