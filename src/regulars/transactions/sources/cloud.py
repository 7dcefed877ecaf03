"""Files in object storage that speaks S3. The keys come from the environment, as for every tool of AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

import duckdb

from regulars.errors import InputError
from regulars.transactions.sources.encodings import Text
from regulars.transactions.sources.files import matches
from regulars.transactions.sources.refusals import unreadable
from regulars.transactions.sql import literal, load_extension

SCHEME = "s3://"
KEYS = {"KEY_ID": "AWS_ACCESS_KEY_ID", "SECRET": "AWS_SECRET_ACCESS_KEY", "SESSION_TOKEN": "AWS_SESSION_TOKEN"}
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


def is_cloud(source: str) -> bool:
    """Tell whether a source lies in object storage."""
    return source.startswith(SCHEME)


def find_objects(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    """Return the addresses of the files that an address, one ending in `/`, or a glob means, sorted.

    Raises
    ------
    InputError
        If the storage refuses, or has no such file.
    """
    load_extension(connection, "httpfs", extra="cloud", what="S3")
    connection.execute(f"CREATE OR REPLACE SECRET ({', '.join(_secret())})")
    pattern = f"{source}**" if source.endswith("/") else source
    try:
        found = connection.execute(f"SELECT file FROM glob({literal(pattern)}) ORDER BY file").fetchall()
    except duckdb.Error as error:
        raise unreadable(source, error, "storage") from None
    files = [str(file) for (file,) in found if not str(file).endswith("/")]
    if not files:
        raise InputError(f"No file matches {source!r}. Give a file, a glob, or a folder, which ends in '/'.")
    return files


def would_read_object(source: str, address: str) -> bool:
    """Tell whether an object would be read as part of the log that an address means.

    Examples
    --------
    >>> would_read_object("s3://shop/log/", "s3://shop/log/a.csv"), would_read_object("s3://shop/*.csv", "s3://shop/a/b.csv")
    (True, False)
    """
    if not is_cloud(source):
        return False
    return address.startswith(source) if source.endswith("/") else matches(source.split("/"), address.split("/"))


def open_object(connection: duckdb.DuckDBPyConnection, file: str) -> Text:
    """Read the first line of a text file, which has to be UTF-8."""
    whole = "auto_detect = false, header = false, columns = {'line': 'VARCHAR'}, delim = '', quote = '', escape = ''"
    try:
        found = connection.execute(f"SELECT line FROM read_csv({literal(file)}, {whole}) LIMIT 1").fetchall()
    except duckdb.Error as error:
        raise unreadable(file, error, "storage") from None
    return Text(file, "utf-8", lambda: [line for (line,) in found if line])


def _secret() -> Iterator[str]:
    yield "TYPE s3"
    for name, variable in KEYS.items():
        if value := os.environ.get(variable):
            yield f"{name} {literal(value)}"
    if found := region():
        yield f"REGION {literal(found)}"
    if address := endpoint():
        yield f"ENDPOINT {literal(address.netloc)}"
        yield f"USE_SSL {'false' if address.scheme == 'http' else 'true'}"
        yield "URL_STYLE 'path'"


def region() -> str | None:
    """The region that the environment names."""
    return next(filter(None, map(os.environ.get, REGIONS)), None)


def endpoint() -> SplitResult | None:
    """The server that the environment names; None for Amazon's own.

    Raises
    ------
    InputError
        If it is no address.
    """
    variable = next(filter(os.environ.get, ENDPOINTS), None)
    if variable is None:
        return None
    named = os.environ[variable]
    try:
        address = urlsplit(named)
    except ValueError:
        address = SplitResult("", "", "", "", "")
    if not address.hostname:
        raise InputError(f"{variable} is {named!r}; it should be an address such as https://host:9000.")
    return address
