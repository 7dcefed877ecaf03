"""Scores for whole logs, written whole."""

from regulars.predict.sinks import (
    PAGE,
    PARQUET,
    TABLE,
    check_file,
    check_folder,
    draft_table,
    draft_text,
    make_folder,
    read_table,
    write_table,
    write_text,
    write_with_manifest,
)

__all__ = [
    "PAGE",
    "PARQUET",
    "TABLE",
    "check_file",
    "check_folder",
    "draft_table",
    "draft_text",
    "make_folder",
    "read_table",
    "write_table",
    "write_text",
    "write_with_manifest",
]
