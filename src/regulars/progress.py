"""Steps that take time, announced to whoever listens.

The rooms below say what they do with `step` and `note`; the command line listens and draws
it on stderr. As a library nothing is printed: without a listener, steps only go to the log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from regulars.redact import redact

log = logging.getLogger("regulars")


class Listener(Protocol):
    """Something that shows progress to a person."""

    def begin(self, name: str) -> None:
        """Tell that a step has begun."""

    def end(self, name: str, seconds: float | None) -> None:
        """Report that a step is done; without seconds no line is shown for it."""

    def note(self, text: str) -> None:
        """Tell something worth knowing while a step runs."""


_listener: ContextVar[Listener | None] = ContextVar("regulars_listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send the steps and notes of the enclosed code to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def step(name: str, *, told: bool = True) -> Iterator[None]:
    """Announce a step that takes time; its seconds are told when it ends, unless it is one of very many."""
    listener, name, start = _listener.get(), redact(name), time.perf_counter()
    log.debug("begin: %s", name)
    if listener:
        listener.begin(name)
    yield
    seconds = time.perf_counter() - start
    log.debug("end: %s (%.1f s)", name, seconds)
    if listener:
        listener.end(name, seconds if told else None)


def note(text: str) -> None:
    """Say something a person should know: a fallback, a skipped origin, a rounding."""
    listener, text = _listener.get(), redact(text)
    log.info(text)
    if listener:
        listener.note(text)
