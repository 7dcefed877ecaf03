"""Small exports with invented rows, as the platforms write them; what they hold is counted in test_laid_out."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "exports" / "examples"
HEADERS = {file.stem: file.read_text(encoding="utf-8").splitlines()[0] for file in sorted(FOLDER.iterdir())}
WITHOUT_CUSTOMERS = "amazon-all-orders"
EXPORTS = {file.stem: file for file in sorted(FOLDER.iterdir()) if file.stem != WITHOUT_CUSTOMERS}


def text_of(name: str) -> str:
    """What an export holds."""
    return EXPORTS[name].read_text(encoding="utf-8")
