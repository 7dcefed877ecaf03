"""Removing one customer from tables in object storage that speaks S3, with their manifests."""

from __future__ import annotations

from pathlib import Path

from pyarrow import fs

from regulars.errors import InputError
from regulars.files import scratch
from regulars.predict.destinations.storage import fetch, key_of, manifest_key, send, storage
from regulars.predict.erase import TABLES, Found, Sought, erase, search
from regulars.predict.places import manifest_of
from regulars.redact import redact
from regulars.transactions.sources.cloud import SCHEME


def objects_at(address: str) -> list[str]:
    """The tables that an address means: one object, or all below an address that ends in `/`, sorted.

    Raises
    ------
    InputError
        If there is none, or the storage refuses.
    """
    if not address.endswith("/"):
        if Path(key_of(address)).suffix not in TABLES:
            raise InputError(
                f"{redact(address)!r} cannot be searched: objects that end in {' or '.join(TABLES)} can, and with an "
                "address that ends in '/' all of them that lie below it."
            )
        return [address]
    with storage(address, "read") as opened:
        below = fs.FileSelector(key_of(address).rstrip("/"), recursive=True)
        listed = opened.get_file_info(below)
    found = [info.path for info in listed if info.type == fs.FileType.File and Path(info.path).suffix in TABLES]
    return sorted(f"{SCHEME}{key}" for key in found)


def search_object(address: str, sought: Sought) -> Found | None:
    """Look for a customer in an object; it is brought to this machine for that.

    Raises
    ------
    InputError
        If it is not there, or cannot be read as a table.
    """
    with scratch() as folder:
        file = fetch(address, folder)
        found = search(file, sought, named=redact(address))
    return Found(address, found.rows, found.left, found.has_manifest) if found else None


def erase_in_object(found: Found, sought: Sought) -> None:
    """Remove the rows of a customer from an object.

    The manifest is sent first: should the table not follow it, `score` takes neither for whole, and the next run finds
    the customer still and sends the same table.
    """
    address = str(found.path)
    with scratch() as folder:
        file = fetch(address, folder)
        erase(file, found.rows, sought)
        with storage(address) as opened:
            if found.has_manifest:
                send(opened, manifest_of(file), manifest_key(address))
            send(opened, file, key_of(address))
