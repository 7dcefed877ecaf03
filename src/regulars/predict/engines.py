"""Which engine a name means."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from regulars.errors import ParamsError

if TYPE_CHECKING:  # a wrong name is refused before anything that scores is loaded
    from regulars.predict.engine import Engine

LOCAL, SPARK = "local", "spark"


def engine_named(name: str = LOCAL, master: str | None = None) -> AbstractContextManager[Engine]:
    """Return the engine of that name, to be opened.

    Parameters
    ----------
    name : {"local", "spark"}
    master : str, optional
        Of Spark; see `on_spark`.

    Raises
    ------
    ParamsError
        If it means none.

    Examples
    --------
    >>> with engine_named("local") as engine:
    ...     type(engine).__name__
    'Here'
    """
    check_engine(name, master)
    from regulars.predict.engine import Here
    from regulars.predict.spark import on_spark

    return nullcontext(Here()) if name == LOCAL else on_spark(master)


def check_engine(name: str, master: str | None) -> None:
    """Refuse a name that means no engine, and a master for one that has none.

    Parameters
    ----------
    name : str
        That was asked for.
    master : str or None
        That was given.

    Raises
    ------
    ParamsError
        Saying what to write.
    """
    if name not in (LOCAL, SPARK):
        raise ParamsError(f"The engine is {name!r}. It should be {LOCAL} or {SPARK}.")
    if name == LOCAL and master is not None:
        raise ParamsError(f"--master is {master!r}, but only Spark has one. Add --engine spark, or leave it out.")
