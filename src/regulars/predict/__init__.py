"""Scores for whole logs, written whole."""

from regulars.predict.sinks import (
    PAGE,
    PARQUET,
    TABLE,
    check_file,
    check_folder,
    make_folder,
    read_table,
    write_manifest,
    write_table,
    write_text,
)

__all__ = [
    "PAGE",
    "PARQUET",
    "TABLE",
    "check_file",
    "check_folder",
    "make_folder",
    "read_table",
    "write_manifest",
    "write_table",
    "write_text",
]
