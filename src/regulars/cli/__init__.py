"""The command line: one console script, a verb for everything that `regulars` does."""

from regulars.cli.app import main

__all__ = ["main"]
