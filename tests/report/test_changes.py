"""Moves between segments add up, and the largest customers who moved stand by name."""

from __future__ import annotations

import dataclasses

from regulars.loyalty import SEGMENTS
from regulars.report import ReportContent
from regulars.report.changes import RANKED, changes, title_of_changes


def test_moves_add_up(content: ReportContent) -> None:
    found = changes(content.states)
    assert found is not None
    assert content.states is not None
    assert content.states.earlier is not None
    assert sum(row.now for row in found.rows) == len(content.states.frame)
    assert sum(row.before for row in found.rows) == len(content.states.earlier)
    assert found.new == len(content.states.frame) - len(content.states.earlier)
    assert found.up + found.down == found.moved
    spent = [row["spend_so_far"] for row in found.largest]
    assert spent == sorted(spent, reverse=True)
    assert all(row["segment"] != row["segment_before"] for row in found.largest)
    assert f"{found.down:,} customers moved to a worse segment" in title_of_changes(found)


def test_every_segment_has_a_rank() -> None:
    assert set(RANKED) == set(SEGMENTS)


def test_without_an_earlier_cutoff_nothing_is_compared(content: ReportContent) -> None:
    assert content.states is not None
    assert changes(None) is None
    assert changes(dataclasses.replace(content.states, earlier=None)) is None
