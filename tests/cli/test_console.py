from __future__ import annotations

import re

import numpy as np
import pytest

from regulars.cli.console import speaking
from regulars.progress import note, step


def test_the_time_of_steps_is_shown_those_right_inside_first_and_indented(capsys: pytest.CaptureFixture[str]) -> None:
    with speaking(debug=False), step("backtest"):
        with step("origin 1998-01-01"):
            note("something to know")
            with step("too deep to be told"):
                pass
        with step("one of two hundred", told=False):
            pass
        with step("bootstrap by customer"):
            pass
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r"\d+\.\d s$", "0.0 s", line) for line in lines] == [
        "  · something to know",
        "  ✓ origin 1998-01-01 0.0 s",
        "  ✓ bootstrap by customer 0.0 s",
        "✓ backtest 0.0 s",
    ]


def test_a_note_is_left_once(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        with speaking(debug=False):
            for text in ("columns are taken by their names", "another", "columns are taken by their names"):
                with step("read transactions", told=False):
                    note(text)
    assert capsys.readouterr().err.splitlines() == ["  · columns are taken by their names", "  · another"] * 2


def test_memory_that_runs_out_is_said_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), speaking(debug=False):
        np.empty(2**60, dtype=np.uint8)
    told = capsys.readouterr().err
    assert told.startswith("error: The memory does not suffice (Unable to allocate 1.00 EiB")
    assert "lower transactions.memory_limit, and for training training.max_customers." in told
