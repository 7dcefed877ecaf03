"""An object of Parquet or CSV in storage that speaks S3, with its manifest beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyarrow import fs

from regulars.errors import InputError
from regulars.files import claim, scratch
from regulars.predict.destinations.destination import Placed
from regulars.predict.destinations.read_back import Read
from regulars.predict.destinations.storage import fetch, is_there, key_of, manifest_key, send, storage
from regulars.predict.destinations.table_file import TableFile
from regulars.predict.part_files import UndeliveredError
from regulars.predict.places import TABLE, Inputs, make_folder, manifest_of
from regulars.predict.sinks import Tables
from regulars.redact import redact
from regulars.transactions.sources.cloud import SCHEME


@dataclass(frozen=True)
class StoredObject:
    """An object that holds the scores of one cutoff, the latest that was written: the bytes of a file.

    Parameters
    ----------
    address : str
        `s3://bucket/path.parquet`, or one that ends in .csv.
    own : Path
        A folder on this machine, for finished parts and for the table before it is sent.
    """

    address: str
    own: Path

    @property
    def local_path(self) -> Path:
        """A name in a folder of this machine that stands for the address."""
        return self.own / f"s3-{hashlib.sha256(self.address.encode()).hexdigest()[:12]}"

    def check(self, inputs: Inputs) -> None:
        """Refuse another ending, the object of the log, and a bucket that is not there or cannot be reached."""
        bucket, _, name = self._key.partition("/")
        if not bucket or not Path(name).stem or Path(name).suffix not in TABLE.endings:
            raise InputError(
                f"{redact(self.address)!r} should be s3://bucket/path, ending in {' or '.join(TABLE.endings)}."
            )
        if any(inputs.is_of_log(each) for each in (self.address, f"{SCHEME}{manifest_key(self.address)}")):
            raise InputError(
                f"{redact(self.address)!r} is read from: it is the log, or the next run would read it as part of the "
                "log. Give another --out."
            )
        make_folder(self.own)
        with storage(self.address) as opened:
            if opened.get_file_info(bucket).type == fs.FileType.NotFound:
                raise InputError(f"There is no bucket {bucket!r}. Make it, or give another --out.")

    def find(self, inputs: str) -> Placed | None:
        """The object, if its manifest says so and its checksum holds; it is read for that."""
        with storage(self.address) as opened:
            if not is_there(opened, self._manifest):
                return None
            with opened.open_input_stream(self._manifest) as file:
                manifest = json.loads(file.read())
            if manifest.get("inputs") != inputs:
                return None
            with opened.open_input_file(self._key) as file:
                is_whole = hashlib.file_digest(file, "sha256").hexdigest() == manifest.get("sha256")
        return self._placed(manifest) if is_whole else None

    def read(self, cutoff: dt.date | None = None) -> Read:
        """The scores, brought to this machine, if they have the checksum of the manifest."""
        named = repr(redact(self.address))
        with scratch() as folder:
            file = fetch(self.address, folder)
            try:
                return Read(TableFile(file).read(cutoff).frame, named)
            except InputError as error:
                raise InputError(str(error).replace(repr(str(file)), named)) from None

    def write(self, scores: Tables, content: Mapping[str, Any]) -> Placed:
        """Write the table on this machine, then send it: the storage shows an object once all of it has come."""
        claimed = claim(self.own, hidden=True)
        try:
            file = claimed.folder / Path(self._key).name
            TableFile(file).write(scores, content)
            with storage(self.address) as opened:
                if is_there(opened, self._manifest):
                    opened.delete_file(self._manifest)  # a table without its manifest, never with that of another one
                send(opened, file, self._key)
                send(opened, manifest_of(file), self._manifest)
        except InputError as error:
            raise UndeliveredError(*error.args) from None
        finally:
            claimed.release()
        return self._placed(content)

    @property
    def _key(self) -> str:
        return key_of(self.address)

    @property
    def _manifest(self) -> str:
        return manifest_key(self.address)

    def _placed(self, content: Mapping[str, Any]) -> Placed:
        address = redact(self.address)
        return Placed(address, f"{address}.manifest.json", content)
