"""Scores for whole logs, written whole."""

from regulars.predict.sinks import (
    check_folder,
    check_page_path,
    check_parent,
    check_parquet_path,
    check_table_path,
    make_folder,
    read_table,
    write_manifest,
    write_table,
    write_text,
)

__all__ = [
    "check_folder",
    "check_page_path",
    "check_parent",
    "check_parquet_path",
    "check_table_path",
    "make_folder",
    "read_table",
    "write_manifest",
    "write_table",
    "write_text",
]
