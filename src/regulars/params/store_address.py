"""The address of an MLflow store, taken apart in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

SQLITE = "sqlite:///"


class StoreAddress(str):
    """A tracking URI that knows its parts; made of one, it is that one.

    Attributes
    ----------
    file : Path or None
        The absolute path of an embedded store's file; None of any other store.
    scheme : str
        As `http`, or `postgresql` of `postgresql+psycopg://…`.
    host : str
        Empty where none is named.
    port : int or None

    Raises
    ------
    ValueError
        If it is no URI, or its port is out of range.

    Examples
    --------
    >>> StoreAddress("sqlite:////srv/mlflow.db").file
    PosixPath('/srv/mlflow.db')
    >>> server = StoreAddress("http://mlflow:5000")
    >>> server.file, server.scheme, server.host, server.port
    (None, 'http', 'mlflow', 5000)
    """

    file: Path | None
    scheme: str
    host: str
    port: int | None

    def __new__(cls, uri: str) -> Self:
        """Take `uri` apart, unless that has been done."""
        if isinstance(uri, cls):
            return uri
        address, parts = super().__new__(cls, uri), urlsplit(uri)
        address.file = _file(uri)
        address.scheme = parts.scheme.partition("+")[0]
        address.host, address.port = parts.hostname or "", parts.port
        return address


def _file(uri: str) -> Path | None:
    path = uri.removeprefix(SQLITE).partition("?")[0]
    if not uri.startswith(SQLITE) or path in ("", ":memory:"):
        return None
    return Path(path).resolve()
