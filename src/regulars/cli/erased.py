"""A customer who is forgotten, in words: where they were, what is left to do, and what keeps them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.cli.layout import Lines, from_here, grid, number
from regulars.redact import redact

if TYPE_CHECKING:
    from regulars.pipelines.forget import Erasure
    from regulars.predict.erase import Found


def tables(made: Erasure) -> Lines:
    """Tables that held the customer."""
    if not made.tables:
        yield f"The customer is in none of the {number(made.searched)} places that were searched."
        return
    yield "Would be removed from:" if made.is_dry else "Removed from:"
    rows = [
        [_named(found), number(found.rows), number(found.left), "yes" if found.has_manifest else "-"]
        for found in made.tables
    ]
    yield from grid(["table", "rows of the customer", "other rows", "manifest updated"], rows)


def _named(found: Found) -> str:
    """Where it is: a file, a table in a database, or an object."""
    place = redact(found.path) if isinstance(found.path, str) else from_here(found.path)
    return f"{place}{f' ({found.table})' if found.table else ''}"


def unfinished(made: Erasure) -> Lines:
    """Parts of scores that killed jobs left, with whoever was in them."""
    for path in made.unfinished:
        if made.is_dry:
            yield f"Would be removed whole: {from_here(path)}, parts of scores that a killed job left."
        elif path.exists():
            yield f"Not removed: {from_here(path)}, parts of a job that runs. Run forget again when it has ended."
        else:
            yield f"Removed whole: {from_here(path)}, parts of scores that a killed job left."


def log(made: Erasure) -> Lines:
    """Lines of the log, which stays as it is."""
    if made.log_rows is None:
        yield "The log was not searched. It is yours to change."
    elif made.log_rows:
        later = "would be left out" if made.is_dry else "are left out of every run from now on"
        yield f"The log holds {number(made.log_rows)} lines of the customer. It is yours to change; they {later}."
    else:
        yield "The log holds no line of the customer."


def left(made: Erasure) -> Lines:
    """What names the customer still."""
    for path in made.theirs:
        yield f"Yours, and left as it is: {from_here(path)} names the customer. Change it, or give it with --in."
    if any(isinstance(found.path, str) and found.table is None for found in made.tables):
        yield "A bucket with versions keeps what was there before: delete the older versions of these objects yourself."
    for path in made.pages:
        yield f"Not removed: the page {from_here(path)} shows this id. Delete it, or make it again."
    for path in made.doubtful_pages:
        yield (
            f"Look at the page {from_here(path)}: it shows this id, which is so short that it may be another number. "
            "Delete the page, or make it again, if it is the customer."
        )


def recorded(made: Erasure) -> Lines:
    """What keeps the customer out."""
    if not made.was_found:
        yield (
            "The customer was found nowhere: check the id. It would be recorded all the same, since the log may bring "
            "them tomorrow."
            if made.is_dry
            else "The customer was found nowhere: check the id. It is recorded all the same, since the log may bring "
            "them tomorrow."
        )
    if not made.is_dry:
        before = "was recorded before" if made.was_recorded else "is recorded"
        yield (
            f"The customer {before} as a salted hash in {from_here(made.recorded_in)}, with the salt beside it. Keep "
            "both: without them the customer comes back with the next run."
        )
    yield "The MLflow store holds no customer id."
