"""How the command line speaks: progress and logs on stderr, results on stdout, errors in words."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.status import Status

from regulars.cli.streams import printable
from regulars.errors import RegularsError
from regulars.files import own_temporary_files
from regulars.memory import usual_limit
from regulars.progress import listening
from regulars.redact import redact, redacted

stderr = Console(stderr=True, highlight=False, soft_wrap=True)
stdout = Console(highlight=False, soft_wrap=True)

STOPPED = "Stopped. No table or report was left half-written."
NO_MEMORY = re.compile("bad.alloc|Out of Memory|[Cc]annot allocate memory|can't start new thread")
MORE_MEMORY = (
    "Nothing was left half-written. Give the process more (`ulimit -v`, or the limit of its container), or let it need "
    "less: lower transactions.memory_limit, and for training training.max_customers."
)
ENDS = (signal.SIG_DFL, signal.default_int_handler)  # what a signal does where nobody chose otherwise


class Progress:
    """Draws steps on stderr: a spinner where somebody looks; anywhere one line a finished step, inner ones indented.

    A note is left once, however often it is true: a log that is read again says the same again.
    """

    def __init__(self) -> None:
        self._open: list[str] = []
        self._noted: set[str] = set()
        self._status: Status | None = None

    def begin(self, name: str) -> None:
        """Show the step that runs."""
        self._open.append(name)
        self._draw()

    def end(self, name: str, seconds: float | None) -> None:
        """Leave a line for a step that is done, with the time it took."""
        self._open.pop()
        self._draw()
        if seconds is not None and len(self._open) <= 1:
            stderr.print(f"{'  ' * len(self._open)}[green]✓[/green] {_plain(name)} [dim]{seconds:.1f} s[/dim]")

    def note(self, text: str) -> None:
        """Leave a line that a person should read."""
        if text in self._noted:
            return
        self._noted.add(text)
        stderr.print(f"  [yellow]·[/yellow] {_plain(text)}")

    def _draw(self) -> None:
        if not stderr.is_terminal:
            return
        if self._status:
            self._status.stop()
            self._status = None
        if self._open:
            self._status = stderr.status(_plain(" › ".join(self._open)))
            self._status.start()

    def stop(self) -> None:
        """Take the spinner away."""
        self._open.clear()
        self._draw()


@contextmanager
def speaking(*, debug: bool, as_json: bool = False) -> Iterator[None]:
    """Show progress while a verb runs; turn what goes wrong into one message and exit code 1."""
    progress = Progress()

    def stop(text: str, head: str = "", *, after: str = "", code: int = 1) -> NoReturn:
        progress.stop()
        stderr.print(f"[red]{head}[/red] {_plain(text)}{after}" if head else text)
        if as_json:
            tell_machine({"error": text})
        sys.exit(code)

    try:
        with listening(progress), _told_to_end(), _own_temporary_files():
            usual_limit()  # refuses too little before libraries are loaded, which would crash
            yield
    except typer.Exit:
        raise
    except BrokenPipeError:  # whoever read our output (| head) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt as interrupt:
        stop(STOPPED, code=_code(interrupt))
    except Exception as error:
        if behind := _interrupted(error):
            stop(STOPPED, code=_code(behind))
        if debug:
            progress.stop()
            stderr.print(_plain("".join(traceback.format_exception(error))))
        if isinstance(error, RegularsError):
            stop(str(error), "error:")
        if isinstance(error, MemoryError) or NO_MEMORY.search(str(error)):
            stop(f"The memory does not suffice ({error}). {MORE_MEMORY}", "error:")
        again = "\nRun again with --debug for the traceback."
        stop(f"{type(error).__name__}: {error}", "unexpected error:", after=again)
    finally:
        progress.stop()


def _own_temporary_files() -> AbstractContextManager[None]:
    """Take the process's folder for temporary files; a test may run verbs in several threads, which share one."""
    is_ours = threading.current_thread() is threading.main_thread()
    return own_temporary_files() if is_ours else nullcontext()


class Ended(KeyboardInterrupt):
    """A signal to end: Ctrl-C, `kill`, or a closed terminal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Turn signals to end into an interruption, so that what was begun is taken away; a test may use other threads."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _: object) -> NoReturn:
        # Here, and not where it is caught: a connection that goes out of scope on the way waits for its query to end.
        _stop_queries()
        raise Ended(number)

    before = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in ENDS:  # nohup has a closed terminal ignored
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop_queries() -> None:
    if sql := sys.modules.get("regulars.transactions.sql"):  # not imported: nothing was asked of DuckDB yet
        sql.stop_queries()


def _code(interrupt: KeyboardInterrupt) -> int:
    """The exit code that shells expect: 128 and the signal's number."""
    return 128 + (interrupt.number if isinstance(interrupt, Ended) else signal.SIGINT)


def _interrupted(error: BaseException | None) -> KeyboardInterrupt | None:
    """Find Ctrl-C or its like behind an error: DuckDB, for one, raises a RuntimeError of its own then."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error


def _plain(text: str) -> str:
    """A text that is not ours: without secrets, control characters and mark-up."""
    return escape(printable(redact(text)))


def tell_person(text: str) -> None:
    """Print a result in words."""
    stdout.print(printable(redact(text)), markup=False)


def tell_machine(result: dict[str, Any]) -> None:
    """Print a result as JSON, and nothing else."""
    print(json.dumps(_finite(redacted(result)), indent=1, sort_keys=True, default=str, allow_nan=False), flush=True)


def _finite(value: Any) -> Any:
    """Put null where a number is none: JSON has no NaN."""
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
