"""Scores for whole logs, written whole.

What scores is imported on first use, so that whoever only writes a file loads no learner.
"""

from typing import TYPE_CHECKING

from regulars.doors import lazy
from regulars.predict.destinations import TableFile, destination_of
from regulars.predict.places import PAGE, PARQUET, TABLE, Inputs, Kind, check_file, check_folder, make_folder
from regulars.predict.sinks import (
    draft_manifest,
    draft_table,
    draft_text,
    read_manifest,
    read_table,
    write_text,
    write_with_manifest,
)
from regulars.predict.table_parts import TableParts

if TYPE_CHECKING:
    from regulars.predict.engines import check_engine, engine_named
    from regulars.predict.job import Job
    from regulars.predict.outlook import Outlook, outlook_in, outlook_of, row_of
    from regulars.predict.scores import Scored, score_transactions, write_scores, written_scores
    from regulars.predict.summary import ScoresTable

__all__ = [
    "PAGE",
    "PARQUET",
    "TABLE",
    "Inputs",
    "Job",
    "Kind",
    "Outlook",
    "Scored",
    "ScoresTable",
    "TableFile",
    "TableParts",
    "check_engine",
    "check_file",
    "check_folder",
    "destination_of",
    "draft_manifest",
    "draft_table",
    "draft_text",
    "engine_named",
    "make_folder",
    "outlook_in",
    "outlook_of",
    "read_manifest",
    "read_table",
    "row_of",
    "score_transactions",
    "write_scores",
    "write_text",
    "write_with_manifest",
    "written_scores",
]

__getattr__ = lazy(
    __name__,
    {
        "outlook": ("Outlook", "outlook_in", "outlook_of", "row_of"),
        "engines": ("check_engine", "engine_named"),
        "job": ("Job",),
        "scores": ("Scored", "score_transactions", "write_scores", "written_scores"),
        "summary": ("ScoresTable",),
    },
)
