from __future__ import annotations

from pathlib import Path

import pandas as pd

from regulars.files import whole_files
from regulars.predict import draft_table


def write_table(frame: pd.DataFrame, path: Path) -> str:
    """Write a table by itself; return its sha256."""
    with whole_files() as files:
        return draft_table(files, frame, path)
