"""How the command line speaks: progress and logs on stderr, results on stdout, errors in words."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.status import Status

from regulars.errors import RegularsError
from regulars.progress import listening

stderr = Console(stderr=True, highlight=False, soft_wrap=True)
stdout = Console(highlight=False, soft_wrap=True)


class Progress:
    """Draws steps on stderr: a spinner where somebody looks, one line a finished step anywhere."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._status: Status | None = None

    def begin(self, name: str) -> None:
        """Show the step that runs."""
        self._open.append(name)
        self._draw()

    def end(self, name: str, seconds: float) -> None:
        """Leave a line for an outermost step that is done."""
        self._open.pop()
        self._draw()
        if not self._open:
            stderr.print(f"[green]✓[/green] {escape(name)} [dim]{seconds:.1f} s[/dim]")

    def note(self, text: str) -> None:
        """Leave a line that a person should read."""
        stderr.print(f"  [yellow]·[/yellow] {escape(text)}")

    def _draw(self) -> None:
        if not stderr.is_terminal:
            return
        if self._status:
            self._status.stop()
            self._status = None
        if self._open:
            self._status = stderr.status(escape(" › ".join(self._open)))
            self._status.start()

    def stop(self) -> None:
        """Take the spinner away."""
        self._open.clear()
        self._draw()


@contextmanager
def speaking(*, debug: bool) -> Iterator[None]:
    """Show progress while a verb runs; turn what goes wrong into one message and exit code 1."""
    progress = Progress()
    try:
        with listening(progress):
            yield
    except typer.Exit:
        raise
    except RegularsError as error:
        progress.stop()
        if debug:
            raise
        stderr.print(f"[red]error:[/red] {escape(str(error))}")
        sys.exit(1)
    except BrokenPipeError:  # whoever read our output (| head) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        progress.stop()
        stderr.print("stopped; what was being written is left as it was")
        sys.exit(130)
    except Exception as error:
        progress.stop()
        if debug:
            raise
        kind = type(error).__name__
        stderr.print(
            f"[red]unexpected error:[/red] {kind}: {escape(str(error))}\nRun again with --debug for the traceback."
        )
        sys.exit(1)
    finally:
        progress.stop()


def tell_person(text: str) -> None:
    """Print a result in words."""
    stdout.print(text, markup=False)


def tell_machine(result: dict[str, Any]) -> None:
    """Print a result as JSON, and nothing else."""
    print(json.dumps(result, indent=1, sort_keys=True, default=str, allow_nan=False), flush=True)
