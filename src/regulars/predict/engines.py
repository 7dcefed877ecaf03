"""Which engine a name means."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from regulars.errors import ParamsError
from regulars.predict.engine import Engine, Here
from regulars.predict.spark import on_spark

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
    if name not in (LOCAL, SPARK):
        raise ParamsError(f"The engine is {name!r}. It should be {LOCAL} or {SPARK}.")
    if name == LOCAL and master is not None:
        raise ParamsError(f"--master is {master!r}, but only Spark has one. Add --engine spark, or leave it out.")
    return nullcontext(Here()) if name == LOCAL else on_spark(master)
