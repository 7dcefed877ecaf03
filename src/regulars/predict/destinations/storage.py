"""Object storage that speaks S3: tables with their manifests, brought here and sent back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyarrow import fs

from regulars.errors import InputError
from regulars.predict.destinations.destination import refused
from regulars.predict.places import manifest_of
from regulars.redact import redact
from regulars.transactions.sources.cloud import SCHEME, endpoint, region

ATTEMPTS = 3
SECONDS = 20.0  # for a connection, and for an answer


@contextmanager
def storage(address: str, doing: str = "written") -> Iterator[fs.S3FileSystem]:
    """Speak to the storage; what it refuses is one error in words.

    Parameters
    ----------
    address : str
        What it is about, for messages.
    doing : str
        What cannot be done with it where the storage refuses: "written", or "read".
    """
    named = endpoint()
    server = {"endpoint_override": named.netloc, "scheme": named.scheme} if named else {}
    try:
        yield fs.S3FileSystem(
            region=region(),
            connect_timeout=SECONDS,
            request_timeout=SECONDS,
            retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
            **server,
        )
    except OSError as error:
        check = "Check the address, and the keys, region and endpoint in the environment (AWS_...)."
        stands = "The object is as it was, or whole."
        raise refused(repr(redact(address)), doing, redact(str(error)), check, stands=stands) from None


def key_of(address: str) -> str:
    """What the storage calls an object: its bucket, and its path there."""
    return address.removeprefix(SCHEME)


def manifest_key(address: str) -> str:
    """Where the manifest of a table lies in the storage."""
    return f"{key_of(address)}.manifest.json"


def is_there(opened: fs.S3FileSystem, key: str) -> bool:
    """Tell whether there is an object."""
    return bool(opened.get_file_info(key).type == fs.FileType.File)


def fetch(address: str, folder: Path) -> Path:
    """Bring a table, and its manifest where it has one, into a folder of this machine; return the file.

    Raises
    ------
    InputError
        If there is no such object, or it cannot be read.
    """
    file = folder / Path(key_of(address)).name
    with storage(address, "read") as opened:
        if not is_there(opened, key_of(address)):
            raise InputError(f"There is no object {redact(address)!r}. Check the address.")
        fs.copy_files(key_of(address), str(file), opened, fs.LocalFileSystem())
        if is_there(opened, manifest_key(address)):
            fs.copy_files(manifest_key(address), str(manifest_of(file)), opened, fs.LocalFileSystem())
    return file


def send(opened: fs.S3FileSystem, file: Path, key: str) -> None:
    """Put a file in the place of an object, which is shown once all of it has come."""
    fs.copy_files(str(file), key, fs.LocalFileSystem(), opened)
