"""Forget: one customer out of every table that was written, and out of every run to come."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.errors import InputError, RegularsError
from regulars.files import claim
from regulars.params import FEEDS, Params
from regulars.pipelines.campaign_files import lists_read
from regulars.pipelines.inputs import forgotten_file, read_log
from regulars.predict import Inputs, write_text
from regulars.predict.erase import PAGES, Found, Sought, names, search
from regulars.predict.erase_anywhere import erase_found, places_in, search_all
from regulars.predict.part_files import parts_in, remove_parts_in
from regulars.predict.places import draft_folder
from regulars.progress import note, step
from regulars.redact import redact, redacted
from regulars.retention.records import hashed
from regulars.texts import plain_email
from regulars.transactions import Forgotten
from regulars.transactions.forgotten import id_text, remember_to_forget, salt_of
from regulars.transactions.row_outcome import RowOutcome

LEAST_TELLING = 4  # characters of an id that tells in a path or on a page: shorter ones stand there by chance
PARAMS = "params.yaml"
MLFLOW = "The MLflow store holds aggregates and models, and no customer id; it was not changed."


@dataclass(frozen=True)
class Erasure:
    """What was done to forget a customer, or with `is_dry` would be.

    Parameters
    ----------
    mark : str or None
        The salted hash that stands for the customer; None in a dry run without a list yet.
    tables : tuple of Found
        Tables that the customer was removed from.
    theirs, pages : tuple of Path
        The user's own files, and pages, that name the customer and were left as they are.
    doubtful_pages : tuple of Path
        Pages that show an id too short to tell the customer from any number, such as 7. They decide nothing.
    unfinished : tuple of Path
        Parts of scores that killed jobs left, with whoever was in them: removed whole.
    searched : int
        Files, databases on servers and objects in S3 that were searched.
    log_rows : int or None
        Lines of the customer in the log, which later runs leave out; None where it could not be read.
    was_recorded : bool
        Whether the customer had been recorded as forgotten before.
    is_dry : bool
    recorded_in, certificate : Path
        The list of forgotten customers, and the certificate.
    """

    mark: str | None
    tables: tuple[Found, ...]
    theirs: tuple[Path, ...]
    pages: tuple[Path, ...]
    doubtful_pages: tuple[Path, ...]
    unfinished: tuple[Path, ...]
    searched: int
    log_rows: int | None
    was_recorded: bool
    is_dry: bool
    recorded_in: Path
    certificate: Path

    @property
    def was_found(self) -> bool:
        """Whether the customer was anywhere, or had been forgotten before."""
        return bool(self.tables or self.theirs or self.pages or self.log_rows or self.was_recorded)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do by hand on what regulars writes."""
        return self.was_found and not self.pages

    def to_dict(self) -> dict[str, Any]:
        """The certificate: what was touched, without the id."""
        return {
            "customer": self.mark,
            "found": self.was_found,
            "recorded_before": self.was_recorded,
            "dry_run": self.is_dry,
            "tables": [found.to_dict() for found in self.tables],
            "left_to_you": [str(path) for path in self.theirs],
            "pages_to_make_again": [str(path) for path in self.pages],
            "pages_to_look_at": [str(path) for path in self.doubtful_pages],
            "unfinished_scores": [str(path) for path in self.unfinished],
            "files_searched": self.searched,
            "log_rows_left_out": self.log_rows,
            "recorded_in": str(self.recorded_in),
            "salt": str(salt_of(self.recorded_in)),
            "mlflow": MLFLOW,
        }


def forget_customer(
    params: Params,
    customer_id: str,
    within: Sequence[str | Path] = (),
    *,
    dry_run: bool = False,
    today: dt.date | None = None,
) -> Erasure:
    """Remove a customer from the campaign history and the tables in `within`, and leave them out from now on.

    The customer is recorded first, so that a run that was killed is completed by the next one.
    """
    if not customer_id.strip():
        raise InputError("The id of the customer is empty. Give it as it is in the log.")
    customer_id = _as_the_log_has_it(params, customer_id, today)
    listed, sought = forgotten_file(params), Sought(id_text(customer_id), hashed(customer_id), _id_columns(params))
    with step("look for the customer"):
        places = _searched(params, within)
        files = [place for place in places if isinstance(place, Path)]
        showing = tuple(file for file in files if file.suffix in PAGES and names(file, sought))
        pages, doubtful = (showing, ()) if len(sought.customer) >= LEAST_TELLING else ((), showing)
        of_tables = [place for place in places if isinstance(place, str) or place.suffix not in PAGES]
        tables = tuple(found for place in of_tables for found in search_all(place, sought))
        _refuse_unnamed_log(params, within, tables)
        theirs = tuple(file for file in _own_files(params) if file not in files and search(file, sought))
        folders = {listed.parent, *_folders(within), *(draft_folder(file) for file in files)}
        unfinished = tuple(left for folder in sorted(folders) for left in parts_in(folder))
    before = Forgotten.read(listed)
    was_recorded = before is not None and before.mark(customer_id) in before.recorded
    if not dry_run:
        before, _ = remember_to_forget(listed, customer_id, today or dt.datetime.now(dt.UTC).date())
    rows = _rows_in_log(params, customer_id, before, today)
    mark = before.mark(customer_id) if before else None
    place = listed.parent / "forgotten" / f"{(mark or '')[:12]}.json"
    made = Erasure(
        mark=mark,
        tables=tables,
        theirs=theirs,
        pages=pages,
        doubtful_pages=doubtful,
        unfinished=unfinished,
        searched=len(places),
        log_rows=rows,
        was_recorded=was_recorded,
        is_dry=dry_run,
        recorded_in=listed,
        certificate=place,
    )
    if not dry_run:
        _remove(made, sought, folders, customer_id)
    return made


def _as_the_log_has_it(params: Params, customer_id: str, today: dt.date | None) -> str:
    """The id; an e-mail in lower case and without blanks where the log is an export that is read like that."""
    plain = plain_email(customer_id)
    if plain == customer_id:
        return customer_id
    try:
        layout = read_log(params, today=today).layout
    except RegularsError:  # which is told where the lines are counted
        return customer_id
    if layout is None or not layout.emails:
        return customer_id
    note("The e-mail address is sought in lower case and without blanks, as it is read from this export.")
    return plain


def _remove(made: Erasure, sought: Sought, folders: Set[Path], customer_id: str) -> None:
    """Remove the customer; the certificate says what was begun, and whether it was finished."""
    _keep_certificate(made, customer_id, finished=False)
    with step("remove the customer"):
        for found in made.tables:
            erase_found(found, sought)
        for folder in sorted(folders):
            with suppress(OSError):  # a folder that takes no files holds no drafts
                claim(folder, hidden=True).release()  # what a killed process left there may hold the customer
                remove_parts_in(folder)
    _keep_certificate(made, customer_id, finished=True)


def _folders(within: Sequence[str | Path]) -> list[Path]:
    return [path for path in map(Path, within) if path.is_dir()]


def _refuse_unnamed_log(params: Params, within: Sequence[str | Path], tables: Sequence[Found]) -> None:
    """Refuse to guess where a shop's log and its list of forgotten customers are: the list would be of no use there."""
    if params.transactions.is_named:
        return
    others = [str(folder / PARAMS) for folder in _folders(within) if (folder / PARAMS).exists()]
    others += [redact(str(found.path)) for found in tables if not found.has_manifest]
    if others:
        raise InputError(
            f"No log is named (transactions.path), and {others[0]!r} may be of another shop than the demo's. Run "
            "`forget` in the folder of the parameters, or give --params or --transactions, so that the right log is "
            "known."
        )


def _searched(params: Params, within: Sequence[str | Path]) -> list[Path | str]:
    """The places that the customer is removed from: the campaign history, and what was given but for the log."""
    history = [params.campaign.history] if params.campaign.history else []
    reads = Inputs.of(params)
    found = places_in([*(path for path in history if Path(path).exists()), *map(str, within)])
    of_log = [place for place in found if reads.is_of_log(place)]
    if of_log:
        more = f" and {len(of_log) - 1:,} other files" if len(of_log) > 1 else ""
        note(f"Part of the log, which regulars only reads, and left as it is: {redact(str(of_log[0]))!r}{more}.")
    return [place for place in found if place not in set(of_log)]


def _own_files(params: Params) -> list[Path]:
    """Files of the user that the parameters name: read, and never written."""
    named = {name: path for name, path in lists_read(params).items() if name != "campaign history"}
    feeds = [Path(feed.path) for feed in params.feeds.values()]
    feeds += [Path(params.customers.path)] if params.customers.path else []
    return sorted(path for path in (*named.values(), *feeds) if path.is_file() and path.suffix in (".parquet", ".csv"))


def _id_columns(params: Params) -> frozenset[str]:
    """What the user's files of customers and feeds call the ids."""
    ids = {feed.columns.get(name, name) for key, feed in params.feeds.items() for name in FEEDS[key].of_kind("id")}
    return frozenset({params.customers.columns.get("customer_id", "customer_id"), *ids})


def _rows_in_log(params: Params, customer_id: str, known: Forgotten | None, today: dt.date | None) -> int | None:
    """Lines of the customer in the log; a log that cannot be read keeps nobody from being forgotten."""
    only = (known or Forgotten("", {})).only(customer_id)
    try:
        ledger = read_log(params, today=today, forgotten=only).ledger
    except RegularsError as error:
        note(f"The log was not searched: {error}")
        return None
    return ledger.ended_as(RowOutcome.FORGOTTEN)[0]


def _keep_certificate(made: Erasure, customer_id: str, *, finished: bool) -> None:
    """Add this run to the certificate of the customer; a path that holds the id is written with its hash instead."""
    made.certificate.parent.mkdir(exist_ok=True)
    runs = json.loads(made.certificate.read_text("utf-8"))["runs"] if made.certificate.exists() else []
    if finished:
        runs.pop()
    told = json.dumps(redacted(made.to_dict()))
    if len(customer_id) >= LEAST_TELLING:
        told = told.replace(json.dumps(customer_id)[1:-1], f"<{made.mark}>")
    when = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    runs.append({"when": when, "finished": finished, **json.loads(told)})
    text = json.dumps({"customer": made.mark, "runs": runs}, indent=1, sort_keys=True)
    write_text(text + "\n", made.certificate)
