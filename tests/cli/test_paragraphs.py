from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from regulars.cli import paragraphs, show
from regulars.cli.again import Again
from regulars.evaluation import Verdict
from regulars.tracking.registry import Move


@pytest.mark.parametrize(
    ("champion", "said"),
    [(None, "Not promoted, and there is no champion: to score,"), ("3", "Not promoted: the champion stays version 3.")],
)
def test_who_is_in_charge_where_the_gate_refused(champion: str | None, said: str) -> None:
    run = SimpleNamespace(
        verdict=Verdict(()),
        model_uri="models:/regulars/4",
        scorer=SimpleNamespace(version="a1"),
        move=None,
        champion=champion,
    )
    assert list(paragraphs.verdict(run))[-1].startswith(said)


def test_a_log_that_no_parameters_name_is_asked_for_after_a_promotion() -> None:
    move = Move(dt.datetime(2024, 7, 17, tzinfo=dt.UTC), None, "1", "promote", "to see", forced=True)
    file = Again.of({"params": "shop.yaml", "set_": []})
    assert "\n  regulars score --params shop.yaml --out scores.parquet" in show.moved(move, file, log_named=True)
    told = show.moved(move, Again(), log_named=False)
    assert "options of the training: regulars score --transactions LOG --out scores.parquet" in told
