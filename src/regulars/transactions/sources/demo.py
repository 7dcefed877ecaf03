"""CDNOW: 23,570 real customers who ship with `lifetimes`.

The whole cohort that first bought at the music shop in the first quarter of 1997, followed to
June 1998 (Fader & Hardie, 2001). `lifetimes.datasets` cannot be imported on today's
setuptools, so the file is read from beside the package.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from regulars.errors import InputError
from regulars.transactions.sql import literal


def cdnow_file() -> Path:
    """Find the file without importing `lifetimes`."""
    package = importlib.util.find_spec("lifetimes")
    for folder in (package.submodule_search_locations or []) if package else []:
        file = Path(folder) / "datasets" / "CDNOW_master.txt"
        if file.is_file():
            return file
    raise InputError("The demo data (CDNOW) ships in the package lifetimes, which is not here: pip install lifetimes.")


def cdnow_sql(file: Path) -> str:
    """Query that gives the file's columns as text: customer_id, date, quantity, amount."""
    # The fields are padded with a varying number of blanks, so each line is read whole and split.
    return f"""
        SELECT field[1] AS customer_id, field[2] AS date, field[3] AS quantity, field[4] AS amount
        FROM (
            SELECT regexp_split_to_array(trim(line, E' \\r'), ' +') AS field
            FROM read_csv({literal(str(file))}, columns = {{'line': 'VARCHAR'}}, auto_detect = false,
                          delim = '|', quote = '', escape = '', header = true)
        )"""
