"""What a database keeps of each cutoff beside the scores: what a manifest file says, in one row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from regulars.redact import redacted

MANIFEST_COLUMNS = {
    "cutoff": "DATE",
    "customers": "BIGINT",
    "model_version": "VARCHAR",
    "inputs": "VARCHAR",  # a checksum over all that the scores follow from; null where it is not known
    "content": "VARCHAR",  # JSON
}


def manifest_row(table: str, content: Mapping[str, Any]) -> list[Any]:
    """The row of a cutoff, in the order of the columns."""
    text = json.dumps(redacted({"table": table, **content}), sort_keys=True)
    return [content["cutoff"], content["rows"], content["model_version"], content.get("inputs"), text]
