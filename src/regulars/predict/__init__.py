"""Scores for whole logs, written whole."""

from regulars.predict.places import PAGE, PARQUET, TABLE, Inputs, Kind, check_file, check_folder, make_folder
from regulars.predict.sinks import (
    draft_manifest,
    draft_table,
    draft_text,
    read_manifest,
    read_table,
    write_table,
    write_text,
    write_with_manifest,
)

__all__ = [
    "PAGE",
    "PARQUET",
    "TABLE",
    "Inputs",
    "Kind",
    "check_file",
    "check_folder",
    "draft_manifest",
    "draft_table",
    "draft_text",
    "make_folder",
    "read_manifest",
    "read_table",
    "write_table",
    "write_text",
    "write_with_manifest",
]
