"""What a log holds cannot steer the terminal that shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Run, run  # noqa: F401

STEERING = "\x1b]0;owned\x07\x1b[2J\u202eegral"


@pytest.mark.medium
@pytest.mark.parametrize("words", [("validate",), ("validate", "--json")])
def test_column_names_and_values_of_a_log_are_shown_as_codes(run: Run, words: tuple[str, ...]) -> None:  # noqa: F811
    lines = [f'"{STEERING}",2024-01-{day:02},{day},"{STEERING}"' for day in range(1, 29)]
    Path("orders.csv").write_text("\n".join([f'client,date,"{STEERING}",product', *lines]), encoding="utf-8")
    columns = {"customer_id": "client", "ordered_at": "date", "amount": STEERING, "product_id": "product"}
    settings = {"transactions": {"path": "orders.csv", "columns": columns}}
    Path("params.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    told = run(*words)
    shown = told.stdout + told.stderr
    assert "egral" in shown
    assert not any(sign in shown for sign in "\x1b\x07\u202e")
    if "--json" in words:
        assert STEERING in json.loads(told.stdout)["columns"][2].values()
