"""Removing one customer from whatever place a table lies in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from regulars.errors import InputError
from regulars.predict.erase import Found, Sought, erase, files_in, search
from regulars.predict.erase_in_databases import erase_in_database, search_database
from regulars.predict.erase_in_storage import erase_in_object, objects_at, search_object
from regulars.redact import redact, remember
from regulars.transactions.sources.cloud import is_cloud
from regulars.transactions.sources.databases import file_kind, is_postgres


def places_in(given: Sequence[str]) -> list[Path | str]:
    """Tables, databases and pages that paths and addresses mean; files as paths, all else as addresses.

    Parameters
    ----------
    given : sequence of str
        Files and folders; addresses of databases of PostgreSQL; of objects in S3, and of all below one that ends in
        `/`.

    Raises
    ------
    InputError
        If there is no such place, or nothing can be looked for there.

    Examples
    --------
    >>> places_in(["https://shop.example/scores.parquet"])
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: 'https://shop.example/scores.parquet' cannot be searched: files and folders, databases \
(postgresql://user@host/database) and objects in S3 (s3://bucket/path.parquet) can.
    """
    for one in given:
        remember(one)
    addresses = list(dict.fromkeys(one for one in given if "://" in one))
    if odd := [one for one in addresses if not is_postgres(one) and not is_cloud(one)]:
        raise InputError(
            f"{redact(odd[0])!r} cannot be searched: files and folders, databases (postgresql://user@host/database) "
            "and objects in S3 (s3://bucket/path.parquet) can."
        )
    objects = {found for one in addresses if is_cloud(one) for found in objects_at(one)}
    return [
        *files_in([Path(one) for one in given if "://" not in one]),
        *(one for one in addresses if is_postgres(one)),
        *sorted(objects),
    ]


def search_all(place: Path | str, sought: Sought) -> Iterator[Found]:
    """Look for a customer in a table, or in the tables of scores of a database.

    Parameters
    ----------
    place : Path or str
        As `places_in` gives it.
    sought : Sought

    Raises
    ------
    InputError
        If it cannot be read, or another program holds it.
    """
    if is_postgres(place) if isinstance(place, str) else file_kind(place):
        yield from search_database(place, sought)
    elif found := search_object(place, sought) if isinstance(place, str) else search(place, sought):
        yield found


def erase_found(found: Found, sought: Sought) -> None:
    """Remove the rows of a customer from where they were found, with what its manifest says of them; both, or neither.

    Parameters
    ----------
    found : Found
    sought : Sought

    Raises
    ------
    InputError
        If the place takes no changes.
    """
    if found.table is not None:
        erase_in_database(found, sought)
    elif isinstance(found.path, str):
        erase_in_object(found, sought)
    else:
        erase(found.path, found.rows, sought)
