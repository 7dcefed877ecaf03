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
from dataclasses import dataclass, field
from typing import Protocol

from regulars.redact import redact

log = logging.getLogger("regulars")


@dataclass
class _Gathered:
    """What is true at several cutoffs, and why at the first of them."""

    why: str
    cutoffs: set[str] = field(default_factory=set)

    @property
    def where(self) -> str:
        days = sorted(self.cutoffs)
        return ", ".join(days) if len(days) <= FEW else f"{len(days)} cutoffs from {days[0]} to {days[-1]}"


class Listener(Protocol):
    """Something that shows progress to a person."""

    def begin(self, name: str) -> None:
        """Tell that a step has begun."""

    def end(self, name: str, seconds: float | None) -> None:
        """Report that a step is done; without seconds no line is shown for it."""

    def note(self, text: str) -> None:
        """Tell something worth knowing while a step runs."""


_listener: ContextVar[Listener | None] = ContextVar("regulars_listener", default=None)
_cutoff: ContextVar[object] = ContextVar("regulars_cutoff", default=None)
_gathered: ContextVar[dict[str, _Gathered] | None] = ContextVar("regulars_gathered", default=None)
FEW = 3  # cutoffs that are named one by one


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
    with _gathering():
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


@contextmanager
def at_cutoff(day: object) -> Iterator[None]:
    """Tell at which cutoff the enclosed code fits."""
    token = _cutoff.set(day)
    try:
        yield
    finally:
        _cutoff.reset(token)


def note_of_cutoff(what: str, why: str) -> None:
    """Say what may be true at many cutoffs: once, with all of them, when the outermost step ends."""
    gathered, day = _gathered.get(), _cutoff.get()
    if gathered is None or day is None:
        note(f"{what} ({why})")
    else:
        gathered.setdefault(what, _Gathered(why)).cutoffs.add(str(day))


@contextmanager
def _gathering() -> Iterator[None]:
    """Gather notes of cutoffs within the outermost step, and say them at its end."""
    if _gathered.get() is not None:
        yield
        return
    gathered: dict[str, _Gathered] = {}
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    for what, found in gathered.items():
        note(f"{what} at {found.where} ({found.why})")
